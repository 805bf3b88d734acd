import { expect, test } from 'vitest';
import { counts, groupsOf, inOrder, isDue, matching, nextAfter, type Row } from '../../src/staff/queue';
import { JING, MIN, queueRow, TAO, WHEN } from './cast';

const ids = (rows: readonly Row[]): string[] => rows.map((row) => row.id);
const taken = queueRow('taken', { claimed_by: { id: 'min', name: '周敏' } });
const free = queueRow('free');
const colleague = queueRow('colleague', { claimed_by: { id: 'xin', name: '何欣' } });
const answered = queueRow('answered', { returned: true });
const asked = queueRow('asked', { status: 'correction', due: '2026-12-24T09:00:00Z' });
const review = queueRow('review', {
  status: 'accepted',
  step: { id: 'review', role: 'reviewer', name: { zh: '审核', en: 'Review' } },
});
const ended = queueRow('ended', { status: 'delivered', step: null, due: null });
const ALL = [taken, free, colleague, answered, asked, review, ended];

test('mine are the cases that the clerk has taken and those of the role that nobody has', () => {
  const groups = groupsOf('mine', ALL, MIN, WHEN);

  expect(groups.map((group) => [group.heading, ids(group.rows)])).toEqual([
    ['taken', ['taken']],
    ['free', ['free', 'answered']],
  ]);
});

test('each role sees the steps that are its own', () => {
  expect(groupsOf('mine', ALL, TAO, WHEN).flatMap((group) => ids(group.rows))).toEqual(['review']);
  expect(groupsOf('mine', ALL, JING, WHEN)).toEqual([]);
});

test('counts come from the same rows as the lines', () => {
  expect(counts(ALL, MIN, WHEN)).toEqual({ mine: 3, team: 5, waiting: 1, returned: 1, due: 0 });
});

test('an ended case stands in no tab', () => {
  expect(counts([ended], MIN, WHEN)).toEqual({ mine: 0, team: 0, waiting: 0, returned: 0, due: 0 });
});

test('what is late or due first comes first, then what has waited longest', () => {
  const late = queueRow('late', { due: '2026-11-23T09:00:00Z' });
  const issueNew = queueRow('issue-new', { due: null, changed_at: '2026-11-24T01:00:00Z' });
  const issueOld = queueRow('issue-old', { due: null, changed_at: '2026-11-20T01:00:00Z' });

  expect(ids(inOrder([issueNew, free, late, issueOld]))).toEqual(['late', 'free', 'issue-old', 'issue-new']);
});

test('due soon means two working days or less, and never a date that the applicant must keep', () => {
  expect(isDue(queueRow('a', { due: '2026-11-25T09:00:00Z' }), WHEN)).toBe(true);
  expect(isDue(queueRow('b', { due: '2026-11-26T09:00:00Z' }), WHEN)).toBe(false);
  expect(isDue(queueRow('c', { due: '2026-11-20T09:00:00Z' }), WHEN)).toBe(true);
  expect(isDue(queueRow('d', { status: 'correction', due: '2026-11-24T09:00:00Z' }), WHEN)).toBe(false);
});

test('the box finds by number with or without hyphens, masked name and item, every word of it', () => {
  const other = queueRow('other', { number: 'BQS-20261124-0002-6', applicant_masked: '吴**' });

  expect(ids(matching([free, other], '0002-6'))).toEqual(['other']);
  expect(ids(matching([free, other], '2026112400026'))).toEqual(['other']);
  expect(ids(matching([free, other], '吴 租赁'))).toEqual(['other']);
  expect(ids(matching([free, other], '吴 高龄'))).toEqual([]);
});

test('the next case is the first of mine that is not this one and has nothing under way', () => {
  const busy: Row = {
    ...free,
    marks: [{ intent: 'i', type: 'case.accept@1', state: 'waiting', code: null, at: '' }],
  };

  expect(nextAfter('taken', [taken, busy, answered], MIN, WHEN)?.id).toBe('answered');
  expect(nextAfter('taken', [taken], MIN, WHEN)).toBeNull();
});
