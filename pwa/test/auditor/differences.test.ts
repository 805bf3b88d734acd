import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { differences } from '../../src/auditor/differences';
import { type Line, linesOf, pagesWords } from '../../src/auditor/stands';
import { language } from '../../src/i18n';
import { BLANK_DELIVERY, BLANK_PAGE } from '../../src/protocol/blank';
import type { CaseBody, Moment, Notification, Page, StatusBody } from '../../src/protocol/generated';
import { CONTRACT_3_AGAIN, changed, IN_CORRECTION, NAMES } from './samples';

// Dates of this year are said without it.
beforeAll(() => {
  vi.setSystemTime('2026-11-24T06:00:00Z');
});
afterAll(() => {
  vi.useRealTimers();
});

afterEach(() => {
  language.value = 'zh';
});

function line(key: string, words: string): Line {
  return { key, group: 'now', label: key, words };
}

function changesTo(after: CaseBody | null, before: CaseBody | null = IN_CORRECTION) {
  return differences(linesOf(before, NAMES), linesOf(after, NAMES));
}

describe('differences between lines', () => {
  it('are those that say something else, come or go', () => {
    const before = [line('a', '1'), line('b', '1'), line('c', '1')];
    const after = [line('d', '1'), line('a', '1'), line('c', '2')];

    expect(differences(before, after)).toEqual([
      { key: 'd', label: 'd', before: null, after: '1' },
      { key: 'c', label: 'c', before: '1', after: '2' },
      { key: 'b', label: 'b', before: '1', after: null },
    ]);
  });

  it('are none between a case and itself', () => {
    expect(changesTo(structuredClone(IN_CORRECTION))).toEqual([]);
  });
});

