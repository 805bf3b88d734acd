import { expect, test } from 'vitest';
import { fitFor, loadsOf, taskOf, unfitFor } from '../../src/staff/colleagues';
import { candidates, previewOf } from '../../src/staff/reassign';
import { colleague, queueRow } from './cast';

const TODAY = '2026-11-24';
const lease = queueRow('lease', { effort_minutes: 60 });
const review = queueRow('review', {
  status: 'accepted',
  step: { id: 'r', role: 'reviewer', stage: 'review', name: { zh: '', en: '' } },
});
const held = queueRow('held', { claimed_by: { id: 'xin', name: '何欣' }, effort_minutes: 30 });

test('somebody can take a step by role, certificate and presence, and not what they have', () => {
  const task = taskOf(held.body);

  expect(unfitFor(colleague('min'), task, TODAY)).toBeNull();
  expect(unfitFor(colleague('xin'), task, TODAY)).toBe('same');
  expect(unfitFor(colleague('tao', { roles: ['reviewer'] }), task, TODAY)).toBe('role');
  expect(unfitFor(colleague('new', { certificates: [] }), task, TODAY)).toBe('certificate');
  expect(unfitFor(colleague('off', { absences: [{ first: TODAY, last: TODAY, substitute: null }] }), task, TODAY)).toBe(
    'away',
  );
  expect(unfitFor(colleague('tao', { roles: ['reviewer'], certificates: [] }), taskOf(review.body), TODAY)).toBeNull();
});

test('a preview says what moves, what stays and why, and what the colleague then has', () => {
  const preview = previewOf(
    [lease, review, held],
    colleague('min'),
    TODAY,
    new Map([['min', { cases: 2, minutes: 120 }]]),
  );

  expect(preview.moves.map(({ row, unfit }) => [row.id, unfit])).toEqual([
    ['lease', null],
    ['review', 'role'],
    ['held', null],
  ]);
  expect([preview.before, preview.after]).toEqual([
    { cases: 2, minutes: 120 },
    { cases: 4, minutes: 210 },
  ]);
});

test('whoever can take most of the cases is offered first', () => {
  const both = colleague('both', { roles: ['window-clerk', 'reviewer'] });
  expect(
    candidates([lease, review], [colleague('min'), both, colleague('none', { roles: [] })], TODAY, new Map()).map(
      ({ id }) => id,
    ),
  ).toEqual(['both', 'min']);
});

test('the least loaded comes first, counted from the rows of the queue', () => {
  const loads = loadsOf([held]);

  expect(loads.get('xin')).toEqual({ cases: 1, minutes: 30 });
  expect(fitFor([colleague('xin'), colleague('min')], taskOf(lease.body), TODAY, loads).map(({ id }) => id)).toEqual([
    'min',
    'xin',
  ]);
});
