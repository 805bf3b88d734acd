import { expect, test } from 'vitest';
import type { Draft } from '../../src/device/types';
import { askedOf, channelsFor, openingOf } from '../../src/staff/intake/intake';
import { CONTRACT, LEASE, material } from './cast';

const PROMISE = material('promise', '承诺书', { source: 'self-declared', form: 'form-field' });
const LATER = material('photo', '照片', { can_supply_later: true });
const ITEM = { ...LEASE, version: 3, materials: [CONTRACT, PROMISE, LATER] };
const DRAFT: Draft = {
  id: 'd',
  item_id: 'lease',
  item_version: 3,
  item_name: null,
  answers: {},
  declarations: ['promise', 'contract'],
  later: ['photo', 'contract'],
  step: 'window',
  created_at: '',
  saved_at: '',
};

test('clerks file from the telephone and the window, community workers from visits, nobody else', () => {
  expect([channelsFor(['window-clerk']), channelsFor(['community-worker']), channelsFor(['lead'])]).toEqual([
    ['phone', 'window'],
    ['visit'],
    [],
  ]);
});

test('papers are told apart by how they come', () => {
  const { signed, later, photographed } = askedOf(ITEM, {});
  expect([signed, later, photographed].map((list) => list.map(({ id }) => id))).toEqual([
    ['promise'],
    ['photo'],
    ['contract', 'photo'],
  ]);
});

test('only what can be signed here is signed, and only what may follow is promised', () => {
  expect(openingOf(DRAFT, ITEM)).toEqual({
    item_id: 'lease',
    item_version: 3,
    channel: 'window',
    answers: {},
    declarations: ['promise'],
    later: ['photo'],
  });
});
