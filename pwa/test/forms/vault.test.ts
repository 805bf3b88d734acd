import { expect, test } from 'vitest';
import type { Material } from '../../src/forms/types';
import { reuseOf } from '../../src/forms/vault';
import type { VaultCopy } from '../../src/protocol/generated';

const PAPER: Material = {
  id: 'applicant-id',
  type: 'id-card',
  name_zh: '居民身份证',
  name_en: 'Identity card',
  source: 'applicant',
  form: 'photo',
  requirement: 'required',
  condition: null,
  condition_zh: null,
  reuse_days: 365,
  can_supply_later: false,
};
const copy = (change: Partial<VaultCopy>): VaultCopy => ({
  copy: 'c1',
  material_type: 'id-card',
  name: { zh: '居民身份证', en: 'Identity card' },
  pages: 2,
  checked_on: '2026-03-01',
  expires_on: null,
  case: 'k',
  ...change,
});

test('a copy of the same kind serves until its check is too old, that day included', () => {
  expect(reuseOf(PAPER, [copy({})], '2027-03-01')).toMatchObject({ usable: true, until: '2027-03-01' });
  expect(reuseOf(PAPER, [copy({})], '2027-03-02')).toMatchObject({ usable: false, why: 'age' });
});

test('a document that ends earlier ends the copy with it', () => {
  const ends = copy({ expires_on: '2026-06-30' });

  expect(reuseOf(PAPER, [ends], '2026-06-30')).toMatchObject({ usable: true, why: 'document' });
  expect(reuseOf(PAPER, [ends], '2026-07-01')).toMatchObject({ usable: false, why: 'document', until: '2026-06-30' });
});

test('of several copies the one that serves longest is offered', () => {
  const newer = copy({ copy: 'c2', checked_on: '2026-05-01' });

  expect(reuseOf(PAPER, [copy({}), newer], '2026-06-01')?.copy.copy).toBe('c2');
});

test('another kind of paper, and one that is never used again, is not offered', () => {
  expect(reuseOf(PAPER, [copy({ material_type: 'household-register' })], '2026-06-01')).toBeNull();
  expect(reuseOf({ ...PAPER, reuse_days: null }, [copy({})], '2026-06-01')).toBeNull();
});
