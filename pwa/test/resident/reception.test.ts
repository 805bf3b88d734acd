import { expect, test } from 'vitest';
import type { Answers, ServiceItem } from '../../src/forms/types';
import type { GroupBody, ReceptionBody } from '../../src/protocol/generated';
import { applicantOf, applicantsOf, settledBy } from '../../src/resident/apply/applicants';
import { isBad, LEVELS, reasonsOf } from '../../src/resident/rating/levels';
import { groupFor, hoursWords, lineWords, noTicketsBecause } from '../../src/resident/visits/reception';

const group = (change: Partial<GroupBody> = {}): GroupBody => ({
  id: 'housing',
  lane: 'l',
  name: { zh: '住房', en: 'Housing' },
  items: ['house-lease-filing'],
  waiting: 0,
  wait_minutes: 0,
  is_stopped: false,
  ...change,
});
const RECEPTION = {
  on: '2026-11-23',
  days: [{ on: '2026-11-23', openings: [{ starts: '09:00:00', ends: '12:00:00', kind: 'regular' }], because: '' }],
  groups: [group()],
  tickets_from: '2026-11-23T00:30:00Z',
  tickets_until: '2026-11-23T04:00:00Z',
} as unknown as ReceptionBody;

test('a line says how many wait and how long, as far as that can be known', () => {
  expect(lineWords(group())).toBe('没有人等，来了就办');
  expect(lineWords(group({ waiting: 2, wait_minutes: 24 }))).toBe('2 人在等，大约要等 24 分钟');
  expect(lineWords(group({ waiting: 2, wait_minutes: null }))).toBe('2 人在等');
  expect(lineWords(group({ is_stopped: true }))).toBe('今天不再发号');
});

test('why no number can be taken is said with the hour', () => {
  expect(noTicketsBecause(RECEPTION, new Date('2026-11-23T00:00:00Z'))).toBe('8:30 开始发号。');
  expect(noTicketsBecause(RECEPTION, new Date('2026-11-23T01:00:00Z'))).toBeNull();
  expect(noTicketsBecause(RECEPTION, new Date('2026-11-23T04:00:00Z'))).toBe('今天不再发号了。');
  const closed = {
    ...RECEPTION,
    tickets_from: null,
    tickets_until: null,
    days: [{ on: '2026-11-23', openings: [], because: '停电' }],
  };
  expect(noTicketsBecause(closed, new Date('2026-11-23T01:00:00Z'))).toBe('今天不开门：停电');
});

test('openings outside the usual hours say what they are', () => {
  const openings = [
    { starts: '09:00:00', ends: '12:00:00', kind: 'regular' },
    { starts: '17:00:00', ends: '19:30:00', kind: 'extended' },
  ];

  expect(hoursWords({ on: '2026-11-23', openings, because: '' })).toBe(
    '9:00\u2060–\u206012:00、延时服务 17:00\u2060–\u206019:30',
  );
});

test('an item leads to the group that serves it, another matter to none', () => {
  expect(groupFor(RECEPTION, 'house-lease-filing')?.id).toBe('housing');
  expect(groupFor(RECEPTION, 'elder-card')).toBeNull();
});

test('only the two worst levels are bad, and good reasons are not offered for them', () => {
  expect(LEVELS.filter(isBad)).toEqual(['dissatisfied', 'very-dissatisfied']);
  expect(reasonsOf('dissatisfied')).not.toContain('fast');
  expect(reasonsOf('very-satisfied')).not.toContain('slow');
});

test('for whom an item can be applied for follows from who may and who may act', () => {
  const item = (change: Partial<ServiceItem>): ServiceItem =>
    ({
      fields: [{ id: 'has_agent' }, { id: 'applicant_kind' }],
      subject: ['natural-person'],
      agent_allowed: true,
      ...change,
    }) as unknown as ServiceItem;

  expect(applicantsOf(item({})).map((one) => one.id)).toEqual(['self', 'relative']);
  expect(applicantsOf(item({ agent_allowed: false })).map((one) => one.id)).toEqual(['self']);
  expect(applicantsOf(item({ subject: ['natural-person', 'legal-person'] })).at(-1)?.answers).toEqual({
    applicant_kind: 'legal-person',
  });
});

test('what was chosen before the form is not asked once more, and an organisation still says who files for it', () => {
  const item = {
    fields: [{ id: 'has_agent' }, { id: 'applicant_kind' }],
    subject: ['natural-person', 'legal-person'],
    agent_allowed: true,
  } as unknown as ServiceItem;
  const settled = (answers: Answers): string[] => [...settledBy(applicantOf(item, answers))];

  expect(settled({ applicant_kind: 'natural-person', has_agent: true })).toEqual(['applicant_kind', 'has_agent']);
  expect(settled({ applicant_kind: 'legal-person', has_agent: true })).toEqual(['applicant_kind']);
  expect(settled({})).toEqual([]);
});
