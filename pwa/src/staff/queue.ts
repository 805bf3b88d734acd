/** The queue as one list, and the parts of it that a member of staff looks at; counts and rows come from the same rows. */
import type { LocalRow } from '../device/types';
import { ENDED, type QueueBody } from '../protocol/generated';
import type { CentreDay } from '../session';
import { isSoon, type Left, timeLeft } from './worktime';

export type Row = LocalRow<'queue'>;

export const TABS = ['mine', 'team', 'waiting', 'returned', 'due'] as const;
export type Tab = (typeof TABS)[number];

/** Who looks: decides what is "mine". */
export interface Clerk {
  id: string;
  roles: readonly string[];
}

/** The moment of looking, with the centre's working days around it where they are known. */
export interface When {
  now: Date;
  days: readonly CentreDay[] | undefined;
}

const OUTLET_STATES: ReadonlySet<string> = new Set(['granted', 'issued', 'posted']);
const RESIDENTS_TURN: ReadonlySet<string> = new Set(['filed', 'correction']);

export const isEnded = (status: QueueBody['status']): boolean => (ENDED as readonly string[]).includes(status);
export const isResidentsTurn = (status: QueueBody['status']): boolean => RESIDENTS_TURN.has(status);

/** What of a case decides whose turn it is; a queue line and an open case both have it. */
export type Standing = Pick<QueueBody, 'status' | 'step' | 'claimed_by' | 'awaiting_files'>;

/** Whether the next act on the case belongs to one of the clerk's roles. */
export function isForRole({ status, step }: Standing, clerk: Clerk): boolean {
  if (isEnded(status) || isResidentsTurn(status)) return false;
  if (status === 'received') return clerk.roles.includes('window-clerk');
  if (OUTLET_STATES.has(status)) return clerk.roles.includes('outlet-clerk');
  return step !== null && clerk.roles.includes(step.role);
}

/** What is left until the date of the row; null without a date. A resident's days are counted by the calendar. */
export function leftOf({ due, status }: Pick<QueueBody, 'due' | 'status'>, { now, days }: When): Left | null {
  if (due === null || isEnded(status)) return null;
  return timeLeft(due, now, isResidentsTurn(status) ? undefined : days);
}

/** Late, or due within two days of the centre's work. */
export function isDue({ body }: Row, when: When): boolean {
  const left = isResidentsTurn(body.status) ? null : leftOf(body, when);
  return left !== null && isSoon(left);
}

/** Whether the clerk has taken the case. */
export const isTaken = (row: Row, clerk: Clerk): boolean => row.body.claimed_by?.id === clerk.id;

/** Whether a row belongs under a tab. */
export function isUnder(tab: Tab, row: Row, clerk: Clerk, when: When): boolean {
  const { status, claimed_by, returned } = row.body;
  if (isEnded(status)) return false;
  const office = !isResidentsTurn(status);
  switch (tab) {
    case 'mine':
      return office && (isTaken(row, clerk) || (claimed_by === null && isForRole(row.body, clerk)));
    case 'team':
      return office;
    case 'waiting':
      return !office;
    case 'returned':
      return office && returned;
    case 'due':
      return isDue(row, when);
  }
}

/** First what is late or due first; without a date by how long it has waited. */
export function inOrder(rows: readonly Row[]): Row[] {
  const key = (row: Row): string => row.body.due ?? '9';
  return [...rows].sort((a, b) => key(a).localeCompare(key(b)) || a.body.changed_at.localeCompare(b.body.changed_at));
}

/** Rows that hold every word typed, in the number, the (masked) name or the item. */
export function matching(rows: readonly Row[], query: string): Row[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const { number, applicant_masked, item_name } = row.body;
    const bare = number.replaceAll('-', '');
    const text = `${number} ${bare} ${applicant_masked} ${item_name.zh} ${item_name.en}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** How many rows each tab holds. */
export function counts(rows: readonly Row[], clerk: Clerk, when: When): Record<Tab, number> {
  const under = (tab: Tab): number => rows.filter((row) => isUnder(tab, row, clerk, when)).length;
  return {
    mine: under('mine'),
    team: under('team'),
    waiting: under('waiting'),
    returned: under('returned'),
    due: under('due'),
  };
}

/** Lines under one heading; `heading` null where there is only one group. */
export interface Group {
  heading: 'taken' | 'free' | null;
  rows: Row[];
}

/** The lines of a tab in the order of the screen: one's own cases first, then those that anybody of the role may take. */
export function groupsOf(tab: Tab, rows: readonly Row[], clerk: Clerk, when: When): Group[] {
  const shown = inOrder(rows.filter((row) => isUnder(tab, row, clerk, when)));
  if (tab !== 'mine') return shown.length > 0 ? [{ heading: null, rows: shown }] : [];
  const groups: Group[] = [
    { heading: 'taken', rows: shown.filter((row) => isTaken(row, clerk)) },
    { heading: 'free', rows: shown.filter((row) => !isTaken(row, clerk)) },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

/** The case to go on with after `id`: the next line of those for this clerk, from the top after the last; null if none. */
export function nextAfter(id: string, rows: readonly Row[], clerk: Clerk, when: When): Row | null {
  const mine = groupsOf('mine', rows, clerk, when).flatMap((group) => group.rows);
  return mine.find((row) => row.id !== id && !row.marks.some((mark) => mark.state !== 'applied')) ?? null;
}
