import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Mark } from '../../src/device/types';
import type { Field, ServiceItem } from '../../src/forms/types';
import { BLANK_DELIVERY, BLANK_STATUS } from '../../src/protocol/blank';
import type {
  Clock,
  Decision,
  DueDate,
  Gap,
  Message,
  Moment,
  Notice,
  Page,
  StatusBody,
} from '../../src/protocol/generated';
import { actsAsAgent } from '../../src/resident/case/agency';
import { deliveryAnswers, deliveryProblems } from '../../src/resident/case/delivery';
import { isMessage, timelineEntries } from '../../src/resident/case/events';
import { readersOf, whoReads } from '../../src/resident/case/messages';
import {
  caseWords,
  dueOf,
  openGaps,
  rejectedPages,
  type StatusRow,
  takesEvidence,
} from '../../src/resident/case/words';

const NOW = new Date('2026-11-23T12:40:00Z');
const DUE: DueDate = {
  at: '2026-12-07T09:00:00Z',
  on: '2026-12-07',
  rule: 'gap-working-days',
  provisional: false,
  days: [],
};
const gap = (change: Partial<Gap> = {}): Gap => ({
  material: 'register',
  material_name: { zh: '户口簿', en: 'Household register' },
  due: DUE,
  state: 'open',
  outcome: '',
  is_overdue: false,
  closed_at: null,
  ...change,
});
const row = (body: Partial<StatusBody>): StatusRow => ({
  id: 'case',
  kind: 'status',
  pos: 9,
  body: { ...BLANK_STATUS, filed_at: '2026-11-20T02:00:00Z', ...body },
  marks: [],
});
const say = (body: Partial<StatusBody>) => caseWords(row(body), { now: NOW, pagesHere: 0 });

// Dates of this year are said without it.
beforeAll(() => {
  vi.setSystemTime(NOW);
});
afterAll(() => {
  vi.useRealTimers();
});

describe('a case in which something was promised for later', () => {
  it('is the office’s turn, and says by when what is still owed', () => {
    const words = say({ status: 'accepted', promised: DUE, gaps: [gap(), gap({ state: 'supplied' })] });

    expect([words.state, words.more]).toEqual(['office', '您答应后补的 1 样，请在 12月7日 星期一 17:00 前补。']);
    expect(words.act?.words).toBe('去补');
  });

  it('lists the most pressing first and forgets what is settled', () => {
    const sooner = gap({ material: 'photo', due: { ...DUE, at: '2026-11-25T09:00:00Z' } });

    expect(openGaps(row({ gaps: [gap(), sooner, gap({ state: 'closed' })] }).body).map((one) => one.material)).toEqual([
      'photo',
      'register',
    ]);
  });
});

describe('a page that cannot be opened', () => {
  const page = { material: 'contract', number: 1, state: 'rejected', reason: 'undecodable' } as Page;
  const owing = (status: StatusBody['status'], acts: StatusBody['acts'] = ['case.supplement']) =>
    say({ status, acts, pages: [page], gaps: [gap()] });

  it.each(['filed', 'accepted', 'suspended'] as const)('is asked for first while a case is %s', (status) => {
    const words = owing(status);

    expect([words.state, words.say, words.act?.words]).toEqual(['you', '有 1 页没有收下，请重拍', '去重拍']);
  });

  it('is asked for beside the centre’s own delay', () => {
    const words = say({
      status: 'accepted',
      promised: { ...DUE, at: '2026-11-20T09:00:00Z' },
      acts: ['case.supplement'],
      pages: [page],
    });

    expect([words.state, words.more, words.act?.words]).toEqual(['late', '有 1 页没有收下，请重拍', '去重拍']);
  });

  it('is not asked for once nothing is taken any more', () => {
    expect(owing('archived', []).state).not.toBe('you');
    expect(rejectedPages(row({ status: 'archived', pages: [page] }).body)).toEqual([]);
  });
});

describe('a case that went back', () => {
  it('can be taken up again from the list while that is recent', () => {
    const moment = { position: 1, at: '2026-11-20T02:00:00Z', tag: 'case.returned' } as Moment;
    const recent = say({ status: 'returned', acts: ['case.reopen'], timeline: [moment] });
    const old = say({
      status: 'returned',
      acts: ['case.reopen'],
      timeline: [{ ...moment, at: '2026-09-20T02:00:00Z' }],
    });

    expect([recent.act?.words, recent.closed]).toEqual(['接着办', false]);
    expect([old.act?.words, old.closed]).toEqual(['接着办', true]);
  });
});

it('a correction says until which hour it is to be answered, above the case and on its card', () => {
  const notice = { respond_by: DUE, answered_at: null, taken_back: false, defects: [] } as unknown as Notice;
  const words = say({ status: 'correction', notices: [notice] });

  expect(words.more).toMatch(/^12月7日 星期一 17:00 前补好。其他的都没问题/);
  expect(words.next).toContain('请在 12月7日 星期一 17:00 前补。');
});

