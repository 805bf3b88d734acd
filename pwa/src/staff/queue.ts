/** The queue as one list, and the parts of it that a member of staff looks at; counts and rows come from the same rows. */
import type { LocalRow } from '../device/types';
import { dateOf } from '../i18n/time';
import { type Certificate, ENDED, type QueueBody } from '../protocol/generated';
import type { CentreDay } from '../session';
import { isSoon, type Left, timeLeft } from './worktime';

export type Row = LocalRow<'queue'>;

export const TABS = ['mine', 'team', 'waiting', 'returned', 'due'] as const;
export type Tab = (typeof TABS)[number];

/** Who looks: decides what is "mine". */
export interface Clerk {
  id: string;
  roles: readonly string[];
  /** What they may handle at the window; not known before the device has it. */
  certificates?: readonly Pick<Certificate, 'items' | 'all_items' | 'valid_until'>[];
}

/** Whether somebody lacks the certificate that the window asks for an item; the same as `may_take` in `projections/queues.py`. */
export function lacksCertificate(
  { item_id, step }: Pick<QueueBody, 'item_id' | 'step'>,
  clerk: Clerk,
  now: Date,
): boolean {
  if (step?.role !== 'window-clerk' || !clerk.roles.includes('window-clerk') || !clerk.certificates) return false;
  const today = dateOf(now);
  return !clerk.certificates.some((one) => (one.all_items || one.items.includes(item_id)) && one.valid_until >= today);
}

/** The last day of the certificate for an item that lasts longest; null without one. */
export function lastCertified(item: string, { certificates }: Clerk): string | null {
  const days = (certificates ?? [])
    .filter((one) => one.all_items || one.items.includes(item))
    .map((one) => one.valid_until);
  return days.sort().at(-1) ?? null;
}

/** The moment of looking, with the centre's working days around it where they are known. */
export interface When {
  now: Date;
  days: readonly CentreDay[] | undefined;
}

const RESIDENTS_TURN: ReadonlySet<string> = new Set(['filed', 'correction']);
/** Nobody at a desk has to act; the tabs follow the rules of `projections/queues.py`. */
const ELSEWHERE: ReadonlySet<QueueBody['waiting_for']> = new Set(['applicant', 'procedure', 'post', 'nobody']);
/** The centre leads the case on, even where it waits for a procedure or the post. */
const LED: ReadonlySet<QueueBody['waiting_for']> = new Set(['step', 'window', 'lead', 'procedure', 'post']);
/** A date that passes is the centre's own. */
const ANSWERS: ReadonlySet<QueueBody['waiting_for']> = new Set(['step', 'window', 'lead', 'post']);

export const isEnded = (status: QueueBody['status']): boolean => (ENDED as readonly string[]).includes(status);
export const isResidentsTurn = (status: QueueBody['status']): boolean => RESIDENTS_TURN.has(status);

/** What of a case decides whose turn it is; a queue line and an open case both have it. */
export type Standing = Pick<QueueBody, 'status' | 'step' | 'waiting_for' | 'claimed_by' | 'awaiting_files'>;

const isAtDesk = ({ waiting_for }: Pick<QueueBody, 'waiting_for'>): boolean => !ELSEWHERE.has(waiting_for);

/** Whether a lead is asked something: a second notice, more time, evidence after the decision, a sample. */
export const asksLead = (body: QueueBody): boolean =>
  body.second_notice === 'asked' || body.extension_asked || body.evidence || body.sampling;

/** Whether the next act on the case belongs to one of the clerk's roles. */
export function isForRole({ waiting_for, step }: Standing, { roles }: Clerk): boolean {
  switch (waiting_for) {
    case 'step':
      return step !== null && roles.includes(step.role);
    case 'window':
      return roles.includes('window-clerk');
    case 'lead':
      return roles.includes('lead');
    default:
      return false;
  }
}

/** Many lines share a date; what is left until each is counted once for a moment of looking. */
const counted = new WeakMap<When, Map<string, Left>>();

/** What is left until the date of the row; null without a date. A resident's days are counted by the calendar. */
export function leftOf({ due, status }: Pick<QueueBody, 'due' | 'status'>, when: When): Left | null {
  if (due === null || isEnded(status)) return null;
  const theirs = isResidentsTurn(status);
  const known = counted.get(when) ?? new Map<string, Left>();
  counted.set(when, known);
  const key = `${due} ${theirs}`;
  const left = known.get(key) ?? timeLeft(due, when.now, theirs ? undefined : when.days);
  known.set(key, left);
  return left;
}

/** Whether the centre is past a date by which it has to act. */
export const isLate = ({ body: { status, waiting_for, due } }: Row, now: Date): boolean =>
  !isEnded(status) && ANSWERS.has(waiting_for) && due !== null && Date.parse(due) < now.getTime();

