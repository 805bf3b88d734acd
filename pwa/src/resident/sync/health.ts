/** How a device is, line by line: what is so, and what to do where something is wrong. */
import type { DeviceState } from '../../device/types';
import { ago, dayTime } from '../../i18n/time';
import { type SyncKey, w } from './words';

/** `well`: nothing to do; `waits`: mends itself; `look`: something to do soon; `bad`: work is in danger. */
export type Wellness = 'well' | 'waits' | 'look' | 'bad';

export interface HealthLine {
  key: string;
  label: string;
  value: string;
  wellness: Wellness;
  /** What to do about it, where there is something. */
  todo: string | null;
}

export interface Moment {
  now: Date;
  /** Without a signal for longer than a moment. */
  away: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CLOCK_WRONG_MS = 5 * MINUTE_MS;
const LEASE_ENDS_SOON_MS = DAY_MS;
const NEARLY_FULL_BYTES = 50_000_000;

/** The lines in the order in which they are read. */
export function healthOf(state: DeviceState, moment: Moment): HealthLine[] {
  const lines = [
    connection(state, moment),
    contact(state, moment),
    oldest(state, moment),
    photographs(state),
    storage(state),
    clock(state),
    lease(state, moment),
  ];
  return lines.filter((line) => line !== null);
}

/** What happened to what this device holds, which nobody would guess: work that got lost, a log that was restored. */
export function newsOf({ evicted, restored_at }: DeviceState, { now }: Moment): string[] {
  const news: string[] = [];
  if (evicted) news.push(w('health.missing', { n: evicted.n }));
  if (restored_at) news.push(w('health.restored', { when: ago(restored_at, now) }));
  return news;
}

/** How many lines want to be looked at. */
export const troublesOf = (lines: readonly HealthLine[]): number =>
  lines.filter(({ wellness }) => wellness === 'look' || wellness === 'bad').length;

/** Whether the device has not caught up with the centre and needs nobody for that. */
export const isBehind = (lines: readonly HealthLine[]): boolean => lines.some((line) => line.wellness === 'waits');

function line(key: SyncKey, value: string, wellness: Wellness = 'well', todo: SyncKey | null = null): HealthLine {
  return { key, label: w(key), value, wellness, todo: todo ? w(todo) : null };
}

function connection(state: DeviceState, { away }: Moment): HealthLine {
  const key = 'health.connection';
  switch (state.connection) {
    case 'lease-expired':
      return line(key, w('health.lease-expired'), 'bad');
    case 'log-altered':
      return line(key, w('health.log-altered'), 'bad');
    case 'origin-changed':
      return line(key, w('health.origin-changed'), 'bad');
    case 'auth-held':
      return line(key, w('health.auth'), 'look');
    case 'upgrade-held':
      return line(key, w('health.upgrade'), 'look');
    case 'follower':
      return line(key, w('health.follower'));
    case 'live':
      return line(key, w('health.live'));
    default:
      // Without a person there is nothing to fetch or to send.
      if (!state.person) return line(key, w('health.nobody'));
      return line(key, w(away ? 'health.away' : 'health.catching-up'), 'waits');
  }
}

function contact({ last_contact, person, connection }: DeviceState, { now }: Moment): HealthLine {
  if (last_contact) return line('health.contact', ago(last_contact, now));
  // While it is catching up for the first time there is nothing for the person to do about it.
  const never = connection === 'live' ? 'look' : 'waits';
  return line('health.contact', w('health.contact-never'), person ? never : 'well');
}

function oldest({ oldest_unsent }: DeviceState, { now }: Moment): HealthLine {
  if (!oldest_unsent) return line('health.oldest', w('health.oldest-none'));
  const isOld = now.getTime() - Date.parse(oldest_unsent) > DAY_MS;
  return line('health.oldest', ago(oldest_unsent, now), isOld ? 'look' : 'well', isOld ? 'health.do-old' : null);
}

function photographs({ photos_waiting: { n, bytes } }: DeviceState): HealthLine {
  if (n === 0) return line('health.photos', w('health.photos-none'));
  return line('health.photos', w('health.photos-n', { n, size: sizeWords(bytes) }));
}

/** A browser that may clear what it keeps is a worry only while something is kept that the centre has not. */
function storage({ storage: kind, storage_left: left, oldest_unsent, photos_waiting }: DeviceState): HealthLine {
  const key = 'health.storage';
  const words = w(`health.storage-${kind}`);
  const value =
    left === null || kind === 'none' || kind === 'stuck'
      ? words
      : w('health.storage-left', { kind: words, size: sizeWords(left) });
  if (kind === 'none') return line(key, value, 'bad', 'health.do-storage');
  if (kind === 'stuck') return line(key, value, 'bad', 'health.do-stuck');
  if (left !== null && left < NEARLY_FULL_BYTES) return line(key, value, 'bad', 'health.do-full');
  const isAtRisk = kind === 'best-effort' && (oldest_unsent !== null || photos_waiting.n > 0);
  return isAtRisk ? line(key, value, 'look', 'health.do-storage') : line(key, value);
}

function clock({ clock_skew_ms: skew }: DeviceState): HealthLine | null {
  if (skew === null) return null;
  if (Math.abs(skew) < CLOCK_WRONG_MS) return line('health.clock', w('health.clock-right'));
  const much = asPeopleSay(Math.round(Math.abs(skew) / MINUTE_MS));
  return line('health.clock', w(skew > 0 ? 'health.clock-fast' : 'health.clock-slow', { much }), 'look');
}

/** Minutes up to two hours, hours up to two days, then days. */
function asPeopleSay(minutes: number): string {
  const hours = Math.round(minutes / 60);
  if (minutes < 120) return w('health.minutes', { n: minutes });
  return hours < 48 ? w('health.hours', { n: hours }) : w('health.days', { n: Math.round(hours / 24) });
}

function lease({ lease_until }: DeviceState, { now }: Moment): HealthLine | null {
  if (!lease_until) return null;
  const isSoon = Date.parse(lease_until) - now.getTime() < LEASE_ENDS_SOON_MS;
  return line('health.lease', dayTime(lease_until), isSoon ? 'look' : 'well', isSoon ? 'health.do-lease' : null);
}

/** `800 KB`, `1.2 MB`, `3.4 GB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
