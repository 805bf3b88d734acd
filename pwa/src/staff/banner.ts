/** The one thing that staff are told about connection, device and outbox: the most pressing first. */
import type { IconName, State } from '../components/icons';
import type { DeviceState } from '../device/types';
import { ago, day } from '../i18n/time';
import { w } from './words';

export interface StaffBanner {
  state: State;
  icon: IconName;
  strong: string;
  more: string;
  /** `to` null: the new version takes over. */
  act?: { words: string; to: string | null };
}

/** @param newVersion one waits, and nothing here is unsaved */
export function bannerNow(device: DeviceState, away: boolean, now: Date, newVersion = false): StaffBanner | null {
  if (device.storage === 'none')
    return { state: 'late', icon: 'alert', strong: w('banner.storage'), more: w('banner.storage-more') };
  if (device.storage === 'stuck')
    return { state: 'late', icon: 'alert', strong: w('banner.stuck'), more: w('banner.stuck-more') };
  if (device.log_altered_at) return altered();
  if (device.locked) return locked(device);
  if (device.origin_changed)
    return { state: 'late', icon: 'alert', strong: w('banner.origin'), more: w('banner.origin-more') };
  if (device.blocked)
    return { state: 'late', icon: 'lock', strong: w('banner.blocked'), more: w('banner.blocked-more') };
  if (device.evicted) return evicted(device.evicted.n);
  if (device.upgrade?.hard)
    return { state: 'you', icon: 'download', strong: w('banner.upgrade'), more: w('banner.upgrade-more') };
  if (device.connection === 'auth-held') return signInAgain();
  if (away) return offline(device, now);
  if (device.aside > 0) return aside(device.aside);
  if (device.person && !device.ready && device.person.kind === 'staff') return loading(device);
  return newer(device, newVersion);
}

/** A new version that nobody is hurried into. */
function newer({ upgrade }: DeviceState, waits: boolean): StaffBanner | null {
  if (!waits && !upgrade) return null;
  const more = upgrade?.by ? w('banner.new-by', { when: day(upgrade.by) }) : w('banner.new-more');
  const act = waits ? { act: { words: w('banner.new-act'), to: null } } : {};
  return { state: 'office', icon: 'download', strong: w('banner.new'), more, ...act };
}

function signInAgain(): StaffBanner {
  const act = { words: w('banner.auth-act'), to: '/desk/sign-in' };
  return { state: 'you', icon: 'lock', strong: w('banner.auth'), more: w('banner.auth-more'), act };
}

/** The tablet was not heard of for too long: what it keeps is locked, and one sign-in opens it. */
function locked({ queued }: DeviceState): StaffBanner {
  const act = { words: w('banner.auth-act'), to: '/desk/sign-in' };
  const more = queued > 0 ? w('banner.locked-queued', { n: queued }) : w('banner.locked-more');
  return { state: 'you', icon: 'lock', strong: w('banner.locked'), more, act };
}

/** The centre's log is not the one that this device has seen. */
function altered(): StaffBanner {
  const act = { words: w('banner.altered-act'), to: '/record-changed' };
  return { state: 'late', icon: 'lock', strong: w('banner.altered'), more: w('banner.altered-more'), act };
}

/** What the browser threw away is told where nobody can miss it. */
function evicted(n: number): StaffBanner {
  const act = { words: w('banner.aside-act'), to: '/desk/device' };
  return { state: 'late', icon: 'alert', strong: w('banner.evicted', { n }), more: w('banner.evicted-more'), act };
}

function offline(device: DeviceState, now: Date): StaffBanner {
  const when = device.last_contact ? ago(device.last_contact, now) : '—';
  const n = device.queued;
  const more = n > 0 ? w('banner.offline-queued', { when, n }) : w('banner.offline-seen', { when });
  const act = n > 0 ? { act: { words: w('banner.see', { n }), to: '/desk/outbox' } } : {};
  return { state: 'saved', icon: 'offline', strong: w('banner.offline'), more, ...act };
}

function aside(n: number): StaffBanner {
  const act = { words: w('banner.aside-act'), to: '/desk/outbox' };
  return { state: 'refused', icon: 'refused', strong: w('banner.aside', { n }), more: w('banner.aside-more'), act };
}

function loading(device: DeviceState): StaffBanner | null {
  if (device.connection !== 'boot') return null;
  return { state: 'office', icon: 'office', strong: '', more: w('banner.loading') };
}
