import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SEALED, sealedWords } from '../../src/auditor/sealed';
import { sentenceOf, TELLINGS } from '../../src/auditor/tellings';
import { MORE_TELLINGS } from '../../src/auditor/tellings-more';
import { language } from '../../src/i18n';
import { byZhouMin, EVERY_KIND, momentAt, NAMES } from './samples';

const FOLDERS = ['case/facts', 'rights'].map((name) => new URL(`../../../domain/${name}/`, import.meta.url));
const FACTS = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8')),
).join('\n');
/** Each class of fact with its stored tag and the names of its sealed fields. */
const KINDS = [...FACTS.matchAll(/^class \w+\(Fact,.*tag="([^"]+)"\):\n((?:(?!^class ).*\n)*)/gm)].map(
  ([, tag = '', body = '']) => ({
    tag,
    sealed: [...body.matchAll(/^ {4}(\w+): Sealed/gm)].map(([, field]) => `${tag}.${field}`),
  }),
);
/** A moment of each kind whose sentence has no blanks. */
const MORE = Object.keys(MORE_TELLINGS).map((tag, n) => byZhouMin(100 + n, tag, {}));
const LANGUAGES = ['zh', 'en'] as const;

// Dates of this year are said without it.
beforeAll(() => {
  vi.setSystemTime('2026-11-24T06:00:00Z');
});
afterAll(() => {
  vi.useRealTimers();
});

afterEach(() => {
  language.value = 'zh';
});

describe('every kind of fact', () => {
  it('was found in the domain', () => {
    expect(KINDS.length).toBeGreaterThan(20);
    expect(KINDS.map(({ tag }) => tag)).toContain('case.correction_requested');
  });

  it.each(KINDS)('$tag has a sentence in Chinese and in English', ({ tag }) => {
    expect(TELLINGS[tag]?.zh).toMatch(/\p{Script=Han}/u);
    expect(TELLINGS[tag]?.en).toMatch(/^(\{page\} )?[A-Za-z]/u);
  });

  it.each(KINDS)('$tag is told with every blank filled', ({ tag }) => {
    const moments = [...EVERY_KIND, ...MORE].filter((moment) => moment.tag === tag);
    expect(moments).not.toEqual([]);
    for (const speech of LANGUAGES) {
      language.value = speech;
      for (const moment of moments) expect(sentenceOf(moment, NAMES)).not.toMatch(/[{}]|undefined|NaN|^$/);
    }
  });

  it('has words for every sealed value, and for nothing else', () => {
    expect(Object.keys(SEALED).sort()).toEqual(KINDS.flatMap(({ sealed }) => sealed).sort());
  });

  it.each(Object.entries(TELLINGS))('%s reads calmly', (_, { zh, en }) => {
    expect(`${zh}${en}`).not.toMatch(/[!！]|亲|请知悉/u);
  });
});

describe('a sentence', () => {
  it('names the page that a file shows', () => {
    expect(EVERY_KIND.slice(1, 3).map((moment) => sentenceOf(moment, NAMES))).toEqual([
      '房屋租赁合同第3页到了，打得开',
      '材料收齐，开始计时',
    ]);
  });

  it('says a second round differently from the first', () => {
    expect(sentenceOf(momentAt(10, 'case.received', { round: 2 }), NAMES)).toBe(
      '补的材料收齐，重新计时（第 2 次收齐）',
    );
  });

  it('says that somebody filed for another', () => {
    const filed = momentAt(1, 'case.filed', { agent: 'somebody', pages: [] });
    expect(sentenceOf(filed, NAMES)).toBe('替人交了申请，0 页照片');
  });

  it.each([
    ['granted', '决定：批准', 'Decided: granted'],
    ['rejected', '决定：不予批准，写明了理由', 'Decided: not granted, with the reason'],
  ])('tells a decision as it fell: %s', (outcome, zh, en) => {
    const decided = byZhouMin(15, 'case.decided', { outcome }, 'decider');
    expect(sentenceOf(decided, NAMES)).toBe(zh);
    language.value = 'en';
    expect(sentenceOf(decided, NAMES)).toBe(en);
  });

  it('says of a reading which moment was looked at', () => {
    expect(sentenceOf(byZhouMin(12, 'record.viewed', { position: 10, offline: false }), NAMES)).toBe(
      '看了这件，看的是 11月23日 星期一 15:10:00 的样子',
    );
  });

  it('names a kind of fact that it does not know', () => {
    expect(sentenceOf(momentAt(25, 'case.moved', {}), NAMES)).toBe('记了一件事（case.moved）');
  });
});

describe('sealed values', () => {
  it('are told by what they hold', () => {
    expect(sealedWords(momentAt(1, 'case.filed', {}, { sealed: ['answers', 'agent_answers'] }))).toEqual([
      '申请人填的内容（选择题除外）',
      '代办人自己的信息',
    ]);
  });
});
