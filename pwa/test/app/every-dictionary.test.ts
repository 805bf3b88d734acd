import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';

type Dictionary = Readonly<Record<string, string>>;
interface Pair {
  file: string;
  zh: Dictionary;
  en: Dictionary;
}
type Made = Omit<Pair, 'en'> & { en: Dictionary | (() => Promise<Dictionary>) };

const src = path.resolve(import.meta.dirname, '../../src');
const sources = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(vue|ts)$/.test(name))
    .map((name) => [name, readFileSync(path.join(src, name), 'utf8')] as const),
);
/** Dictionaries as the files make them when they are loaded. */
const made: Made[] = vi.hoisted(() => []);
const pairs: Pair[] = [];
/** Meant to stand in both languages at once: it marks what is only an exercise. */
const BOTH_AT_ONCE: readonly string[] = ['watermark'];
/** Empty on purpose: the act has nothing to ask. */
const SILENT: readonly string[] = ['dialog.none'];

vi.mock('../../src/i18n', async (original) => {
  const real = await original<typeof import('../../src/i18n')>();
  return {
    ...real,
    words: (zh: Dictionary, en: Made['en']) => {
      const file = new Error('who asks').stack
        ?.split('\n')
        .find((line) => line.includes('/src/') && !line.includes('/i18n/'));
      made.push({ file: file?.replace(/^.*\/src\/|[:?)].*$/g, '') ?? '', zh, en });
      return real.words(zh, en);
    },
  };
});

/** The code without the keys of dictionaries, which stand at the beginning of a line. */
const code = [...sources.values()].map((text) => text.replaceAll(/^\s*['"][\w.-]+['"]:/gm, ''));
/** What stands in quotation marks anywhere in it. */
const named = new Set(code.flatMap((text) => [...text.matchAll(/['"`]([\w.-]+)['"`]/g)].map((found) => found[1])));
const begun = code.flatMap((text) => [...text.matchAll(/`([a-z][\w.-]*[.-])\$\{/g)].map((found) => found[1] ?? ''));
const blanks = (sentence: string): string =>
  [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1]))].sort().join();
const HAN = /[\u3400-\u9fff]/;

beforeAll(async () => {
  for (const [file, text] of sources) {
    if (!/\bwords(?:<\w+>)?\(/.test(text) || file.startsWith('i18n/')) continue;
    // Screens fetch and watch at once when they are loaded: their words stand in files of their own.
    if (file.endsWith('.ts')) await import(path.join(src, file));
  }
  for (const { file, zh, en } of made) pairs.push({ file, zh, en: typeof en === 'function' ? await en() : en });
}, 60_000);

describe('every dictionary of the app', () => {
  it('is found', () => {
    expect(pairs.length).toBeGreaterThan(10);
  });

  it('has every key in both languages, with the same blanks', () => {
    const different = pairs.flatMap(({ file, zh, en }) =>
      [...new Set([...Object.keys(zh), ...Object.keys(en)])]
        .filter((key) => zh[key] === undefined || en[key] === undefined || blanks(zh[key]) !== blanks(en[key]))
        .map((key) => `${file} ${key}`),
    );
    expect(different).toEqual([]);
  });

  it('has words for every key, no Chinese among the English ones, and exclaims nothing', () => {
    const wrong = pairs.flatMap(({ file, zh, en }) =>
      Object.keys(zh)
        .filter((key) => !SILENT.includes(key) && !BOTH_AT_ONCE.includes(key))
        .filter(
          (key) =>
            !zh[key]?.trim() || !en[key]?.trim() || HAN.test(en[key] ?? '') || /[!！]/.test(`${zh[key]}${en[key]}`),
        )
        .map((key) => `${file} ${key}: ${en[key]}`),
    );
    expect(wrong).toEqual([]);
  });

  it('says every one of its sentences somewhere', () => {
    const unsaid = pairs.flatMap(({ file, zh }) => unsaidOf(Object.keys(zh)).map((key) => `${file} ${key}`));
    expect(unsaid).toEqual([]);
  });
});

/** Keys that no file but a dictionary names: neither whole nor by their beginning, as in `pause.kind.${kind}`. */
function unsaidOf(keys: readonly string[]): string[] {
  return keys.filter((key) => !named.has(key) && !begun.some((start) => key.startsWith(start)));
}
