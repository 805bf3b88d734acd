/** The people, moments and cases that the tests of the staff screens speak of. */
import type { Material, RouteStep, ServiceItem } from '../../src/forms/types';
import { BLANK_CASE, BLANK_DELIVERY, BLANK_PAGE, BLANK_QUEUE, BLANK_STATUS } from '../../src/protocol/blank';
import type {
  CaseBody,
  ColleagueBody,
  Moment,
  Page,
  Procedure,
  QueueBody,
  StatusBody,
} from '../../src/protocol/generated';
import type { Colleague } from '../../src/staff/colleagues';
import { type Clerk, isEnded, type Row } from '../../src/staff/queue';

export const MIN: Clerk = { id: 'min', roles: ['window-clerk'] };
export const TAO: Clerk = { id: 'tao', roles: ['reviewer'] };
export const FANG: Clerk = { id: 'fang', roles: ['decider'] };
export const HAO: Clerk = { id: 'hao', roles: ['lead'] };
export const JING: Clerk = { id: 'jing', roles: ['outlet-clerk'] };

/** Tuesday, 24 November 2026, 10:00 in Wuhan; the next days work until Friday. */
export const TUESDAY_10AM = new Date('2026-11-24T02:00:00Z');
const SHIFTS = ['09:00-12:00', '13:00-17:00'];
export const DAYS = [
  { on: '2026-11-24', shifts: SHIFTS },
  { on: '2026-11-25', shifts: SHIFTS },
  { on: '2026-11-26', shifts: SHIFTS },
  { on: '2026-11-27', shifts: SHIFTS },
  { on: '2026-11-28', shifts: [] },
  { on: '2026-11-29', shifts: [] },
  { on: '2026-11-30', shifts: SHIFTS },
];
export const WHEN = { now: TUESDAY_10AM, days: DAYS };

export function queueRow(id: string, body: Partial<QueueBody> = {}): Row {
  const plain: QueueBody = {
    ...BLANK_QUEUE,
    item_id: 'lease',
    item_name: { zh: '房屋租赁登记备案', en: 'Lease filing' },
    number: 'BQS-20261124-0001-8',
    applicant_masked: '陈**',
    status: 'received',
    step: { id: 'accept', role: 'window-clerk', stage: 'accept', name: { zh: '受理', en: 'Acceptance' } },
    claimed_by: null,
    due: '2026-11-27T09:00:00Z',
    due_provisional: false,
    channel: 'app',
    pages: 3,
    awaiting_files: 0,
    for_school: false,
    received_at: '2026-11-23T02:00:00Z',
    changed_at: '2026-11-23T02:00:00Z',
    last_handler: null,
    returned: false,
  };
  const filled = { ...plain, waiting_for: waitingFor(body.status ?? plain.status), ...body };
  return { id, kind: 'queue', pos: 1, body: filled, marks: [] };
}

function waitingFor(status: QueueBody['status']): QueueBody['waiting_for'] {
  if (status === 'filed' || status === 'correction') return 'applicant';
  if (isEnded(status)) return 'nobody';
  return status === 'posted' ? 'post' : 'step';
}

export function material(id: string, name_zh: string, rest: Partial<Material> = {}): Material {
  return {
    id,
    type: id,
    name_zh,
    name_en: id,
    source: 'applicant',
    form: 'photo',
    requirement: 'required',
    condition: null,
    condition_zh: null,
    reuse_days: null,
    can_supply_later: false,
    ...rest,
  };
}

export const CONTRACT = material('contract', '房屋租赁合同');
export const ID_CARD = material('id-card', '出租人身份证');
export const REGISTER = material('register', '居民户口簿', { source: 'shared' });

const step = (id: string, stage: RouteStep['stage'], role: string): RouteStep => ({
  step: id,
  stage,
  role,
  name_zh: id,
  name_en: id,
  working_hours: 4,
  clock: 'counted',
  calendar_days: null,
});

/** A lease filing with two papers to hand in and one that offices share. */
export const LEASE = {
  id: 'lease',
  fields: [],
  materials: [CONTRACT, ID_CARD, REGISTER],
  route: [
    step('accept', 'accept', 'window-clerk'),
    step('review', 'review', 'reviewer'),
    step('decide', 'decide', 'decider'),
    step('deliver', 'deliver', 'outlet-clerk'),
  ],
} as unknown as ServiceItem;

export function page(file: string, of: string, number: number, state: Page['state'] = 'stored'): Page {
  return { ...BLANK_PAGE, file, material: of, number, size: 1, state };
}

export function moment(position: number, tag: string, params: Moment['params'] = {}): Moment {
  return { position, at: '2026-11-24T01:00:00Z', tag, who: 'applicant', name: '', role: 'resident', params };
}

export const PAGES = [page('c1', 'contract', 1), page('c2', 'contract', 2), page('i1', 'id-card', 1)];

export function view(rest: Partial<StatusBody> = {}): StatusBody {
  const plain = {
    ...BLANK_STATUS,
    item_id: 'lease',
    item_version: 1,
    item_name: { zh: '房屋租赁登记备案', en: 'Lease filing' },
    filing_number: 'BQS-20261124-0001-8',
    case_number: null,
    status: 'received',
    awaiting_files: 0,
    answers: {},
    pages: PAGES,
    declarations: [],
    notices: [],
    decision: null,
    result: null,
    delivery: { ...BLANK_DELIVERY, method: 'pickup' },
    timeline: [moment(1, 'case.filed', { pages: 3 })],
  };
  return { ...plain, ...rest } as StatusBody;
}

export function caseBody(rest: Partial<CaseBody> = {}): CaseBody {
  const plain = {
    ...BLANK_CASE,
    view: view(),
    step: { id: 'accept', role: 'window-clerk', stage: 'accept', name: { zh: '受理', en: 'Acceptance' } },
    claimed_by: { id: 'min', name: '周敏' },
    accepted_by: null,
    last_handler: null,
    channel: 'app',
    checked: [],
    notes: [],
    opinions: [],
  };
  return { ...plain, ...rest };
}

/** A special procedure that runs for a week. */
export function procedure(rest: Partial<Procedure> = {}): Procedure {
  const plain = {
    id: 'p1',
    kind: 'public-notice',
    step: '',
    basis: '《行政许可法》第四十五条',
    begins_on: '2026-11-23',
    ends_on: '2026-12-01',
    ended_on: null,
    overran: false,
    prolonged: 0,
    words: [],
    by_name: '李涛',
  };
  return { ...plain, ...rest };
}

/** A colleague with every certificate for the lease filing. */
export function colleague(id: string, body: Partial<ColleagueBody> = {}): Colleague {
  const certificates = [
    { kind: '', name: { zh: '', en: '' }, items: ['lease'], all_items: false, valid_until: '2027-01-01' },
  ];
  const plain = { name: id, roles: ['window-clerk'], office: 'centre', certificates, absences: [] };
  return { id, kind: 'colleague', pos: 1, body: { ...plain, ...body }, marks: [] };
}
