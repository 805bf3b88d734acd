/** The days of a year as they are edited; the twin of `domain/calendar/calendar.py`. */
import type { CalendarYear } from '../protocol/generated';

export type DayKind = 'workday' | 'make-up-workday' | 'weekend' | 'holiday';

const DAY_MS = 86_400_000;
const SUNDAY = 0;
const SATURDAY = 6;

const at = (on: string): Date => new Date(`${on}T00:00:00Z`);
const isWeekend = (on: string): boolean => [SUNDAY, SATURDAY].includes(at(on).getUTCDay());

/** The day so many days later, as `2026-10-01`. */
export const daysAfter = (on: string, n: number): string =>
  new Date(at(on).getTime() + n * DAY_MS).toISOString().slice(0, 10);

/** What a day is under the days of its year. */
export function kindOf(year: CalendarYear, on: string): DayKind {
  if (year.make_up_workdays?.includes(on)) return 'make-up-workday';
  if (year.days_off.includes(on)) return 'holiday';
  return isWeekend(on) ? 'weekend' : 'workday';
}

/** The year with `on` made the next thing that it can be: weekdays are worked or off, weekends also made up for. */
export function turned(year: CalendarYear, on: string): CalendarYear {
  const kind = kindOf(year, on);
  const off = year.days_off.filter((day) => day !== on);
  const worked = (year.make_up_workdays ?? []).filter((day) => day !== on);
  const sorted = (days: string[]): string[] => [...days].sort();
  if (kind === 'workday' || kind === 'make-up-workday') {
    return { ...year, days_off: sorted([...off, on]), make_up_workdays: worked };
  }
  if (kind === 'weekend') return { ...year, days_off: off, make_up_workdays: sorted([...worked, on]) };
  return { ...year, days_off: off, make_up_workdays: worked };
}

/** The weeks of a month, Monday first; null where a cell belongs to another month. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const first = new Date(Date.UTC(year, month - 1, 1));
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const before = (first.getUTCDay() + 6) % 7;
  const cells: (string | null)[] = Array.from({ length: Math.ceil((before + days) / 7) * 7 }, (_, n) => {
    const day = n - before + 1;
    return day >= 1 && day <= days ? daysAfter(first.toISOString().slice(0, 10), day - 1) : null;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** Every day of a year. */
export function daysOf(year: number): string[] {
  return Array.from({ length: 12 }, (_, n) =>
    weeksOf(year, n + 1)
      .flat()
      .filter((on) => on !== null),
  ).flat();
}

export const workingDays = (year: CalendarYear, number: number): number =>
  daysOf(number).filter((on) => ['workday', 'make-up-workday'].includes(kindOf(year, on))).length;

/** The days that are something else than before. */
export function daysChanged(before: CalendarYear, after: CalendarYear, number: number) {
  return daysOf(number)
    .map((on) => ({ on, was: kindOf(before, on), becomes: kindOf(after, on) }))
    .filter(({ was, becomes }) => was !== becomes);
}

/** A year of which nothing has been published: Monday to Friday. */
export const plainYear = (): CalendarYear => ({
  status: 'provisional',
  days_off: [],
  make_up_workdays: [],
  source: '',
  published_on: null,
});
