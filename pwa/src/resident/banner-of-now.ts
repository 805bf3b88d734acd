/** Which one thing about the connection, the device or the app a resident is told now: the most pressing first. */
import { reactive } from 'vue';
import type { RouteLocationRaw } from 'vue-router';
import type { IconName, State } from '../components/icons';
import type { DeviceState, Draft } from '../device/types';
import { either, t } from '../i18n';

/** A banner: `strong` is what is so, `more` what it means, `act` at most one thing to press. */
export interface Notice {
  id:
    | 'storage-none'
    | 'storage-stuck'
    | 'upgrade'
    | 'evicted'
    | 'auth'
    | 'offline'
    | 'aside'
    | 'ready'
    | 'sending'
    | 'version'
    | 'wechat'
    | 'insecure';
  state?: State;
  icon: IconName;
  strong: string;
  more?: string;
  act?: { words: string; to?: RouteLocationRaw };
}

/** What is known at this moment; `signedIn` as the service last said. */
export interface Circumstances {
  device: DeviceState;
  drafts: readonly Draft[];
  signedIn: boolean;
  newVersion: boolean;
  weChat: boolean;
  secure: boolean;
  /** Whether the connection has been away for longer than a moment. */
  away: boolean;
  hidden: ReadonlySet<Notice['id']>;
}

/** What somebody has closed since the page was loaded: it stays closed on the other screens too. */
export const hiddenNotices = reactive(new Set<Notice['id']>());

/** The step that a draft stands at when 交上去 was pressed and only the sign-in is missing. */
export const READY_STEP = 'file';

/** The one banner to show, or null. */
export function bannerOf(now: Circumstances): Notice | null {
  return candidates(now).find((notice) => notice !== null && !now.hidden.has(notice.id)) ?? null;
}

function candidates(now: Circumstances): (Notice | null)[] {
  return [
    now.device.storage === 'none' ? storageNone() : null,
    now.device.storage === 'stuck' ? storageStuck() : null,
    now.device.upgrade?.hard ? upgrade() : null,
    now.device.evicted ? evicted(now.device.evicted.n) : null,
    now.device.connection === 'auth-held' ? signInAgain() : null,
    now.away ? offline() : null,
    now.device.aside > 0 ? aside(now.device.aside) : null,
    readyToFile(now),
    sending(now.device),
    now.newVersion
      ? {
          id: 'version',
          icon: 'download',
          strong: '',
          more: t('banner.version'),
          act: { words: t('banner.version-act') },
        }
      : null,
    // Its words come with its component: the first screen of everybody else need not carry them.
    now.weChat ? { id: 'wechat', icon: 'globe', strong: '' } : null,
    now.secure ? null : { id: 'insecure', icon: 'lock', strong: '', more: t('banner.insecure') },
  ];
}

function storageNone(): Notice {
  const words = { strong: t('banner.storage-none'), more: t('banner.storage-none-more') };
  return { id: 'storage-none', state: 'late', icon: 'alert', ...words };
}

function storageStuck(): Notice {
  const words = { strong: t('banner.storage-stuck'), more: t('banner.storage-stuck-more') };
  return { id: 'storage-stuck', state: 'late', icon: 'alert', ...words };
}

/** What the browser threw away is told where nobody can miss it. */
function evicted(n: number): Notice {
  const act = { words: t('banner.aside-act'), to: '/outbox' };
  return { id: 'evicted', state: 'late', icon: 'alert', strong: t('banner.evicted', { n }), act };
}

function upgrade(): Notice {
  const act = { words: t('banner.version-act') };
  return {
    id: 'upgrade',
    state: 'you',
    icon: 'download',
    strong: t('banner.upgrade'),
    more: t('banner.upgrade-more'),
    act,
  };
}

function signInAgain(): Notice {
  const act = { words: t('banner.ready-act'), to: '/sign-in' };
  return { id: 'auth', state: 'you', icon: 'lock', strong: t('banner.auth'), more: t('banner.auth-more'), act };
}

function offline(): Notice {
  return {
    id: 'offline',
    state: 'saved',
    icon: 'offline',
    strong: t('banner.offline'),
    more: t('banner.offline-more'),
  };
}

function aside(count: number): Notice {
  const act = { words: t('banner.aside-act'), to: '/outbox' };
  return { id: 'aside', state: 'refused', icon: 'refused', strong: t('banner.aside', { n: count }), act };
}

function readyToFile({ drafts, signedIn }: Circumstances): Notice | null {
  const ready = signedIn ? undefined : drafts.find((draft) => draft.step === READY_STEP);
  if (!ready) return null;
  const act = { words: t('banner.ready-act'), to: { path: '/sign-in', query: { after: `/apply/${ready.id}` } } };
  const item = ready.item_name ? either(ready.item_name) : '';
  return { id: 'ready', state: 'saved', icon: 'saved', strong: '', more: t('banner.ready', { item }), act };
}

function sending(device: DeviceState): Notice | null {
  if (device.uploads > 0) {
    return {
      id: 'sending',
      state: 'office',
      icon: 'upload',
      strong: '',
      more: t('banner.sending', { n: device.uploads }),
    };
  }
  if (device.queued === 0 || !device.person) return null;
  return {
    id: 'sending',
    state: 'office',
    icon: 'upload',
    strong: '',
    more: t('banner.sending-acts', { n: device.queued }),
  };
}
