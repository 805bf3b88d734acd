/** The lead's board: open cases by how many working days are left, and what each colleague has in hand. */
import { dateOf } from '../i18n/time';
import type { CentreDay } from '../session';
import { awayOn, type Colleague, type Load, loadsOf, NOTHING, percentOf } from '../staff/colleagues';
import { asksLead, inOrder, isEnded, isLate, type Row, type When } from '../staff/queue';

export const COLUMNS = ['late', 'today', 'soon', 'week', 'later', 'open'] as const;
export type ColumnName = (typeof COLUMNS)[number];

export interface Column {
  name: ColumnName;
  rows: Row[];
}

const SOON = 2;
const WEEK = 5;

/** Open cases by column, the most pressing first; what has no date stands last. */
export function columnsOf(rows: readonly Row[], when: When): Column[] {
  const open = inOrder(rows.filter((row) => !isEnded(row.body.status)));
  return COLUMNS.map((name) => ({ name, rows: open.filter((row) => columnOf(row, when) === name) }));
}

/** Where a case stands on the board. A date that passes for somebody else than the centre makes nothing late. */
export function columnOf(row: Row, { now, days }: When): ColumnName {
  const { body } = row;
  if (isLate(row, now)) return 'late';
  if (body.due === null || Date.parse(body.due) < now.getTime()) return 'open';
  const left = workingDaysTo(body.due, now, days);
  if (left === 0) return 'today';
  if (left <= SOON) return 'soon';
  return left <= WEEK ? 'week' : 'later';
}

/** Working days after today up to the day of `due`; beyond the days that are known, more than any column counts. */
function workingDaysTo(due: string, now: Date, days: readonly CentreDay[] | undefined): number {
  const [today, on] = [dateOf(now), dateOf(due)];
  if (on === today) return 0;
  if (!days?.some((day) => day.on === on)) return Number.POSITIVE_INFINITY;
  return Math.max(1, days.filter((day) => day.on > today && day.on <= on && day.shifts.length > 0).length);
}

/** What somebody has in hand against what a day holds. */
export interface Share extends Load {
  person: Colleague;
  /** Of a day's work, in per cent. */
  percent: number;
  late: number;
  away: boolean;
  substitute: string | null;
}

const AT_NO_DESK: ReadonlySet<string> = new Set(['auditor', 'trainer', 'operator', 'lead']);

/** Everybody who works at a desk, the fullest first. */
export function sharesOf(rows: readonly Row[], colleagues: readonly Colleague[], now: Date): Share[] {
  const loads = loadsOf(rows);
  const lateOf = (id: string): number =>
    rows.filter((row) => row.body.claimed_by?.id === id && isLate(row, now)).length;
  return colleagues
    .filter(({ body }) => body.roles.some((role) => !AT_NO_DESK.has(role)))
    .map((person) => {
      const load = loads.get(person.id) ?? NOTHING;
      const away = awayOn(person, dateOf(now));
      return {
        ...load,
        person,
        percent: percentOf(load),
        late: lateOf(person.id),
        away: away !== null,
        substitute: away?.substitute?.name ?? null,
      };
    })
    .sort(
      (a, b) =>
        b.minutes - a.minutes || b.cases - a.cases || a.person.body.name.localeCompare(b.person.body.name, 'zh'),
    );
}

/** Cases that wait for a lead's answer. */
export const askingLead = (rows: readonly Row[]): Row[] => inOrder(rows.filter(({ body }) => asksLead(body)));
