import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Script and style of a resident's first screen, compressed: what a phone must fetch before it can be used. */
const FIRST_SCREEN_KB = 70;
/** The engine of the device's own store, in its worker: a newcomer's first screen does not wait for it. */
const ENGINE_KB = 18;
const KB = 1024;
/** Large, of use with a connection alone, and with a table of the same numbers beside it. */
const CHARTS = /assets\/chart-/;
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'doorstep-build-'));
let files: Map<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;

beforeAll(async () => {
  // Vitest says 'test', and Vue would bring its development build along.
  vi.stubEnv('NODE_ENV', 'production');
  const built = await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const [{ output }] = (Array.isArray(built) ? built : [built]) as [Rolldown.RolldownOutput];
  files = new Map(output.map((file) => [file.fileName, file]));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the built app', () => {
  it(`needs at most ${FIRST_SCREEN_KB} KB of script and style for the first screen`, () => {
    expect(weighed('first screen', firstScreen())).toBeLessThanOrEqual(FIRST_SCREEN_KB);
  });

  it(`needs at most ${ENGINE_KB} KB more for the engine of the device's own store`, () => {
    expect(weighed('engine', engine())).toBeLessThanOrEqual(ENGINE_KB);
  });

  it('names no other host and has nothing inline', () => {
    const html = text('index.html');

    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(html).not.toMatch(/<script>|<style|style="|onload=/);
  });

  it('keeps every one of its files for a time without a network, but for the drawing of charts', () => {
    const kept: string[] = JSON.parse(/MANIFEST = (\[.*?\]);/.exec(text('sw.js'))?.[1] ?? '[]');
    const drawing = [...files.keys()].filter((name) => CHARTS.test(name));
    const needed = [...files.keys()].filter(
      (name) => !['sw.js', 'early.json'].includes(name) && !drawing.includes(name),
    );

    expect(drawing).toHaveLength(1);
    expect(kept.filter((name) => CHARTS.test(name))).toEqual([]);
    expect(kept).toEqual(
      expect.arrayContaining([...needed.map((name) => `/${name}`), '/before-paint.js', '/manifest.webmanifest']),
    );
    expect(new Set(kept).size).toBe(kept.length);
  });

  it('imports the first file of the worker from nowhere: WebKit would run it once more, and a second engine would answer', () => {
    const scripts = [...files.keys()].filter((name) => name.endsWith('.js'));
    const importing = (what: string): string[] =>
      scripts.filter((name) => new RegExp(`(?:from|import\\() *["'\`]\\./${what}-`).test(text(name)));

    expect(importing('worker')).toEqual([]);
    expect(importing('answering')).toContainEqual(expect.stringMatching(/^assets\/worker-/));
  });

  it('lies there compressed', () => {
    for (const name of firstScreen()) {
      expect(readFileSync(path.join(folder, `${name}.gz`)).length).toBeGreaterThan(0);
      expect(readFileSync(path.join(folder, `${name}.br`)).length).toBeGreaterThan(0);
    }
  });
});

/** What index.html asks for, and what that imports at once. */
function firstScreen(): string[] {
  const named = [...text('index.html').matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(
    (match) => match[1] ?? '',
  );
  const all = new Set<string>();
  const add = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    const file = files.get(name);
    if (file?.type === 'chunk') for (const one of file.imports) add(one);
  };
  for (const name of named) add(name);
  return [...all];
}

/** The first files of the worker, and what they import at once; the worker is built apart, so that only their text tells. */
function engine(): string[] {
  const all = new Set<string>();
  const add = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const [, one = ''] of text(name).matchAll(/(?:from|^import)\s*["'`]\.\/([^"'`]+\.js)/gm)) add(`assets/${one}`);
  };
  for (const name of files.keys()) if (/assets\/(?:worker|answering)-[^/]+\.js$/.test(name)) add(name);
  return [...all];
}

/** The size of files together, compressed, in KB; said aloud, since the figure belongs into the record of the run. */
function weighed(what: string, names: string[]): number {
  const sizes = names.map((name) => [name, gzipSync(readFileSync(path.join(folder, name))).length / KB] as const);
  const total = sizes.reduce((sum, [, kb]) => sum + kb, 0);
  const each = sizes.map(([name, kb]) => `  ${kb.toFixed(1).padStart(5)} ${name}`).join('\n');
  process.stdout.write(`${each}\n${what}: ${total.toFixed(1)} KB gzip of script and style (${sizes.length} files)\n`);
  return total;
}

function text(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}
