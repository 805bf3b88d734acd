/** How much of the centre's working time is left before an instant, by the days the service told of. */
import { dateOf, daysBetween } from '../i18n/time';
import type { CentreDay } from '../session';

/**
 * Time that is left, in the largest unit that says something.
 *
 * `late-days` and `late-today`: past it. `minutes` and `hours`: working time of the centre. `working-days`: days on which
 * the centre works, the last one included. `days`: by the calendar, where the working days are not known that far.
 */
export type Left =
  | { unit: 'late-days'; n: number }
  | { unit: 'late-today' }
  | { unit: 'minutes' | 'hours' | 'working-days' | 'days'; n: number };

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

/** What is left of the centre's time from `now` to `due`. */
export function timeLeft(due: string, now: Date, days: readonly CentreDay[] | undefined): Left {
  const apart = daysBetween(now, due);
  if (new Date(due) < now) return apart < 0 ? { unit: 'late-days', n: -apart } : { unit: 'late-today' };
  const known = daysUntil(due, now, days);
  if (known === null) return { unit: 'days', n: apart };
  const minutes = Math.floor(workingMs(known, now, new Date(due)) / MINUTE_MS);
  if (minutes < HOUR_MINUTES) return { unit: 'minutes', n: minutes };
  const working = known.filter((day) => day.shifts.length > 0).length;
  if (working <= 1) return { unit: 'hours', n: Math.floor(minutes / HOUR_MINUTES) };
  return { unit: 'working-days', n: working };
}

/** Whether less than two days of the centre's work are left, or none. */
export function isSoon(left: Left): boolean {
  return !['working-days', 'days'].includes(left.unit) || ('n' in left && left.n <= (left.unit === 'days' ? 1 : 2));
}

/** The centre's days from today to the day of `due`; null where they are not all known. */
function daysUntil(due: string, now: Date, days: readonly CentreDay[] | undefined): CentreDay[] | null {
  const [first, last] = [dateOf(now), dateOf(due)];
  if (!days?.some((day) => day.on === first) || !days.some((day) => day.on === last)) return null;
  return days.filter((day) => day.on >= first && day.on <= last);
}

function workingMs(days: readonly CentreDay[], from: Date, to: Date): number {
  const spans = days.flatMap(({ on, shifts }) => shifts.map((shift) => spanOf(on, shift)));
  return spans.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, +to) - Math.max(start, +from)), 0);
}

function spanOf(on: string, shift: string): [number, number] {
  const [from = '', to = ''] = shift.split('-');
  return [Date.parse(`${on}T${from}:00+08:00`), Date.parse(`${on}T${to}:00+08:00`)];
}

/** The nth working day after a day, where the centre's days are known that far. */
export function nthWorkingDay(days: readonly CentreDay[] | undefined, after: string, n: number): string | null {
  const working = (days ?? []).filter((day) => day.on > after && day.shifts.length > 0);
  return working[n - 1]?.on ?? null;
}

/** A local date so many days later. */
export function daysLater(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
}