/** Late, or due within two days of the centre's work. */
export function isDue({ body }: Row, when: When): boolean {
  const left = isAtDesk(body) ? leftOf(body, when) : null;
  return left !== null && isSoon(left);
}

/** Whether the clerk has taken the case and has to act on it. */
export const isTaken = ({ body }: Row, clerk: Clerk): boolean =>
  body.claimed_by?.id === clerk.id && (isAtDesk(body) || body.status === 'withdrawn');

/** Whether a row belongs under a tab. */
function belongs(tab: Tab, row: Row, clerk: Clerk, when: When): boolean {
  const { body } = row;
  switch (tab) {
    case 'mine':
      return isTaken(row, clerk) || isFree(body, clerk, when.now);
    case 'team':
      return LED.has(body.waiting_for);
    case 'waiting':
      return body.waiting_for === 'applicant';
    case 'returned':
      return isAtDesk(body) && body.returned;
    case 'due':
      return isDue(row, when);
  }
}

function isFree(body: QueueBody, clerk: Clerk, now: Date): boolean {
  const asked = asksLead(body) && clerk.roles.includes('lead');
  return body.claimed_by === null ? asked || (isForRole(body, clerk) && !lacksCertificate(body, clerk, now)) : asked;
}

/** What a case that the clerk has not taken wants of them: to take it, to answer as a lead, or to do at the window what came after the end. */
function wantOf({ body }: Row, clerk: Clerk, now: Date): Want {
  if (asksLead(body) && clerk.roles.includes('lead')) return 'asked';
  const isToTake = body.claimed_by === null && body.waiting_for === 'step' && isForRole(body, clerk);
  if (isToTake && !lacksCertificate(body, clerk, now)) return 'free';
  return body.waiting_for === 'window' ? 'window' : 'asked';
}

/** How a list may be ordered: by what is due first, by what takes the least time, by what has waited longest. */
export const ORDERS = ['due', 'short', 'waited'] as const;
export type Order = (typeof ORDERS)[number];

const NEVER = '9';
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const urgency = (a: Row, b: Row): number =>
  compare(a.body.due ?? NEVER, b.body.due ?? NEVER) ||
  compare(a.body.step_due ?? a.body.received_at ?? '', b.body.step_due ?? b.body.received_at ?? '') ||
  compare(a.id, b.id);

const BY: Readonly<Record<Order, (a: Row, b: Row) => number>> = {
  due: urgency,
  short: (a, b) => a.body.effort_minutes - b.body.effort_minutes || urgency(a, b),
  waited: (a, b) => compare(a.body.received_at ?? a.body.changed_at, b.body.received_at ?? b.body.changed_at),
};

/** `rows` as far as possible in the order of `before`: where little has changed, they are then quickly sorted. */
export function arranged(rows: readonly Row[], before: readonly Row[]): Row[] {
  const here = new Map(rows.map((row) => [row.id, row]));
  const kept: Row[] = [];
  for (const { id } of before) {
    const row = here.get(id);
    if (row) kept.push(row);
    here.delete(id);
  }
  return [...kept, ...here.values()];
}

/** First what is late or due first; without a date by how long it has waited. */
export const inOrder = (rows: readonly Row[], order: Order = 'due'): Row[] => [...rows].sort(BY[order]);

/** Things by which a list is narrowed down with one press; each is shown only where it finds something. */
export const FILTERS = [
  'overdue',
  'handed',
  'evidence',
  'duplicates',
  'gaps',
  'unanswered',
  'unreached',
  'asks',
  'school',
] as const;
export type Filter = (typeof FILTERS)[number];

const HAS: Readonly<Record<Filter, (row: Row, clerk: Clerk, when: When) => boolean>> = {
  overdue: (row, _, { now }) => isLate(row, now),
  handed: ({ body }, clerk) => body.handed_over?.to.id === clerk.id,
  evidence: ({ body }) => body.evidence,
  duplicates: ({ body }) => body.duplicates > 0,
  gaps: ({ body }) => body.gaps_open > 0,
  unanswered: ({ body }) => body.unanswered,
  unreached: ({ body }) => body.unreached > 0,
  asks: ({ body }) => asksLead(body),
  school: ({ body }) => body.for_school,
};

export const hasMark = (filter: Filter, row: Row, clerk: Clerk, when: When): boolean =>
  (lookedAt(row, clerk, when).marks & (1 << FILTERS.indexOf(filter))) !== 0;

/** What holds of a row for a clerk at a moment of looking: a bit for each tab and each filter. */
interface Looked {
  clerk: Clerk;
  when: When;
  tabs: number;
  marks: number;
}
/** Rows are never changed in place: where one of ten thousand is other, one is looked at. */
const looked = new WeakMap<Row, Looked>();

