/** Whether somebody is at the window now, and when somebody looks at what is handed in. */
import { dateOf } from './i18n/time';
import type { CentreDay } from './session';

/**
 * The centre's doors at one moment.
 *
 * Attributes: `open` whether a shift is running; `dayOff` whether there is none today; `opensAt` when the next shift begins, null while one runs or when no
 * further day is known.
 */
export interface Doors {
  open: boolean;
  dayOff: boolean;
  opensAt: Date | null;
}

/** The doors at `now`, by the days the service told of; null where it told of none for today. */
export function doorsAt(days: readonly CentreDay[] | undefined, now: Date): Doors | null {
  const today = days?.find((day) => day.on === dateOf(now));
  if (!days || !today) return null;
  const dayOff = today.shifts.length === 0;
  const shifts = days.flatMap(shiftsOf).sort((a, b) => a.starts.getTime() - b.starts.getTime());
  if (shifts.some((shift) => shift.starts <= now && now < shift.ends)) return { open: true, dayOff, opensAt: null };
  return { open: false, dayOff, opensAt: shifts.find((shift) => shift.starts > now)?.starts ?? null };
}

function shiftsOf(day: CentreDay): { starts: Date; ends: Date }[] {
  return day.shifts.map((shift) => {
    const [from = '', to = ''] = shift.split('-');
    return { starts: new Date(`${day.on}T${from}:00+08:00`), ends: new Date(`${day.on}T${to}:00+08:00`) };
  });
}
