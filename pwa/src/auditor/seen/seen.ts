/** What the service knows of a device's screen at a moment, and what differs between two of them. */
import { either } from '../../i18n';
import { dayTime } from '../../i18n/time';
import type { QueueBody } from '../../protocol/generated';
import type { CentreDay } from '../../session';
import { rolesWords } from '../../staff/clerk';
import { statusWords } from '../status';
import { w } from './words';

export interface SeenPerson {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly office: string;
}

/** A device said what it holds and owes; see `Told` in `web/api/audit_seen.py`. */
export interface Told {
  readonly at: string;
  readonly position: number;
  readonly since: string | null;
  readonly owed: number;
}

export interface SeenDevice {
  readonly device: string;
  readonly first_at: string;
  readonly last_contact: string;
  readonly told: readonly Told[];
}

export interface SeenRow {
  readonly id: string;
  readonly pos: number;
  readonly body: QueueBody;
}

export interface SeenAct {
  readonly done_at: string;
  readonly arrived_at: string;
  readonly case: string;
  readonly what: string;
  readonly refused: string | null;
}

/** `GET /api/audit/seen`. */
export interface Seen {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly at: string;
  readonly written: number;
  readonly held: {
    readonly position: number;
    readonly mark: 'exact' | 'sent' | 'at-least' | 'last-heard';
    readonly before: Told | null;
    readonly after: Told | null;
  };
  readonly newer_code: boolean;
  readonly days: readonly CentreDay[];
  readonly rows: readonly SeenRow[];
  readonly acts: readonly SeenAct[];
}

/** What changed in a row; `fields` with the words before and after. */
export interface RowChange {
  readonly row: SeenRow;
  readonly kind: 'added' | 'gone' | 'changed';
  readonly fields: readonly { readonly label: string; readonly was: string; readonly is: string }[];
}

type Words = (body: QueueBody) => string;
const yesNo = (value: boolean): string => w(value ? 'yes' : 'no');
const FIELDS: readonly (readonly [Parameters<typeof w>[0], Words])[] = [
  ['field.status', (body) => statusWords(body.status)],
  ['field.claimed_by', (body) => body.claimed_by?.name ?? w('none')],
  ['field.due', (body) => (body.due ? dayTime(body.due) : w('none'))],
  ['field.step', (body) => (body.step ? rolesWords([body.step.role]) : w('none'))],
  ['field.waiting_for', (body) => body.waiting_for],
  ['field.returned', (body) => yesNo(body.returned)],
];

/** What differs between the rows of two moments: those that came, those that went, and what of others changed. */
export function rowChanges(then: readonly SeenRow[], later: readonly SeenRow[]): RowChange[] {
  const before = new Map(then.map((row) => [row.id, row]));
  const after = new Map(later.map((row) => [row.id, row]));
  const added = later.filter((row) => !before.has(row.id)).map((row) => ({ row, kind: 'added' as const, fields: [] }));
  const gone = then.filter((row) => !after.has(row.id)).map((row) => ({ row, kind: 'gone' as const, fields: [] }));
  const changed = later.flatMap((row) => {
    const old = before.get(row.id);
    if (!old || JSON.stringify(old.body) === JSON.stringify(row.body)) return [];
    return [{ row, kind: 'changed' as const, fields: fieldsOf(old.body, row.body) }];
  });
  return [...added, ...gone, ...changed];
}

function fieldsOf(old: QueueBody, now: QueueBody) {
  const found = FIELDS.map(([key, words]) => ({ label: w(key), was: words(old), is: words(now) })).filter(
    ({ was, is }) => was !== is,
  );
  return found.length ? found : [{ label: w('field.other'), was: '', is: '' }];
}

/** How a row is named. */
export function rowName({ body }: SeenRow): string {
  return `${body.number} ${body.applicant_masked} ${either(body.item_name)}`;
}

const SHANGHAI_MS = 8 * 3_600_000;
const MINUTE_MS = 60_000;
export const MINUTES_OF_DAY = 24 * 60;

/** Day and minute of an instant in the centre's time. */
export function placeOf(instant: string): { date: string; minute: number } {
  const local = new Date(Date.parse(instant) + SHANGHAI_MS);
  return { date: local.toISOString().slice(0, 10), minute: local.getUTCHours() * 60 + local.getUTCMinutes() };
}

/** The instant at the end of a minute of a day in the centre's time: what happened within the minute counts. */
export function instantOf(date: string, minute: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - SHANGHAI_MS + (minute + 1) * MINUTE_MS - 1).toISOString();
}

/** `10:05`. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The minute of `10:05`; null for what is none. */
export function minuteOf(clock: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(clock) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}
