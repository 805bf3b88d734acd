import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrast, PAIRS } from '../../src/look/contrast';

const css = readFileSync(path.resolve(import.meta.dirname, '../../src/look/tokens.css'), 'utf8');

/** The custom properties that a rule sets; the first rule with this selector. */
function tokens(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  expect(start, selector).toBeGreaterThanOrEqual(0);
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value?.trim()]),
  );
}

const light = tokens(':root');
const dark = tokens(':root[data-theme="dark"]');
const system = tokens(':root:not([data-theme="light"])');

describe('the colours', () => {
  it.each([
    ['light', light],
    ['dark', { ...light, ...dark }],
  ])('stand far enough apart wherever two of them meet: %s', (_theme, values) => {
    const near = PAIRS.filter(({ front, back, least }) => contrast(values[front] ?? '', values[back] ?? '') < least);

    expect(
      near.map(({ front, back }) => `${front} on ${back}: ${contrast(values[front] ?? '', values[back] ?? '')}`),
    ).toEqual([]);
  });

  it('are the same in the dark whether it was chosen here or on the whole device', () => {
    expect(system).toEqual(dark);
  });

  it('are read in the short form too', () => {
    expect(contrast('#fff', '#000')).toBe(21);
  });

  it('are measured as WCAG does', () => {
    expect([contrast('#ffffff', '#000000'), contrast('#777777', '#ffffff'), contrast('#0000ff', '#ffffff')]).toEqual([
      21, 4.4, 8.5,
    ]);
  });
});

describe('large type', () => {
  it.each([
    ['large', 22, 18, 60],
    ['largest', 30, 30, 60],
  ])('%s keeps its promises: least text, line height and things to press', (size, root, leastText, leastTarget) => {
    const values = { ...light, ...tokens(`:root[data-size="${size}"]`) };
    const texts = ['s', 'm', 'l', 'xl', '2xl'].map((one) => Number.parseFloat(values[`text-${one}`] ?? '') * root);

    expect(Math.min(...texts)).toBeGreaterThanOrEqual(leastText);
    expect(Number.parseFloat(values['leading'] ?? '')).toBeGreaterThanOrEqual(1.3);
    expect(Number.parseFloat(values['target'] ?? '')).toBeGreaterThanOrEqual(leastTarget);
  });
});

describe('a custom property', () => {
  it('that a style reads without saying what else is set somewhere', () => {
    const src = path.resolve(import.meta.dirname, '../../src');
    const texts = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:css|vue|ts)$/.test(name))
      .map((name) => readFileSync(path.join(src, name), 'utf8'));
    const named = (pattern: RegExp): Set<string> =>
      new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')));
    const set = named(/(--[\w-]+)['"]?\]?\s*:/g);

    expect([...named(/var\((--[\w-]+)\)/g)].filter((name) => !set.has(name))).toEqual([]);
  });
});
