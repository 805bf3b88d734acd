import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '../../src/forms/values';
import { fill, language, speak, t } from '../../src/i18n';
import { en } from '../../src/i18n/en';
import { isKnown, REFUSALS_ZH, refusalWords } from '../../src/i18n/refusals';
import { REFUSALS_EN } from '../../src/i18n/refusals-en';
import { zh as first } from '../../src/i18n/zh';
import { zhMore } from '../../src/i18n/zh-more';
import { REFUSALS } from '../../src/protocol/generated';

const zh = { ...first, ...zhMore };
const blanks = (sentence: string) => [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();
const HAN = /[\u3400-\u9fff]/;

describe('the dictionary', () => {
  it('has no key in both of its parts', () => {
    expect(Object.keys(zhMore).filter((key) => key in first)).toEqual([]);
  });

  it('has every key in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    expect(Object.keys(REFUSALS_EN).sort()).toEqual(Object.keys(REFUSALS_ZH).sort());
  });

  it('has no empty sentence and no Chinese left in the English one', () => {
    for (const [key, sentence] of [...Object.entries(en), ...Object.entries(REFUSALS_EN)]) {
      expect([key, sentence.trim() !== '']).toEqual([key, true]);
      if (key !== 'me.language.zh') expect([key, HAN.test(sentence)]).toEqual([key, false]);
    }
  });

  it('asks for the same blanks in both languages', () => {
    const pairs = [...entriesOf(zh, en), ...entriesOf(REFUSALS_ZH, REFUSALS_EN)];
    const different = pairs.filter(([, a, b]) => blanks(a).join() !== blanks(b).join());
    // English names the number where Chinese needs no word for it.
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it('exclaims nothing', () => {
    for (const words of [...Object.values(zh), ...Object.values(en), ...Object.values(REFUSALS_ZH)]) {
      expect(words).not.toMatch(/[!！]/);
    }
  });
});

describe('a sentence', () => {
  it('takes its blanks, and one of two forms by a number', () => {
    expect(fill('{n} {n|page|pages} of {name}', { n: 1, name: 'lease' })).toBe('1 page of lease');
    expect(fill('{n} {n|page|pages}', { n: 2 })).toBe('2 pages');
    expect(fill('没有 {n}', {})).toBe('没有 {n}');
  });

  it('follows the language', async () => {
    await speakAs('en', () => expect(t('nav.home')).toBe('Home'));
    await speakAs('zh', () => expect(t('nav.home')).toBe('首页'));
  });
});

describe('refusals', () => {
  it('have words for every code that the service may answer a command with', () => {
    const unworded = Object.keys(REFUSALS).filter((code) => !isKnown(code));
    expect(unworded).toEqual([]);
  });

  it('have words for every reason for which a page cannot be kept or taken', () => {
    const codes = [
      'undecodable',
      'too-large',
      'wrong-type',
      'empty',
      'page-no-space',
      'hash-mismatch',
      'unsafe',
      'file-refused',
    ];
    expect(codes.filter((code) => !isKnown(code))).toEqual([]);
  });

  it('never show a blank: without its value the plain sentence is taken', () => {
    for (const code of Object.keys(REFUSALS_ZH)) {
      if (code === 'other' || code.startsWith('too-')) continue;
      expect([code, refusalWords(code).includes('{')]).toEqual([code, false]);
    }
    expect(refusalWords('already-claimed', { by: '李涛' })).toContain('李涛');
  });

  it('name a code that is new to this version of the app', () => {
    expect(refusalWords('something-new')).toContain('something-new');
  });

  it('write dates as people do', () => {
    expect(refusalWords('materials-missing', { materials: ['合同', '身份证'] })).toContain('合同、身份证');
  });

  it('do not word what the form words itself', () => {
    // Problems of answers have their sentences in forms/words, which name the field.
    const shared = ['phone-format', 'wrong-type', 'too-large'];
    expect(PROBLEM_CODES.filter((code) => isKnown(code) && !shared.includes(code))).toEqual([]);
  });
});

function entriesOf<Key extends string>(a: Readonly<Record<Key, string>>, b: Readonly<Record<Key, string>>) {
  return (Object.keys(a) as Key[]).map((key): [string, string, string] => [key, a[key], b[key]]);
}

async function speakAs(wanted: 'zh' | 'en', check: () => void): Promise<void> {
  globalThis.document ??= { documentElement: {} } as Document;
  await speak(wanted);
  expect(language.value).toBe(wanted);
  check();
}
