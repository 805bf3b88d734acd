import { expect, test } from 'vitest';
import { checkEligibility } from '../../src/forms/answers';
import { answersFor, asItem } from '../../src/forms/bundles';
import { materialsNeeded } from '../../src/forms/conditions';
import type { BundleForm, Field, Material, ServiceItem } from '../../src/forms/types';

const field = (id: string): Field => ({ id, label_zh: id, label_en: id, type: 'text', required: true });
const material = (id: string, type: string, change: Partial<Material> = {}): Material => ({
  id,
  type,
  name_zh: type,
  name_en: type,
  source: 'applicant',
  form: 'photo',
  requirement: 'required',
  condition: null,
  condition_zh: null,
  reuse_days: 365,
  can_supply_later: true,
  ...change,
});
const item = (id: string, fields: Field[], materials: Material[]): ServiceItem =>
  ({ id, version: 3, fields, materials, eligibility: [], agent_allowed: true }) as unknown as ServiceItem;

const CARD = item('elder-card', [field('name'), field('group')], [material('own-id', 'id-card')]);
const ALLOWANCE: ServiceItem = {
  ...item(
    'allowance',
    [field('name'), field('group')],
    [
      material('id', 'id-card', { can_supply_later: false, reuse_days: 90 }),
      material('account', 'bank-account', { requirement: 'conditional', condition: { field: 'group', in: ['paid'] } }),
    ],
  ),
  eligibility: [{ id: 'paid', zh: '要发钱', en: 'paid', check: { field: 'group', op: 'eq', value: 'paid' } }],
};
const part = (id: string, fields: Record<string, string>) => ({
  item_id: id,
  item_version: 3,
  name_zh: id,
  name_en: id,
  agent_allowed: id === 'elder-card',
  fields,
  materials: {},
});
const FORM: BundleForm = {
  id: 'senior',
  name_zh: '老年人福利',
  name_en: 'Senior bundle',
  fields: [field('name'), field('group'), field('group__2')],
  items: [part('elder-card', { name: 'name', group: 'group' }), part('allowance', { name: 'name', group: 'group__2' })],
  papers: [material('own-id', 'id-card'), material('account', 'bank-account')],
};
const together = asItem(FORM, [CARD, ALLOWANCE]);

test('a paper that several items need is asked for once, under its type', () => {
  const needed = materialsNeeded(together, { name: '李', group: 'a', group__2: 'paid' });

  expect(needed.map((one) => one.material.id)).toEqual(['id-card', 'bank-account']);
});

test('conditions look at the answer that the item itself gets', () => {
  expect(answersFor({ item: ALLOWANCE, fields: { group: 'group__2' } }, { group: 'paid' })).toEqual({});
  expect(materialsNeeded(together, { group: 'paid' }).map((one) => one.material.id)).toEqual(['id-card']);
  expect(checkEligibility(together, { group__2: 'paid' }, '2026-11-23').map((one) => one.outcome)).toEqual(['met']);
});

test('a paper may follow, and serves again, only as the strictest of the items lets it', () => {
  const [card, account] = together.materials;

  expect([card?.can_supply_later, card?.reuse_days]).toEqual([false, 90]);
  expect(account?.can_supply_later).toBe(true);
});

test('somebody else may file it only if that is so for every item', () => {
  expect(together.agent_allowed).toBe(false);
});
