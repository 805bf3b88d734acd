/** A lease on its way, as the auditor's tests speak of it: one moment of every kind, and the case after a correction. */
import type { HistoryMoment } from '../../src/auditor/history';
import { type NamedParts, namesFrom } from '../../src/auditor/names';
import { BLANK_CASE, BLANK_DELIVERY, BLANK_NOTICE, BLANK_PAGE, BLANK_STATUS } from '../../src/protocol/blank';
import type { CaseBody, DueDate, Json, Role } from '../../src/protocol/generated';

const RESIDENT = 'bf70eb21-5179-400f-aadc-b0aeebbb78d0';
const ZHOU_MIN = '80c26bf7-6fcf-5f1a-b61b-5342122e5d0b';
export const CONTRACT_3 = 'd4c8af9f-56fd-5a20-aa14-1b5d3cf04bbb';
export const CONTRACT_3_AGAIN = '90ad2384-5c82-5d4d-b296-d195ca46c01a';

/** A moment; each a minute after the one before it, by its position. */
export function momentAt(
  position: number,
  tag: string,
  facts: Record<string, Json>,
  over: Partial<HistoryMoment> = {},
): HistoryMoment {
  const at = new Date(Date.UTC(2026, 10, 23, 7, position)).toISOString();
  return {
    position,
    at,
    captured_at: at,
    tag,
    actor_name: '',
    actor: RESIDENT,
    role: 'resident',
    office: '',
    device: '5e7cfabb-8608-5926-87ed-f0cb33175e76',
    facts,
    sealed: [],
    command: null,
    signature: '',
    ...over,
  };
}

export function byZhouMin(
  position: number,
  tag: string,
  facts: Record<string, Json>,
  role: Role = 'window-clerk',
): HistoryMoment {
  return momentAt(position, tag, facts, { actor: ZHOU_MIN, actor_name: '周敏', role, office: 'street' });
}

const byCentre = { actor: '8aebdbc0-1e37-54da-b7db-013a6c8cf4c5', role: 'centre', device: null } as const;
const page = (file: string): Json => ({ file, sha256: '', size: 1, material: 'lease-contract', number: 3 });

/** One moment of every kind of fact, in an order in which they could have happened. */
export const EVERY_KIND: readonly HistoryMoment[] = [
  momentAt(
    1,
    'case.filed',
    { item_id: 'house-lease-filing', filing_number: 'BQS-20261123-0003-2', agent: null, pages: [page(CONTRACT_3)] },
    { sealed: ['answers'] },
  ),
  momentAt(2, 'file.stored', { file: CONTRACT_3, size: 96_599 }, byCentre),
  momentAt(3, 'case.received', { round: 1 }, byCentre),
  byZhouMin(4, 'record.viewed', { position: 3, offline: false }),
  byZhouMin(5, 'case.claimed', { staff: ZHOU_MIN }),
  byZhouMin(6, 'case.noted', {}),
  byZhouMin(7, 'case.correction_requested', {
    defects: [{ material: 'lease-contract', file: CONTRACT_3, code: 'unreadable' }],
  }),
  momentAt(8, 'case.supplemented', { pages: [page(CONTRACT_3_AGAIN)], replaces: [CONTRACT_3] }),
  momentAt(9, 'file.rejected', { file: CONTRACT_3_AGAIN, reason: 'hash-mismatch' }, byCentre),
  momentAt(10, 'case.received', { round: 2 }, byCentre),
  byZhouMin(11, 'record.viewed', { position: 10, offline: true }),
  byZhouMin(12, 'case.released', {}),
  byZhouMin(13, 'case.accepted', { case_number: 'BQ-20261123-0001-6' }),
  byZhouMin(14, 'case.reviewed', { step: 'review' }, 'reviewer'),
  byZhouMin(15, 'case.decided', { outcome: 'granted', words: null }, 'decider'),
  byZhouMin(
    16,
    'case.issued',
    { document_number: '北桥便民〔2026〕第0008号', verification_code: 'DSABEYFPVPWNFTCE' },
    'outlet-clerk',
  ),
  momentAt(17, 'result.rendered', { size: 52_220 }, byCentre),
  byZhouMin(18, 'case.dispatch_requested', {}, 'outlet-clerk'),
  momentAt(19, 'effect.claimed', { position: 18, channel: 'post' }, byCentre),
  momentAt(20, 'case.posted', { carrier: '邮政速递（示例）', tracking_number: 'EX029866922CN' }, byCentre),
  byZhouMin(21, 'case.delivered', { method: 'mail' }, 'outlet-clerk'),
  byZhouMin(22, 'case.declined', {}),
  momentAt(23, 'case.withdrawn', {}),
  momentAt(24, 'effect.uncertain', { position: 18, channel: 'post' }, byCentre),
  byZhouMin(90, 'record.unmasked', { what: 'applicant_phone', purpose: 'contact' }),
  byZhouMin(91, 'record.printed', { what: 'result' }),
  byZhouMin(92, 'glass.broken', { until: '2026-11-23T06:00:00Z' }),
];

