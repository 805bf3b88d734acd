import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/protocol/generated';
import { retakeFixes } from '../../src/resident/case/supplement';
import { DRAFT_WORDS } from '../../src/resident/drafts/words';

const blanks = (sentence: string): string[] => [...sentence.matchAll(/\{\w+/g)].map(([blank]) => blank).sort();

describe('words of forms that go on elsewhere', () => {
  it('are there in both languages with the same blanks', () => {
    for (const key of Object.keys(DRAFT_WORDS.zh) as (keyof typeof DRAFT_WORDS.zh)[]) {
      expect(blanks(DRAFT_WORDS.en[key]), key).toEqual(blanks(DRAFT_WORDS.zh[key]));
      expect(DRAFT_WORDS.en[key]).not.toMatch(/[\u4e00-\u9fff]/);
    }
  });
});

describe('a page that was not taken', () => {
  it('is named by its paper and number, with why', () => {
    const page = { file: 'f1', material: 'lease-contract', number: 2, reason: 'unsafe' } as Page;
    const item = { materials: [{ id: 'lease-contract', name_zh: '租赁合同', name_en: 'Lease' }] } as never;

    const [fix] = retakeFixes([page], item, ({ reason }) => `why: ${reason}`);

    expect(fix).toMatchObject({ materialName: '租赁合同', number: 2, words: 'why: unsafe' });
  });
});
