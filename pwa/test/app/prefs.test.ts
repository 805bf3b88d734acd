import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, it, vi } from 'vitest';
import { PREFS_KEY, type Prefs, prefer, startPrefs } from '../../src/prefs';

const EARLY = readFileSync(path.resolve(import.meta.dirname, '../../public/before-paint.js'), 'utf8');
const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  vi.stubGlobal('document', { documentElement: { lang: 'zh-CN', dataset: {} } });
});

it.each<Partial<Prefs>>([
  {},
  { size: 'large', theme: 'dark' },
  { size: 'largest', language: 'en', motion: 'off' },
  { size: 'normal', theme: 'light', language: 'zh' },
])('what is set before the first paint is what the app sets: %j', async (chosen) => {
  stored.set(PREFS_KEY, JSON.stringify(chosen));
  const early = { lang: 'zh-CN', dataset: {} };

  runInNewContext(EARLY, { localStorage, document: { documentElement: early } });
  await startPrefs();

  const { lang, dataset } = document.documentElement;
  expect(early).toEqual({ lang, dataset: { ...dataset } });
});

it('nonsense in the storage is not taken for a choice', async () => {
  stored.set(PREFS_KEY, '{"size":"huge","theme":"<script>"}');

  await startPrefs();

  expect(document.documentElement.dataset).toEqual({});
});

it('a choice is shown at once and kept', async () => {
  await prefer('size', 'largest');

  expect(document.documentElement.dataset).toEqual({ size: 'largest' });
  expect(JSON.parse(stored.get(PREFS_KEY) ?? '')).toMatchObject({ size: 'largest' });
});