describe('a case with an act that was not done', () => {
  const late = (body: Partial<StatusBody>) => {
    const mark: Mark = { intent: 'i', type: 'case.withdraw@1', state: 'conflict', code: 'state-changed', at: '' };
    return caseWords({ ...row(body), marks: [mark] }, { now: NOW, pagesHere: 0 });
  };

  it('says so first while it is under way', () => {
    expect([late({ status: 'accepted' }).say, late({ status: 'correction' }).say]).toEqual([
      '这一步没有办成',
      '这一步没有办成',
    ]);
  });

  it('tells its outcome once there is one, and its card still leads to the act', () => {
    const decision = { outcome: 'rejected', reason: '租期已经结束' } as Decision;
    const words = late({ status: 'rejected', decision });

    expect([words.say, words.more, words.badge]).toEqual(['没有批准', '租期已经结束', '没有办成']);
    expect([words.next, words.act?.words, words.closed]).toEqual(['这一步没有办成', '看看怎么办', false]);
    expect(late({ status: 'granted' }).state).toBe('office');
  });
});

it('a result that came back by post is the applicant’s turn', () => {
  const words = say({ status: 'issued', delivery: { ...BLANK_DELIVERY, method: 'mail', state: 'came-back' } });

  expect([words.state, words.say]).toEqual(['you', '寄给您的退回来了']);
});

it('while a special procedure runs the date is said to be a pause, and after the decision it is that of the delivery', () => {
  const clock = { name: 'delivery', about: '', due: DUE, state: 'running' } as Clock;

  expect(dueOf(row({ status: 'suspended', promised: DUE }).body)?.words).toBe('暂停着，预计：');
  expect(dueOf(row({ status: 'granted', clocks: [clock] }).body)?.words).toBe('最晚送到：');
});

it('evidence is taken where the acts allow it, and shown wherever there is some', () => {
  const one = {
    at: '2026-11-20T02:00:00Z',
    files: [],
    reply: '',
    after_decision: true,
    supplies: [],
    outcome: 'unchanged',
    words: '',
  } as const;

  expect(takesEvidence(row({ status: 'rejected', acts: ['case.supplement'] }).body)).toBe(true);
  expect(takesEvidence(row({ status: 'correction', acts: ['case.supplement'] }).body)).toBe(false);
  expect(takesEvidence(row({ status: 'archived', evidence: [{ ...one, files: [], supplies: [] }] }).body)).toBe(true);
});

describe('words on a case', () => {
  const message = (readers: string[], name = ''): Message => ({
    position: 1,
    at: '2026-11-20T02:00:00Z',
    who: 'applicant',
    by_name: '',
    text: '?',
    readers,
    reader_name: name,
  });

  it('name who has read them, and whoever holds the case by name', () => {
    expect(readersOf(message(['handler', 'agent'], '李涛'))).toBe('正在办的李涛和代办人');
    expect(readersOf(message(['window-clerk']))).toBe('窗口的工作人员');
  });

  it('say before they are sent at which desk they will be read', () => {
    expect(whoReads(row({ status: 'received' }).body)).toBe('窗口的工作人员');
    expect(
      whoReads(row({ status: 'accepted', office_step: { zh: '审核', en: 'Review' }, agent_name: '陈' }).body),
    ).toBe('办“审核”的工作人员和代办人');
  });

  it('are news only when they come from the centre', () => {
    const moment = (who: Moment['who']): Moment => ({
      position: 1,
      at: '2026-11-23T02:00:00Z',
      tag: 'message.sent',
      who,
      name: '',
      role: '',
      params: {},
    });

    expect([isMessage(moment('staff')), isMessage(moment('applicant'))]).toEqual([true, false]);
    expect(timelineEntries([moment('applicant')], NOW)[0]?.words).toBe('您写了一句话');
  });
});

it('an agent is told from the applicant by the telephone that they signed in with', () => {
  const agency = { name: '陈', relation: '儿子', proof: 'declared', material: '', ended_at: null };
  const answers = { agent_phone: '13800000001', applicant_phone: '13800000031' };
  const body = row({ agency, answers }).body;

  expect(actsAsAgent(body, '138****0001')).toBe(true);
  expect(actsAsAgent(body, '138****0031')).toBe(false);
  expect(actsAsAgent(row({ answers }).body, '138****0001')).toBe(false);
});

it('changing the delivery sends all of its answers and nothing else, and asks for what the way needs', () => {
  const field = (id: string, change: Partial<Field> = {}): Field => ({
    id,
    label_zh: id,
    label_en: id,
    type: 'text',
    required: true,
    group: 'delivery',
    ...change,
  });
  const address = field('mail_address', { show_if: { field: 'delivery_method', in: ['mail'] } });
  const item = {
    fields: [field('name', { group: 'applicant' }), field('delivery_method'), address],
  } as unknown as ServiceItem;

  expect(deliveryAnswers(item, { name: '林', delivery_method: 'pickup', mail_address: 'x' })).toEqual({
    delivery_method: 'pickup',
  });
  expect(deliveryProblems(item, { delivery_method: 'mail' }, '2026-11-23').map((one) => one.field)).toEqual([
    'mail_address',
  ]);
});