function lookedAt(row: Row, clerk: Clerk, when: When): Looked {
  const before = looked.get(row);
  if (before?.clerk === clerk && before.when === when) return before;
  const bits = <One>(all: readonly One[], holds: (one: One) => boolean): number =>
    all.reduce((sum, one, n) => (holds(one) ? sum | (1 << n) : sum), 0);
  const now = {
    clerk,
    when,
    tabs: bits(TABS, (tab) => belongs(tab, row, clerk, when)),
    marks: bits(FILTERS, (filter) => HAS[filter](row, clerk, when)),
  };
  looked.set(row, now);
  return now;
}

/**
 * Rows that hold every word typed: in the number, the (masked) name, the item, the initials of the name in pinyin (`cjy` for
 * 陈家远), or the end of the telephone number.
 */
export function matching(rows: readonly Row[], query: string): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? [...rows] : rows.filter(({ body }) => words.every((word) => holds(body, word)));
}

const PHONE_END = /^\d{4}$/;

function holds(body: QueueBody, word: string): boolean {
  const { number, applicant_masked, item_name, initials, phone_end } = body;
  if (initials.some((one) => one.startsWith(word)) || (PHONE_END.test(word) && phone_end === word)) return true;
  const text = `${number} ${number.replaceAll('-', '')} ${applicant_masked} ${item_name.zh} ${item_name.en}`;
  return text.toLowerCase().includes(word);
}

/** How many rows each tab holds. */
export function counts(rows: readonly Row[], clerk: Clerk, when: When): Record<Tab, number> {
  const sums = sumsOf(TABS, rows, (row) => lookedAt(row, clerk, when).tabs);
  const [mine = 0, team = 0, waiting = 0, returned = 0, due = 0] = sums;
  return { mine, team, waiting, returned, due };
}

/** How many rows each filter finds. */
export function marked(rows: readonly Row[], clerk: Clerk, when: When): { filter: Filter; n: number }[] {
  const sums = sumsOf(FILTERS, rows, (row) => lookedAt(row, clerk, when).marks);
  return FILTERS.map((filter, place) => ({ filter, n: sums[place] ?? 0 }));
}

/** How many rows have the bit of each of `all`. */
function sumsOf(all: readonly unknown[], rows: readonly Row[], bitsOf: (row: Row) => number): number[] {
  const sums = all.map(() => 0);
  for (const row of rows) {
    // Most rows have few bits: only those that are set are looked at.
    for (let bits = bitsOf(row); bits !== 0; bits &= bits - 1) {
      const place = 31 - Math.clz32(bits & -bits);
      sums[place] = (sums[place] ?? 0) + 1;
    }
  }
  return sums;
}

/** In the order of the screen: what only this clerk can do goes before what anybody of the role may. */
const WANTS = ['asked', 'free', 'window'] as const;
type Want = (typeof WANTS)[number];

/** Lines under one heading; `heading` null where there is only one group. */
export interface Group {
  heading: 'taken' | Want | null;
  rows: Row[];
}

/** The lines of a tab in the order of the screen: one's own cases first, then the others by what they want of the clerk. */
export function groupsOf(tab: Tab, rows: readonly Row[], clerk: Clerk, when: When, order: Order = 'due'): Group[] {
  return grouped(tab, inOrder(rowsUnder(tab, rows, clerk, when), order), clerk, when.now);
}

/** The rows under a tab, as they are ordered. */
export const rowsUnder = (tab: Tab, rows: readonly Row[], clerk: Clerk, when: When): Row[] => {
  const bit = 1 << TABS.indexOf(tab);
  return rows.filter((row) => (lookedAt(row, clerk, when).tabs & bit) !== 0);
};

/** Rows of a tab that are in order already, under their headings. */
export function grouped(tab: Tab, shown: Row[], clerk: Clerk, now: Date): Group[] {
  if (tab !== 'mine') return shown.length > 0 ? [{ heading: null, rows: shown }] : [];
  const rest = shown.filter((row) => !isTaken(row, clerk));
  const groups: Group[] = [
    { heading: 'taken', rows: shown.filter((row) => isTaken(row, clerk)) },
    ...WANTS.map((heading) => ({ heading, rows: rest.filter((row) => wantOf(row, clerk, now) === heading) })),
  ];
  return groups.filter((group) => group.rows.length > 0);
}

/** The case to go on with after `id`: the next line of those for this clerk, from the top after the last; null if none. */
export function nextAfter(id: string, rows: readonly Row[], clerk: Clerk, when: When): Row | null {
  const mine = groupsOf('mine', rows, clerk, when).flatMap((group) => group.rows);
  return mine.find((row) => row.id !== id && !row.marks.some((mark) => mark.state !== 'applied')) ?? null;
}
