import { expect, test } from 'vitest';
import { ENDED } from '../../src/protocol/generated';
import { dueWords, faceOf } from '../../src/staff/face';
import {
  arranged,
  type Clerk,
  counts,
  FILTERS,
  type Filter,
  groupsOf,
  hasMark,
  inOrder,
  isDue,
  matching,
  nextAfter,
  type Row,
} from '../../src/staff/queue';
import { HAO, JING, MIN, queueRow, TAO, WHEN } from './cast';

const ids = (rows: readonly Row[]): string[] => rows.map((row) => row.id);
const taken = queueRow('taken', { claimed_by: { id: 'min', name: '周敏' } });
const free = queueRow('free');
const colleague = queueRow('colleague', { claimed_by: { id: 'xin', name: '何欣' } });
const answered = queueRow('answered', { returned: true });
const asked = queueRow('asked', { status: 'correction', due: '2026-12-24T09:00:00Z' });
const review = queueRow('review', {
  status: 'accepted',
  step: { id: 'review', role: 'reviewer', stage: 'review', name: { zh: '审核', en: 'Review' } },
});
const ended = queueRow('ended', { status: 'delivered', step: null, due: null });
const ALL = [taken, free, colleague, answered, asked, review, ended];

test('mine are the cases that the clerk has taken and those of the role that nobody has', () => {
  const groups = groupsOf('mine', ALL, MIN, WHEN);

  expect(groups.map((group) => [group.heading, ids(group.rows)])).toEqual([
    ['taken', ['taken']],
    ['free', ['answered', 'free']],
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
  const issueNew = queueRow('issue-new', { due: null, received_at: '2026-11-24T01:00:00Z' });
  const issueOld = queueRow('issue-old', { due: null, received_at: '2026-11-20T01:00:00Z' });

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

test('the box finds by the initials of the name in pinyin and by the end of the telephone number', () => {
  const chen = queueRow('chen', { initials: ['cjy'], phone_end: '0042' });

  expect(ids(matching([free, chen], 'CJ'))).toEqual(['chen']);
  expect(ids(matching([free, chen], '0042'))).toEqual(['chen']);
  expect(ids(matching([free, chen], '042'))).toEqual([]);
});

test('a list may begin with what takes the least time', () => {
  const long = queueRow('long', { effort_minutes: 480, due: '2026-11-24T09:00:00Z' });
  const short = queueRow('short', { effort_minutes: 30 });

  expect(ids(inOrder([long, short]))).toEqual(['long', 'short']);
  expect(ids(inOrder([long, short], 'short'))).toEqual(['short', 'long']);
});

test('a lead has in their own list what asks for a lead, whoever works on it', () => {
  const asking = queueRow('asking', { second_notice: 'asked', claimed_by: { id: 'xin', name: '何欣' } });

  expect(groupsOf('mine', [asking, free], HAO, WHEN).flatMap((group) => ids(group.rows))).toEqual(['asking']);
});

test('what asks a lead something, or waits for a call, is not headed as something to take', () => {
  const asking = queueRow('asking', { second_notice: 'asked', claimed_by: { id: 'xin', name: '何欣' } });
  const sample = queueRow('sample', { sampling: true, status: 'delivered', step: null, waiting_for: 'lead' });
  const call = queueRow('call', { status: 'delivered', step: null, waiting_for: 'window', due: null });
  const headings = (rows: Row[], who: Clerk) =>
    groupsOf('mine', rows, who, WHEN).map(({ heading, rows: under }) => [heading, ids(under)]);

  expect(headings([asking, sample], HAO)).toEqual([['asked', ids(inOrder([asking, sample]))]]);
  expect(headings([asking, call, free], { ...HAO, roles: [...HAO.roles, ...MIN.roles] })).toEqual([
    ['asked', ['asking']],
    ['free', ['free']],
    ['window', ['call']],
  ]);
});

test('each filter finds what its word says', () => {
  const rows: Record<Filter, Row> = {
    overdue: queueRow('overdue', { due: '2026-11-23T09:00:00Z' }),
    handed: queueRow('handed', {
      handed_over: {
        sender: { id: 'xin', name: '何欣' },
        to: { id: 'min', name: '周敏' },
        at: '',
        opened: false,
        words: '',
      },
    }),
    evidence: queueRow('evidence', { evidence: true }),
    duplicates: queueRow('duplicates', { duplicates: 1 }),
    gaps: queueRow('gaps', { gaps_open: 1 }),
    unanswered: queueRow('unanswered', { unanswered: true }),
    unreached: queueRow('unreached', { unreached: 2 }),
    asks: queueRow('asks', { extension_asked: true }),
    school: queueRow('school', { for_school: true }),
  };
  const found = (filter: Filter) => ids(Object.values(rows).filter((row) => hasMark(filter, row, MIN, WHEN)));

  expect(FILTERS.filter((filter) => filter !== 'asks').map(found)).toEqual(
    FILTERS.filter((filter) => filter !== 'asks').map((filter) => [filter]),
  );
  expect(found('asks')).toEqual(['evidence', 'asks']);
});

test("an ended case is nobody's turn and never late, however long its date has passed", () => {
  for (const status of ENDED) {
    const ended = queueRow(status, { status, waiting_for: 'nobody', due: '2026-01-05T09:00:00Z' });
    const face = faceOf(ended, MIN, WHEN, false);

    expect([face.state === 'done' || face.state === 'refused', dueWords(ended.body, WHEN).late]).toEqual([true, false]);
    expect(hasMark('overdue', ended, MIN, WHEN)).toBe(false);
  }
});

test("a date that passes for the applicant or a stopped clock is not the centre's delay", () => {
  const passed = (waiting_for: Row['body']['waiting_for']) =>
    queueRow(waiting_for, { waiting_for, due: '2026-01-05T09:00:00Z' });
  const late = (['step', 'post', 'applicant', 'procedure'] as const).filter((who) =>
    hasMark('overdue', passed(who), MIN, WHEN),
  );

  expect(late).toEqual(['step', 'post']);
});

test('the next case is the first of mine that is not this one and has nothing under way', () => {
  const busy: Row = {
    ...free,
    marks: [{ intent: 'i', type: 'case.accept@1', state: 'waiting', code: null, at: '' }],
  };

  expect(nextAfter('taken', [taken, busy, answered], MIN, WHEN)?.id).toBe('answered');
  expect(nextAfter('taken', [taken], MIN, WHEN)).toBeNull();
});

test('rows keep the order of before, new ones come last and those that are gone are left out', () => {
  const taken2: Row = { ...taken, pos: 9 };

  const rows = arranged([asked, free, taken2], [free, answered, taken]);

  expect(ids(rows)).toEqual(['free', 'taken', 'asked']);
  expect(rows[1]).toBe(taken2);
});

test('a row is looked at anew for another person and at another moment', () => {
  const passing = queueRow('passing', { due: '2026-12-01T09:00:00Z' });
  const later = { ...WHEN, now: new Date('2026-12-02T09:00:00Z') };

  expect([MIN, TAO].map((who) => groupsOf('mine', [passing], who, WHEN).length)).toEqual([1, 0]);
  expect([WHEN, later, WHEN].map((when) => hasMark('overdue', passing, MIN, when))).toEqual([false, true, false]);
});
