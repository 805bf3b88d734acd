import { afterEach, describe, expect, it } from 'vitest';
import { differences } from '../../src/auditor/differences';
import { type Line, linesOf, pagesWords } from '../../src/auditor/stands';
import { language } from '../../src/i18n';
import type { CaseBody, Page, StatusBody } from '../../src/protocol/generated';
import { CONTRACT_3_AGAIN, changed, IN_CORRECTION, NAMES } from './samples';

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
  },
  result: {
    document_number: '北桥便民〔2026〕第0008号',
    verification_code: 'DSABEYFPVPWNFTCE',
    issued_at: '2026-11-23T08:00:00Z',
    rendered: false,
    name: { zh: '登记备案证明', en: 'Certificate' },
  },
  delivery: { method: 'mail', posted_at: '2026-11-23T08:00:00Z' },
  answers: { lease_kind: 'direct', monthly_rent: '2600' },
};
const OF_CASE: { readonly [Part in keyof CaseBody]?: CaseBody[Part] } = {
  step: null,
  claimed_by: { id: '1', name: '李涛' },
  accepted_by: { id: '1', name: '李涛' },
  last_handler: null,
  channel: 'window',
  checked: ['lease-contract'],
  notes: [{ at: '2026-11-23T08:00:00Z', by_name: '周敏', text: '电话里说明天补' }],
  opinions: [{ step: 'review', at: '2026-11-23T08:00:00Z', by_name: '李涛', text: '材料齐全' }],
};
const UNTOLD = ['acts', 'item_id', 'office_step', 'steps', 'timeline'];

describe('a change in any part of the documents', () => {
  it.each(Object.entries(OF_VIEW))('shows: view.%s', (part, value) => {
    expect(changesTo(changed({ [part]: value }))).not.toEqual([]);
  });

  it.each(Object.entries(OF_CASE))('shows: %s', (part, value) => {
    expect(changesTo(changed({}, { [part]: value }))).not.toEqual([]);
  });

  it('leaves out only what another line tells', () => {
    expect([...Object.keys(OF_VIEW), ...UNTOLD].sort()).toEqual(Object.keys(IN_CORRECTION.view).sort());
    expect(['view', ...Object.keys(OF_CASE)].sort()).toEqual(Object.keys(IN_CORRECTION).sort());
  });
});

describe('pages in words', () => {
  const page = (number: number, state: Page['state'], reason: string | null = null): Page => {
    return { file: String(number), material: 'lease-contract', number, sha256: '', size: 1, state, reason };
  };

  it('are told together where they are alike', () => {
    const pages = [page(1, 'stored'), page(2, 'stored'), page(3, 'rejected', 'undecodable'), page(4, 'waiting')];

    expect(pagesWords(pages)).toBe('第1、2页到了；第3页不能用（打不开）；第4页还没到');
    language.value = 'en';
    expect(pagesWords(pages)).toBe('pages 1, 2 here; page 3 cannot be used (it cannot be opened); page 4 not here yet');
  });
});
