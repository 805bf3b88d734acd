/** The one thing that staff are told about connection, device and outbox: the most pressing first. */
import type { IconName, State } from '../components/icons';
import type { DeviceState } from '../device/types';
import { ago } from '../i18n/time';
import { w } from './words';

export interface StaffBanner {
  state: State;
  icon: IconName;
  strong: string;
  more: string;
  act?: { words: string; to: string };
}

export function bannerNow(device: DeviceState, away: boolean, now: Date): StaffBanner | null {
  if (device.storage === 'none')
    return { state: 'late', icon: 'alert', strong: w('banner.storage'), more: w('banner.storage-more') };
  if (device.upgrade?.hard)
    return { state: 'you', icon: 'download', strong: w('banner.upgrade'), more: w('banner.upgrade-more') };
  if (device.connection === 'auth-held') return signInAgain();
  if (away) return offline(device, now);
  if (device.aside > 0) return aside(device.aside);
  if (device.person && !device.ready && device.person.kind === 'staff') return loading(device);
  return null;
}

function signInAgain(): StaffBanner {
  const act = { words: w('banner.auth-act'), to: '/desk/sign-in' };
  return { state: 'you', icon: 'lock', strong: w('banner.auth'), more: w('banner.auth-more'), act };
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