const LEASE: NamedParts = {
  materials: [{ id: 'lease-contract', name_zh: '房屋租赁合同', name_en: 'Lease contract' }],
  route: [{ step: 'review', name_zh: '审核', name_en: 'Review' }],
  fields: [{ id: 'monthly_rent', label_zh: '月租金', label_en: 'Monthly rent', type: 'money', required: true }],
};

/** Names from the lease item and the moments above. */
export const NAMES = namesFrom(LEASE, EVERY_KIND);

function due(on: string, rule: string): DueDate {
  return {
    at: `${on}T09:00:00Z`,
    on,
    rule,
    provisional: false,
    days: [{ on, kind: 'start', n: null, is_due: true, minutes: null }],
  };
}

/** The case while the applicant is asked for a better photograph of page 3. */
export const IN_CORRECTION: CaseBody = {
  ...BLANK_CASE,
  view: {
    ...BLANK_STATUS,
    item_id: 'house-lease-filing',
    item_version: 1,
    item_name: { zh: '房屋租赁登记备案', en: 'Lease registration and filing' },
    filing_number: 'BQS-20261123-0003-2',
    case_number: null,
    status: 'correction',
    turn: 'you',
    steps: [{ id: 'filed', state: 'past', at: '2026-11-23T07:01:00Z' }],
    filed_at: '2026-11-23T07:01:00Z',
    received_at: '2026-11-23T07:03:00Z',
    awaiting_files: 0,
    answer_by: due('2026-11-24', 'immediate-close-of-business'),
    promised: null,
    office_step: null,
    applicant_name: '何嘉怡',
    agent_name: null,
    answers: { lease_kind: 'direct', monthly_rent: '2400' },
    pages: [
      {
        ...BLANK_PAGE,
        file: '77a28d89-0a52-5284-ae3f-1f432844daa3',
        material: 'lease-contract',
        number: 2,
        sha256: '',
        size: 1,
        state: 'stored',
        media_type: 'image/jpeg',
      },
      {
        ...BLANK_PAGE,
        file: CONTRACT_3,
        material: 'lease-contract',
        number: 3,
        sha256: '',
        size: 1,
        state: 'stored',
        media_type: 'image/jpeg',
      },
    ],
    declarations: [],
    notices: [
      {
        ...BLANK_NOTICE,
        requested_at: '2026-11-23T07:07:00Z',
        by_name: '周敏',
        respond_by: due('2026-12-23', 'correction-calendar-days'),
        defects: [
          {
            material: 'lease-contract',
            material_name: { zh: '房屋租赁合同', en: 'Lease contract' },
            file: CONTRACT_3,
            number: 3,
            code: 'unreadable',
            words: '合同第3页看不清，请在亮处重拍。',
            answered: false,
          },
        ],
        answered_at: null,
      },
    ],
    decision: null,
    result: null,
    delivery: { ...BLANK_DELIVERY, method: 'mail' },
    timeline: [],
    acts: ['case.supplement'],
  },
  step: { id: 'accept', role: 'window-clerk', stage: 'accept', name: { zh: '受理', en: 'Acceptance' } },
  claimed_by: null,
  accepted_by: null,
  last_handler: { id: ZHOU_MIN, name: '周敏' },
  channel: 'app',
  checked: [],
  notes: [],
  opinions: [],
};

/** The same case with parts of the applicant's document changed. */
export function changed(view: Partial<CaseBody['view']>, rest: Partial<CaseBody> = {}): CaseBody {
  return { ...IN_CORRECTION, ...rest, view: { ...IN_CORRECTION.view, ...view } };
}
