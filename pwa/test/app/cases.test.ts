import { describe, expect, it } from 'vitest';
import type { Mark } from '../../src/device/types';
import { BLANK_DELIVERY, BLANK_NOTICE, BLANK_PAGE, BLANK_STATUS } from '../../src/protocol/blank';
import type { DueDate, Moment, Notice, Page, StatusBody } from '../../src/protocol/generated';
import { isMessage, timelineEntries } from '../../src/resident/case/events';
import { caseWords, dueOf, type StatusRow } from '../../src/resident/case/words';

const NOW = new Date('2026-11-23T12:40:00Z');
const DUE: DueDate = {
  at: '2026-11-24T09:00:00Z',
  on: '2026-11-24',
  rule: 'notice-5-working-days',
  provisional: false,
  days: [],
};
const LATE: DueDate = { ...DUE, at: '2026-11-20T09:00:00Z', on: '2026-11-20' };

describe('a case says whose turn it is', () => {
  const said: [string, Partial<StatusBody>, string, string][] = [
    ['waits for photographs', { status: 'filed', awaiting_files: 2 }, 'saved', '收到申请了，还差 2 页照片'],
    [
      'has broken pages',
      { status: 'filed', acts: ['case.supplement'], pages: [page('rejected')] },
      'you',
      '有 1 页没有收下，请重拍',
    ],
    ['is complete', { status: 'received', answer_by: DUE }, 'office', '收齐了，我们在看'],
    ['needs documents', { status: 'correction', notices: [notice()] }, 'you', '还差 2 样材料'],
    ['is accepted', { status: 'accepted', promised: DUE }, 'office', '受理了，我们在办'],
    ['is granted', { status: 'granted' }, 'office', '批准了，正在出证'],
    [
      'can be picked up',
      { status: 'issued', delivery: { ...BLANK_DELIVERY, method: 'pickup' } },
      'you',
      '证明出好了，可以来取',
    ],
    [
      'is about to be posted',
      { status: 'issued', delivery: { ...BLANK_DELIVERY, method: 'mail' } },
      'office',
      '证明出好了，正要寄给您',
    ],
    [
      'is electronic',
      { status: 'issued', delivery: { ...BLANK_DELIVERY, method: 'electronic' } },
      'done',
      '证明出好了，下面就能打开',
    ],
    [
      'is in the post',
      { status: 'posted', delivery: { ...BLANK_DELIVERY, method: 'mail', carrier: '邮政', tracking_number: 'E1' } },
      'done',
      '证明寄出了',
    ],
    ['is delivered', { status: 'delivered' }, 'done', '都办好了'],
    ['was rejected', { status: 'rejected' }, 'refused', '没有批准'],
    ['was declined', { status: 'declined' }, 'refused', '这次没有受理'],
    ['was withdrawn', { status: 'withdrawn' }, 'refused', '您撤回了'],
  ];

  it.each(said)('when it %s', (_, body, state, say) => {
    const words = caseWords(row(body), { now: NOW, pagesHere: 0 });

    expect([words.state, words.say]).toEqual([state, say]);
  });

  it('and admits that the centre is late', () => {
    const words = caseWords(row({ status: 'received', answer_by: LATE }), { now: NOW, pagesHere: 0 });

    expect([words.state, words.badge, words.who]).toEqual(['late', '超期 3 天', '我们超期了']);
  });

  it('before the service has answered, honestly', () => {
    const kept = caseWords({ ...row({}), pos: 0, marks: [mark('case.file@1', 'waiting')] }, { now: NOW, pagesHere: 7 });
    const sent = caseWords({ ...row({}), pos: 0, marks: [mark('case.file@1', 'sent')] }, { now: NOW, pagesHere: 7 });

    expect([kept.state, kept.say]).toEqual(['saved', '还没发出，有信号就自动发']);
    expect([sent.state, sent.say]).toEqual(['saved', '正在等我们的回信']);
  });

  it('while an answer to a notice or a withdrawal is on its way', () => {
    const body: Partial<StatusBody> = { status: 'correction', notices: [notice()] };
    const answered = caseWords(
      { ...row(body), marks: [mark('case.supplement@1', 'waiting')] },
      { now: NOW, pagesHere: 0 },
    );
    const withdrawn = caseWords({ ...row(body), marks: [mark('case.withdraw@1', 'sent')] }, { now: NOW, pagesHere: 0 });

    expect([answered.say, withdrawn.say]).toEqual(['补的材料存在本机', '撤回还没发出']);
  });

  it('and an act that was not done comes before everything else', () => {
    const words = caseWords(
      { ...row({ status: 'accepted' }), marks: [mark('case.withdraw@1', 'refused')] },
      { now: NOW, pagesHere: 0 },
    );

    expect([words.state, words.badge, words.act?.words]).toEqual(['refused', '没有办成', '看看怎么办']);
  });
});

