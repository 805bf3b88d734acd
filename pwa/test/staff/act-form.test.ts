import { expect, test } from 'vitest';
import { blanksOf, commandOf, defectsOf, valuesOf } from '../../src/staff/act-form';

const NOTHING = { defects: [], checked: [] };
const needed = (outcome: string): string[] =>
  blanksOf('case.decide', outcome)
    .filter((blank) => blank.needed)
    .map((blank) => blank.name);

test('a rejection needs reason, basis and remedies, a grant nothing', () => {
  expect(needed('granted')).toEqual([]);
  expect(needed('rejected')).toEqual(['reason', 'basis', 'remedies']);
});

test('a decision carries the words of its outcome only', () => {
  const values = { outcome: 'granted', reason: ' 同意 ', basis: '《办法》', remedies: '60日' };

  expect(commandOf('case.decide', values, NOTHING)).toEqual({
    type: 'case.decide@1',
    args: { outcome: 'granted', reason: '同意' },
  });
  expect(commandOf('case.decide', { ...values, outcome: 'rejected' }, NOTHING)?.args).toEqual({
    outcome: 'rejected',
    reason: '同意',
    basis: '《办法》',
    remedies: '60日',
  });
});

test('a notice is sent without what the screen adds to its lines', () => {
  const line = { key: 'c2', number: 2, material: 'contract', file: 'c2', code: 'unreadable', words: ' 看不清 ' };

  expect(commandOf('case.request-correction', {}, { defects: [line], checked: [] })?.args).toEqual({
    defects: [{ material: 'contract', file: 'c2', code: 'unreadable', words: '看不清' }],
  });
});

test('what was handed in before fills the blanks again', () => {
  const args = { reason: '材料不全', remedy: '补齐再交' };
  const defects = [{ material: 'contract', file: null, code: 'missing', words: '还差合同' }];

  expect(valuesOf(args)).toEqual(args);
  expect(defectsOf({ defects })).toEqual(defects);
  expect([valuesOf(null), defectsOf(undefined)]).toEqual([{}, []]);
});

test('acts of the applicant are no clerk’s', () => {
  expect(commandOf('case.withdraw', {}, NOTHING)).toBeNull();
});
