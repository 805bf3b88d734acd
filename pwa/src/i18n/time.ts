/** Dates and times as a clerk would say them, always in the centre's time zone, whatever the device thinks. */
import { now } from '../clock';
import { language, t } from '.';

const SHANGHAI_OFFSET_MS = 8 * 3600_000; // China has one time zone and no summer time
const DAY_MS = 24 * 3600_000;
const WEEKDAYS_ZH = ['日', '一', '二', '三', '四', '五', '六'];
const WEEKDAYS_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The parts of an instant on the wall clock of the centre. */
interface Local {
  year: number;
  month: number;
  day: number;
  weekday: number;
  clock: string;
}

function local(instant: string | Date): Local {
  const shifted = new Date(new Date(instant).getTime() + SHANGHAI_OFFSET_MS);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    clock: `${shifted.getUTCHours()}:${String(shifted.getUTCMinutes()).padStart(2, '0')}`,
  };
}

/** A local date `2026-11-24` as the instant at which that day begins. */
function startOf(date: string): Date {
  return new Date(`${date}T00:00:00+08:00`);
}

/** The local date of an instant: `2026-11-24`. */
export function dateOf(instant: string | Date): string {
  const { year, month, day } = local(instant);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `17:00`. */
export function clock(instant: string | Date): string {
  return local(instant).clock;
}

/** `11月24日 星期二` of a local date or an instant; with the year before it where that is another than the one of `today`. */
export function day(when: string | Date, today: Date = now()): string {
  const at = typeof when === 'string' && when.length === 10 ? startOf(when) : when;
  const { year, month, day: date, weekday } = local(at);
  const isOther = year !== local(today).year;
  if (language.value === 'en') {
    return `${WEEKDAYS_EN[weekday]} ${date} ${MONTHS_EN[month - 1]}${isOther ? ` ${year}` : ''}`;
  }
  return `${isOther ? `${year}年` : ''}${month}月${date}日 星期${WEEKDAYS_ZH[weekday]}`;
}

/** `11月24日 星期二 17:00`. */
export function dayTime(instant: string | Date, today: Date = now()): string {
  return `${day(instant, today)} ${clock(instant)}`;
}

/** Words with spans of time in them, `9:00–17:00`, so that no line ends within one. */
export function unbroken(words: string): string {
  return words.replaceAll(/(\d)([–—~～-])(?=\d)/g, '$1\u2060$2\u2060');
}

/** `2026年11月24日 17:00`, for papers. */
export function fullTime(instant: string | Date): string {
  const { year, month, day: date } = local(instant);
  if (language.value === 'en') return `${date} ${MONTHS_EN[month - 1]} ${year}, ${clock(instant)}`;
  return `${year}年${month}月${date}日 ${clock(instant)}`;
}

/** `2026年11月24日`, where the year matters: how long something is valid or kept. */
export function fullDay(date: string): string {
  const { year, month, day: number } = local(startOf(date));
  if (language.value === 'en') return `${number} ${MONTHS_EN[month - 1]} ${year}`;
  return `${year}年${month}月${number}日`;
}

/** `11 月`, `November`: the heading of a month. */
export function monthName(month: number): string {
  if (language.value === 'zh') return `${month} 月`;
  return new Date(Date.UTC(2026, month - 1)).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
}

/** `24日 二`, for narrow lists of days. */
export function shortDay(date: string): string {
  const { day: number, weekday } = local(startOf(date));
  return language.value === 'en' ? `${WEEKDAYS_EN[weekday]} ${number}` : `${number}日 ${WEEKDAYS_ZH[weekday]}`;
}

/** `星期一 20:40`. */
export function weekdayTime(instant: string | Date): string {
  const { weekday } = local(instant);
  const name = language.value === 'en' ? WEEKDAYS_EN[weekday] : `星期${WEEKDAYS_ZH[weekday]}`;
  return `${name} ${clock(instant)}`;
}

/** `今天 9:20`, `昨天 18:42`, `11月20日 18:40`: as short as it can be understood at `now`. */
export function ago(instant: string | Date, now: Date): string {
  const days = daysBetween(instant, now);
  if (days === 0) return t('time.today', { clock: clock(instant) });
  if (days === 1) return t('time.yesterday', { clock: clock(instant) });
  return days > 1 && days < 7 ? weekdayTime(instant) : dayTime(instant, now);
}

/** Local days from `instant` to `now`; negative in the future. */
export function daysBetween(instant: string | Date, now: string | Date): number {
  return Math.round((startOf(dateOf(now)).getTime() - startOf(dateOf(instant)).getTime()) / DAY_MS);
}
