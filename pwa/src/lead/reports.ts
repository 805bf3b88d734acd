/** Periods and findings of the reports. */
import type { ReportRow } from '../protocol/generated';
import { w } from './words';

export interface Period {
  first: string;
  last: string;
}

/** The month of a day up to that day, or the whole month before it. */
export function monthOf(today: string, back: 0 | 1 = 0): Period {
  const [year = 0, month = 1] = today.split('-').map(Number);
  if (back === 0) return { first: `${today.slice(0, 8)}01`, last: today };
  const last = new Date(Date.UTC(year, month - 1, 0)).toISOString().slice(0, 10);
  return { first: `${last.slice(0, 8)}01`, last };
}

/** The rows with the most cases that have a median, for a chart that can be read. */
export function mostFiled(rows: readonly ReportRow[], most: number): ReportRow[] {
  return rows
    .filter((row) => row.median_minutes !== null)
    .sort((a, b) => b.filed - a.filed || a.key.localeCompare(b.key))
    .slice(0, most);
}

const HOUR = 60;

/** A working time in minutes as people say it: hours from two hours on, with a tenth; none where there was nothing. */
export function spanWords(minutes: number | null): string {
  if (minutes === null) return w('board.none');
  if (minutes < 2 * HOUR) return w('board.minutes', { n: Math.round(minutes) });
  return w('board.hours', { n: Math.round((minutes / HOUR) * 10) / 10 });
}

/** The row with the most late decisions; null where nothing was late. */
export function latest(rows: readonly ReportRow[]): ReportRow | null {
  return rows.reduce<ReportRow | null>((worst, row) => (row.late > (worst?.late ?? 0) ? row : worst), null);
}
