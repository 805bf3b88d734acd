import { describe, expect, it } from 'vitest';
import type { DeviceState, Draft } from '../../src/device/types';
import { bannerOf, type Circumstances, READY_STEP } from '../../src/resident/banner-of-now';

const DEVICE: DeviceState = {
  person: { id: 'p1', kind: 'resident' },
  connection: 'live',
  queued: 0,
  aside: 0,
  uploads: 0,
  last_contact: null,
  ready: true,
  storage: 'persistent',
  upgrade: null,
  storage_used: null,
  storage_left: null,
  device: 'd1',
  oldest_unsent: null,
  photos_waiting: { n: 0, bytes: 0 },
  clock_skew_ms: null,
  lease_until: null,
  locked: null,
  origin_changed: false,
  log_altered_at: null,
  log_seen: null,
  restored_at: null,
  blocked: false,
  evicted: null,
  transport: 'socket',
  wait: null,
};
const QUIET: Circumstances = {
  device: DEVICE,
  drafts: [],
  signedIn: true,
  newVersion: false,
  weChat: false,
  secure: true,
  away: false,
  hidden: new Set(),
};
const DRAFT: Draft = {
  id: 'd1',
  item_id: 'house-lease-filing',
  item_version: 1,
  item_name: { zh: '房屋租赁登记备案', en: 'Lease filing' },
  answers: {},
  declarations: [],
  step: READY_STEP,
  created_at: '',
  saved_at: '',
};

describe('the banner', () => {
  it('is silent while nothing is the matter', () => {
    expect(bannerOf(QUIET)).toBeNull();
  });

  it('is one at a time: what endangers work before what delays it', () => {
    const everything: Circumstances = {
      ...QUIET,
      device: { ...DEVICE, storage: 'none', aside: 1, uploads: 3 },
      away: true,
      newVersion: true,
      weChat: true,
    };

    expect(bannerOf(everything)?.id).toBe('storage-none');
    expect(bannerOf({ ...everything, device: { ...everything.device, storage: 'stuck' } })?.id).toBe('storage-stuck');
    expect(bannerOf({ ...everything, device: { ...everything.device, storage: 'persistent' } })?.id).toBe('offline');
    expect(bannerOf({ ...everything, device: { ...DEVICE, aside: 1, uploads: 3 }, away: false })?.id).toBe('aside');
    expect(bannerOf({ ...everything, device: { ...DEVICE, uploads: 3 }, away: false })?.more).toBe(
      '正在发：还有 3 页照片。',
    );
  });

  it('reminds a guest of a form that only waits for the sign-in', () => {
    expect(bannerOf({ ...QUIET, signedIn: false, drafts: [DRAFT] })?.act?.to).toEqual({
      path: '/sign-in',
      query: { after: '/apply/d1' },
    });
    expect(bannerOf({ ...QUIET, drafts: [DRAFT] })).toBeNull();
  });

  it('can be put away where it is only advice', () => {
    expect(bannerOf({ ...QUIET, weChat: true })?.id).toBe('wechat');
    expect(bannerOf({ ...QUIET, weChat: true, hidden: new Set(['wechat'] as const) })).toBeNull();
  });
});
