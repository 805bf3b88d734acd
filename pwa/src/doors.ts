/** Whether somebody is at the window now, and when somebody looks at what is handed in. */
import { dateOf } from './i18n/time';
import type { CentreDay } from './session';

/**
 * The centre's doors at one moment.
 *
 * Attributes: `open` whether people are received; `dayOff` whether nobody is received today; `opened` whether somebody was received earlier today;
 * `opensAt` when that begins again, null while it goes on or when no further day is known.
 */
export interface Doors {
  open: boolean;
  dayOff: boolean;
  opened: boolean;
  opensAt: Date | null;
}

/** The doors at `now`, by the days the service told of; null where it told of none for today. */
export function doorsAt(days: readonly CentreDay[] | undefined, now: Date): Doors | null {
  const today = days?.find((day) => day.on === dateOf(now));
  if (!days || !today) return null;
  const dayOff = openingsOf(today).length === 0;
  const opened = openingsOf(today).some(({ ends }) => ends <= now);
  const openings = days.flatMap(openingsOf).sort((a, b) => a.starts.getTime() - b.starts.getTime());
  if (openings.some(({ starts, ends }) => starts <= now && now < ends))
    return { open: true, dayOff, opened, opensAt: null };
  return { open: false, dayOff, opened, opensAt: openings.find(({ starts }) => starts > now)?.starts ?? null };
}

function openingsOf(day: CentreDay): { starts: Date; ends: Date }[] {
  return (day.openings ?? day.shifts).map((opening) => {
    const [from = '', to = ''] = opening.split('-');
    return { starts: new Date(`${day.on}T${from}:00+08:00`), ends: new Date(`${day.on}T${to}:00+08:00`) };
  });
}
