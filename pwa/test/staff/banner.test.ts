import { expect, it } from 'vitest';
import { NO_STATE } from '../../src/device/health-blank';
import type { DeviceState } from '../../src/device/types';
import { bannerNow } from '../../src/staff/banner';

const now = new Date('2026-11-26T03:00:00Z');
const told = (change: Partial<DeviceState>, newVersion = false): string =>
  bannerNow({ ...NO_STATE, ...change }, false, now, newVersion)?.strong ?? '';

it('offers a new version to staff, and takes it only when they press', () => {
  const banner = bannerNow(NO_STATE, false, now, true);

  expect([banner?.strong, banner?.act?.to]).toEqual(['有新版本，等您方便时更新。', null]);
});

it('says until when an old version serves, though the new one has not come yet', () => {
  const upgrade = { min_app: '0.2', hard: false, by: '2026-12-01T00:00:00Z' };

  expect(bannerNow({ ...NO_STATE, upgrade }, false, now)).toMatchObject({ more: expect.stringContaining('12月1日') });
  expect(bannerNow({ ...NO_STATE, upgrade }, false, now)?.act).toBeUndefined();
});

it('tells what was lost before anything that can wait', () => {
  const evicted = { n: 2, at: '2026-11-25T03:00:00Z' };

  expect(told({ evicted, aside: 1 }, true)).toBe('这台设备存过的 2 件操作没有了。');
  expect(told({ aside: 1 }, true)).toBe('有 1 件操作没有办成。');
  expect(told({})).toBe('');
});