describe('the date that matters', () => {
  it('is that of the notice, the promise or the answer', () => {
    expect(dueOf(row({ status: 'correction', notices: [notice()] }).body)).toEqual({
      due: DUE,
      words: '最晚补好：',
      state: 'you',
    });
    expect(dueOf(row({ status: 'accepted', promised: DUE }).body)?.words).toBe('最晚办好：');
    expect(dueOf(row({ status: 'filed', answer_by: DUE }).body)?.words).toBe('照片现在到齐的话，最晚答复：');
    expect(dueOf(row({ status: 'delivered', answer_by: DUE }).body)).toBeNull();
  });
});

describe('the timeline', () => {
  it('is told newest first, without what concerns machines only', () => {
    const moments = [
      moment(1, 'case.filed'),
      moment(2, 'file.stored'),
      moment(3, 'case.received'),
      moment(4, 'effect.claimed'),
    ];

    expect(timelineEntries(moments, NOW).map((entry) => entry.words)).toEqual(['照片收齐了，我们开始看', '您交了申请']);
  });

  it('names who has taken the case on only until the next thing happens', () => {
    const claimed = [moment(1, 'case.filed'), moment(2, 'case.claimed', '周敏')];

    expect(timelineEntries(claimed, NOW)[0]?.words).toBe('周敏接手在办');
    expect(timelineEntries([...claimed, moment(3, 'case.accepted')], NOW).map((one) => one.words)).toEqual([
      '受理了，开始办',
      '您交了申请',
    ]);
  });

  it('has messages for what comes from the centre, not for what the person did', () => {
    expect(['case.filed', 'case.accepted', 'case.posted'].map((tag) => isMessage(moment(1, tag)))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

function row(body: Partial<StatusBody>): StatusRow {
  return { id: 'c1', kind: 'status', pos: 9, marks: [], body: { ...BODY, ...body } };
}

function mark(type: Mark['type'], state: Mark['state']): Mark {
  return { intent: 'i1', type, state, code: null, at: NOW.toISOString() };
}

function page(state: Page['state']): Page {
  return { ...BLANK_PAGE, file: 'f1', material: 'lease-contract', state };
}

function notice(): Notice {
  const defect = {
    material: 'm',
    material_name: { zh: '合同', en: 'Lease' },
    file: null,
    number: null,
    code: 'missing',
    words: '',
    answered: false,
  };
  return {
    ...BLANK_NOTICE,
    requested_at: NOW.toISOString(),
    by_name: '周敏',
    respond_by: DUE,
    defects: [defect, defect],
    answered_at: null,
  };
}

function moment(position: number, tag: string, name = ''): Moment {
  return { position, at: NOW.toISOString(), tag, who: 'staff', name, role: '', params: {} };
}

const BODY: StatusBody = {
  ...BLANK_STATUS,
  item_id: 'house-lease-filing',
  item_version: 1,
  item_name: { zh: '房屋租赁登记备案', en: 'Lease filing' },
  filing_number: 'S1',
  case_number: null,
  status: 'received',
  turn: 'office',
  steps: [],
  filed_at: NOW.toISOString(),
  received_at: null,
  awaiting_files: 0,
  answer_by: null,
  promised: null,
  office_step: null,
  applicant_name: '陈志远',
  agent_name: null,
  answers: {},
  pages: [],
  declarations: [],
  notices: [],
  decision: null,
  result: null,
  delivery: { ...BLANK_DELIVERY, method: 'electronic' },
  timeline: [],
  acts: [],
};
