/** Moments to the second and lengths of time, as an auditor needs them. */
import { words } from '../i18n';
import { clock, dateOf, day } from '../i18n/time';

const w = words(
  {
    day: '{year}年{day}',
    seconds: '{n} 秒',
    minutes: '{n} 分钟',
    hours: '{n} 小时',
    'hours-minutes': '{h} 小时 {n} 分钟',
    days: '{n} 天',
    'days-hours': '{d} 天 {n} 小时',
  },
  {
    day: '{day} {year}',
    seconds: '{n} {n|second|seconds}',
    minutes: '{n} {n|minute|minutes}',
    hours: '{n} {n|hour|hours}',
    'hours-minutes': '{h} h {n} min',
    days: '{n} {n|day|days}',
    'days-hours': '{d} d {n} h',
  },
);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `15:02:10`. */
export function toTheSecond(instant: string): string {
  return `${clock(instant)}:${String(new Date(instant).getUTCSeconds()).padStart(2, '0')}`;
}

/** `2026年11月23日 星期一`. */
export function fullDay(instant: string): string {
  return w('day', { year: dateOf(instant).slice(0, 4), day: day(instant, new Date(instant)) });
}

/** `11月23日 星期一 15:02:10`. */
export function moment(instant: string): string {
  return `${day(instant)} ${toTheSecond(instant)}`;
}

/** `2026年11月23日 星期一 15:02:10`. */
export function fullMoment(instant: string): string {
  return `${fullDay(instant)} ${toTheSecond(instant)}`;
}

/** A length of time in the two units that matter: `28 分钟`, `3 小时 5 分钟`, `2 天 4 小时`. */
export function spanWords(seconds: number): string {
  const length = Math.abs(Math.round(seconds));
  if (length < MINUTE) return w('seconds', { n: length });
  if (length < HOUR) return w('minutes', { n: Math.floor(length / MINUTE) });
  if (length < DAY) return twoUnits(Math.floor(length / HOUR), Math.floor((length % HOUR) / MINUTE), 'hours');
  return twoUnits(Math.floor(length / DAY), Math.floor((length % DAY) / HOUR), 'days');
}

function twoUnits(large: number, n: number, unit: 'hours' | 'days'): string {
  if (n === 0) return w(unit, { n: large });
  return unit === 'hours' ? w('hours-minutes', { h: large, n }) : w('days-hours', { d: large, n });
}