describe('what changed in a case', () => {
  it('is told for an answered notice in words, line by line', () => {
    const [notice] = IN_CORRECTION.view.notices;
    if (!notice) throw new Error('the sample has a notice');
    const fresh: Page = {
      ...BLANK_PAGE,
      file: CONTRACT_3_AGAIN,
      material: 'lease-contract',
      number: 3,
      sha256: '',
      size: 1,
      state: 'waiting',
    };
    const pages = [
      ...IN_CORRECTION.view.pages.map((page): Page => (page.number === 3 ? { ...page, state: 'replaced' } : page)),
      fresh,
    ];
    const after = changed({
      status: 'filed',
      awaiting_files: 1,
      pages,
      notices: [{ ...notice, answered_at: '2026-11-23T07:08:00Z' }],
    });

    expect(changesTo(after).map(({ label, before, after: now }) => [label, before, now])).toEqual([
      ['走到哪', '等申请人补材料', '交了，照片还没到齐'],
      ['没到的照片', '没有，都到了', '1 页'],
      ['房屋租赁合同', '第2、3页到了', '第2页到了；旧的第3页换下了；第3页还没到'],
      ['补了没有', '还没有', '11月23日 星期一 15:08 补了'],
    ]);
  });

  it('is everything for the moment at which it was filed', () => {
    expect(changesTo(IN_CORRECTION, null).every((change) => change.before === null)).toBe(true);
    expect(changesTo(IN_CORRECTION, null)).not.toEqual([]);
  });

  it('never shows how the data are written', () => {
    for (const speech of ['zh', 'en'] as const) {
      language.value = speech;
      for (const { words } of linesOf(IN_CORRECTION, NAMES))
        expect(words).not.toMatch(/[{}[\]"]|undefined|null|T\d\d:/);
    }
  });
});

const AT = '2026-11-23T08:00:00Z';
const DUE = { at: AT, on: '2026-11-23', rule: 'promised-working-days', provisional: false, days: [] };

/** Each part of the documents, changed; a part left out here is told by another one and says so in `stands.ts`. */
const OF_VIEW: { readonly [Part in keyof StatusBody]?: StatusBody[Part] } = {
  status: 'received',
  turn: 'office',
  item_name: { zh: '失业登记', en: 'Unemployment registration' },
  item_version: 2,
  filing_number: 'BQS-20261123-0004-0',
  case_number: 'BQ-20261123-0001-6',
  applicant_name: '',
  agent_name: '何建国',
  filed_at: '2026-11-22T07:01:00Z',
  received_at: null,
  answer_by: null,
  promised: IN_CORRECTION.view.answer_by,
  awaiting_files: 2,
  pages: [],
  declarations: ['lease-contract'],
  notices: [],
  decision: {
    outcome: 'rejected',
    at: '2026-11-23T08:00:00Z',
    by_name: '王芳',
    reason: '危险房屋',
    basis: '',
    remedies: '',
    office: '',
    how: '',
    cause: '',
    delay: '',
  },
  result: {
    prints: 1,
    document_number: '北桥便民〔2026〕第0008号',
    verification_code: 'DSABEYFPVPWNFTCE',
    issued_at: '2026-11-23T08:00:00Z',
    rendered: false,
    name: { zh: '登记备案证明', en: 'Certificate' },
  },
  delivery: { ...BLANK_DELIVERY, method: 'mail', posted_at: '2026-11-23T08:00:00Z' },
  answers: { lease_kind: 'direct', monthly_rent: '2600' },
  clocks: [
    { name: 'delivery', about: '', due: DUE, state: 'running', ended_at: null, is_overdue: false, suspended: [] },
  ],
  deemed: true,
  accepted_at: AT,
  agency: { name: '何建国', relation: 'child', proof: 'declared', material: '', ended_at: null },
  opened_by_name: '周敏',
  later: ['lease-contract'],
  gaps: [
    {
      material: 'lease-contract',
      material_name: { zh: '合同', en: 'Lease' },
      due: DUE,
      state: 'open',
      outcome: '',
      is_overdue: false,
      closed_at: null,
    },
  ],
  copies: [
    {
      copy: 'c',
      material: 'lease-contract',
      material_name: { zh: '合同', en: 'Lease' },
      files: [],
      checked_on: '2026-11-20',
      usable_until: '2027-11-20',
      attached_by: '',
      agreement: '',
      at: AT,
    },
  ],
  look_ups: [
    {
      material: 'lease-contract',
      material_name: { zh: '合同', en: 'Lease' },
      register: 'lease',
      outcome: 'found',
      result: {},
      at: AT,
    },
  ],
  evidence: [{ at: AT, files: [], reply: '补一张', after_decision: true, supplies: [], outcome: 'waiting', words: '' }],
  links: [{ id: 'l', made_at: AT, by_name: '周敏', expires_at: AT, materials: ['lease-contract'], used_at: null }],
  procedures: [
    {
      id: 'p',
      kind: 'public-notice',
      step: '',
      basis: '第四十五条',
      begins_on: '2026-11-24',
      ends_on: '2026-12-01',
      ended_on: null,
      overran: false,
      prolonged: 0,
      words: [],
      by_name: '李涛',
    },
  ],
  messages: [
    { position: 9, at: AT, who: 'applicant', by_name: '', text: '几时好', readers: ['handler'], reader_name: '周敏' },
  ],
  notifications: [
    {
      position: 9,
      about: 'case.accepted',
      kind: 'accepted',
      whom: 'applicant',
      person: 'x',
      given_at: AT,
      sendings: [],
      is_unreached: false,
      handled: '',
      handled_at: null,
      handled_by_name: '',
    },
  ],
  papers: [{ kind: 'receipt', position: 3, at: AT, size: 1, sha256: '' }],
  revocation: {
    outcome: 'revoked',
    at: AT,
    by_name: '孙浩',
    reason: '材料不实',
    basis: '第六十九条',
    remedies: '',
    office: '',
    how: '',
    cause: '',
    delay: '',
  },
  undone: [{ at: AT, by_name: '孙浩', act: 'case.accept', words: '受理错了' }],
  reopened: [{ at: AT, by_name: '孙浩', status: 'accepted', words: '有新材料' }],
  result_void: [{ document_number: '第0001号', verification_code: 'A', at: AT, words: '打错了' }],
  archive: { at: AT, digest: 'abc', leaves: 12, retention_class: '10-years', retain_until: '2036-12-31' },
  bundle: 'b',
  order: '2026-01',
};
const OF_CASE: { readonly [Part in keyof CaseBody]?: CaseBody[Part] } = {
  step: null,
  claimed_by: { id: '1', name: '李涛' },
  accepted_by: { id: '1', name: '李涛' },
  last_handler: null,
  channel: 'window',
  checked: ['lease-contract'],
  notes: [{ at: '2026-11-23T08:00:00Z', by_name: '周敏', text: '电话里说明天补' }],
  opinions: [{ step: 'review', at: '2026-11-23T08:00:00Z', by_name: '李涛', text: '材料齐全', to: '' }],
  waiting_for: 'lead',
  claim_until: AT,
  handed_over: { sender: { id: '1', name: '李涛' }, to: { id: '2', name: '周敏' }, at: AT, opened: false, words: '' },
  take_over: { id: '2', name: '周敏' },
  decided_by: { id: '1', name: '王芳' },
  returns_to: { id: '1', name: '何欣' },
  returned: true,
  step_clock: {
    name: 'step',
    about: 'review',
    due: DUE,
    state: 'running',
    ended_at: null,
    is_overdue: false,
    suspended: [],
  },
  overdue: ['promised'],
  extensions: [
    {
      working_days: 5,
      state: 'asked',
      asked_at: AT,
      asked_by_name: '李涛',
      answered_at: null,
      answered_by_name: '',
      words: '等回函',
    },
  ],
  second_notice: 'asked',
  findings: [{ at: AT, by_name: '孙浩', about: 'sample', subject: '', words: '没有问题', holds: true }],
  sampling: true,
  duplicates: [{ case: 'other-case', state: 'suspected', at: AT, by_name: '', words: '' }],
  commitments: { 'lease-contract': null },
  migrations: [{ at: AT, by_name: '孙浩', from_version: 1, to_version: 2, words: '新版' }],
};
const UNTOLD = ['acts', 'channel', 'erased', 'extension', 'item_id', 'office_step', 'steps', 'timeline'];
const UNTOLD_TO_STAFF = ['alarm', 'doer', 'internal', 'one_person', 'route', 'second_notice_words', 'view'];

describe('a change in any part of the documents', () => {
  it.each(Object.entries(OF_VIEW))('shows: view.%s', (part, value) => {
    expect(changesTo(changed({ [part]: value }))).not.toEqual([]);
  });

  it.each(Object.entries(OF_CASE))('shows: %s', (part, value) => {
    expect(changesTo(changed({}, { [part]: value }))).not.toEqual([]);
  });

  it('leaves out only what another line tells', () => {
    expect([...Object.keys(OF_VIEW), ...UNTOLD].sort()).toEqual(Object.keys(IN_CORRECTION.view).sort());
    expect([...Object.keys(OF_CASE), ...UNTOLD_TO_STAFF].sort()).toEqual(Object.keys(IN_CORRECTION).sort());
  });
});

describe('a notification in words', () => {
  const issued: Moment = {
    position: 7,
    at: '2026-11-23T07:07:00Z',
    tag: 'case.issued',
    who: 'staff',
    name: '周敏',
    role: 'window-clerk',
    params: {},
  };
  const notification: Notification = {
    position: 7,
    about: 'case.issued',
    kind: 'issued',
    whom: 'applicant',
    person: 'somebody',
    given_at: null,
    sendings: [{ channel: 'sms', state: 'delivered', at: '2026-11-23T07:08:00Z', why: '' }],
    is_unreached: false,
    handled: '',
    handled_at: null,
    handled_by_name: '',
  };
  const said = (view: Partial<StatusBody>, internal: Moment[] = []) =>
    linesOf(changed({ notifications: [notification], ...view }, { internal }), NAMES).find(
      ({ key }) => key === 'notification.0',
    )?.words;

  it('says who did what it told of, and how far it got', () => {
    expect(said({ timeline: [issued] })).toBe('周敏出了件·短信送到了');
    language.value = 'en';
    expect(said({ timeline: [issued] })).toContain('Text message delivered');
  });

  it('names what only staff see as well', () => {
    expect(said({ timeline: [] }, [{ ...issued, tag: 'case.claimed' }])).toBe('周敏领了这件·短信送到了');
  });

  it('says who found that it was not needed, and does not claim that anybody was reached', () => {
    const handled = (how: string) => {
      const looked = { ...notification, handled: how, handled_by_name: '赵强' };
      return said({ timeline: [issued], notifications: [looked] });
    };

    expect(handled('by-phone')).toBe('周敏出了件·短信送到了·赵强联系上了');
    expect(handled('not-needed')).toBe('周敏出了件·短信送到了·赵强记下：不用再联系');
  });

  it('leaves no blank open where what it told of is not among the moments', () => {
    expect(said({ timeline: [] })).toBe('通知·短信送到了');
  });
});

describe('pages in words', () => {
  const page = (number: number, state: Page['state'], reason: string | null = null): Page => {
    return { ...BLANK_PAGE, file: String(number), material: 'lease-contract', number, state, reason };
  };

  it('are told together where they are alike', () => {
    const pages = [page(1, 'stored'), page(2, 'stored'), page(3, 'rejected', 'undecodable'), page(4, 'waiting')];

    expect(pagesWords(pages)).toBe('第1、2页到了；第3页不能用（打不开）；第4页还没到');
    language.value = 'en';
    expect(pagesWords(pages)).toBe('pages 1, 2 here; page 3 cannot be used (it cannot be opened); page 4 not here yet');
  });
});
