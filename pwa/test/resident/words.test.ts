import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BROWSER_WORDS } from '../../src/resident/browser/words';
import { EDITING_WORDS } from '../../src/resident/editing/words';
import { FAMILY_WORDS } from '../../src/resident/family/words';
import { COPY_WORDS } from '../../src/resident/privacy/copy-words';
import { en as enCases } from '../../src/resident/words/en';
import { enVisits } from '../../src/resident/words/en-visits';
import { zh as zhCases } from '../../src/resident/words/zh';
import { zhVisits } from '../../src/resident/words/zh-visits';

const HAN = /[\u3400-\u9fff]/;
const sources = path.resolve(import.meta.dirname, '../../src');
const blanks = (sentence: string): string =>
  [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? ''))].sort().join();
const zh = { ...zhCases, ...zhVisits };
const en = { ...enCases, ...enVisits };
const keys = Object.keys(zh) as (keyof typeof zh)[];

test('both languages have the same keys and fill the same blanks', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  expect(keys.filter((key) => blanks(zh[key]) !== blanks(en[key]))).toEqual([]);
});

test('English has no Chinese left, and nothing is exclaimed', () => {
  expect(keys.filter((key) => HAN.test(en[key]))).toEqual([]);
  expect(keys.filter((key) => /[!！]/.test(zh[key] + en[key]))).toEqual([]);
});

test('every sentence is said somewhere', () => {
  const code = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(vue|ts)$/.test(name) && !name.includes('words/'))
    .map((name) => readFileSync(path.join(sources, name), 'utf8'))
    .join('\n');
  // A key is named whole, or its family is named by a template: `pause.kind.${kind}`.
  const families = [...code.matchAll(/`([a-z-]+(?:\.[a-z-]+)*\.)\$\{/g)].map((found) => found[1] ?? '');
  const unsaid = keys.filter((key) => !code.includes(`'${key}'`) && !families.some((start) => key.startsWith(start)));
  expect(unsaid).toEqual([]);
});

const OWN: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
  ['browser', BROWSER_WORDS.zh, BROWSER_WORDS.en],
  ['editing', EDITING_WORDS.zh, EDITING_WORDS.en],
  ['family', FAMILY_WORDS.zh, FAMILY_WORDS.en],
  ['privacy', COPY_WORDS.zh, COPY_WORDS.en],
];

test.each(OWN)('the words of %s are complete, in both languages and without exclaiming', (_, chinese, english) => {
  const own = Object.keys(chinese);

  expect(Object.keys(english).sort()).toEqual(own.sort());
  expect(own.filter((key) => blanks(chinese[key] ?? '') !== blanks(english[key] ?? ''))).toEqual([]);
  expect(own.filter((key) => HAN.test(english[key] ?? ''))).toEqual([]);
  expect(own.filter((key) => /[!！]/.test(`${chinese[key]}${english[key]}`))).toEqual([]);
});
