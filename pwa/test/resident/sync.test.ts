/** How a device is, what became of own acts, and what a resident may choose when one was not done. */
import { expect, test } from 'vitest';
import type { DeviceState, OutboxEntry } from '../../src/device/types';
import { BLANK_STATUS } from '../../src/protocol/blank';
import type { StatusBody } from '../../src/protocol/generated';
import { choicesFor, isWithdrawalTooLate, reasonOf } from '../../src/resident/sync/choices';
import { en as syncEn } from '../../src/resident/sync/en';
import { groupsOf, isOwnStill, isToSend, markOf, whyOf } from '../../src/resident/sync/entries';
import { healthOf, isBehind, newsOf, sizeWords, troublesOf } from '../../src/resident/sync/health';
import { zh as syncZh } from '../../src/resident/sync/zh';
import { tabletsOf } from '../../src/staff/sync/tablets';
import { DEVICE_WORDS } from '../../src/staff/sync/words';

const NOW = new Date('2026-11-26T02:00:00Z');
const CALM = { now: NOW, away: false };
const WELL: DeviceState = {
  person: { id: 'p', kind: 'staff' },
  connection: 'live',
  queued: 0,
  aside: 0,
  uploads: 0,
  last_contact: '2026-11-26T01:59:00Z',
  ready: true,
  storage: 'persistent',
  storage_used: 1_000,
  storage_left: 9e9,
  upgrade: null,
  device: 'd1',
  oldest_unsent: null,
  photos_waiting: { n: 0, bytes: 0 },
  clock_skew_ms: 1_000,
  lease_until: '2026-11-29T02:00:00Z',
  locked: null,
  origin_changed: false,
  log_altered_at: null,
  log_seen: null,
  restored_at: null,
  blocked: false,
  evicted: null,
  transport: 'socket',
  wait: null,
} as DeviceState;

const entry = (rest: Partial<OutboxEntry>): OutboxEntry =>
  ({
    id: '01970000-0000-7000-8000-00000000abcd',
    type: 'case.withdraw@1',
    args: {},
    state: 'conflict',
    code: null,
    params: null,
    options: [],
    offered: true,
    ...rest,
  }) as OutboxEntry;

const status = (rest: Partial<StatusBody>): StatusBody => ({ ...BLANK_STATUS, ...rest });

const blanks = (sentence: string): string[] => [
  ...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? '')),
];

test('both languages fill the same blanks', () => {
  for (const { zh, en } of [{ zh: syncZh, en: syncEn }, DEVICE_WORDS] as {
    zh: Record<string, string>;
    en: Record<string, string>;
  }[]) {
    for (const key of Object.keys(zh)) expect(blanks(en[key] ?? '').sort(), key).toEqual(blanks(zh[key] ?? '').sort());
  }
});

test('a device in order has nothing to look at', () => {
  expect(troublesOf(healthOf(WELL, CALM))).toBe(0);
  expect(newsOf(WELL, CALM)).toEqual([]);
});

test.each<[string, Partial<DeviceState>, 'look' | 'bad']>([
  ['health.connection', { connection: 'auth-held' }, 'look'],
  ['health.connection', { connection: 'lease-expired' }, 'bad'],
  ['health.connection', { connection: 'origin-changed' }, 'bad'],
  ['health.contact', { last_contact: null }, 'look'],
  ['health.oldest', { oldest_unsent: '2026-11-24T01:00:00Z' }, 'look'],
  ['health.storage', { storage: 'none' }, 'bad'],
  ['health.storage', { storage: 'stuck' }, 'bad'],
  ['health.storage', { storage_left: 1_000_000 }, 'bad'],
  ['health.storage', { storage: 'best-effort', photos_waiting: { n: 1, bytes: 9 } }, 'look'],
  ['health.clock', { clock_skew_ms: -11 * 60_000 }, 'look'],
  ['health.lease', { lease_until: '2026-11-26T09:00:00Z' }, 'look'],
])('%s says what is wrong with %o', (key, wrong, wellness) => {
  const line = healthOf({ ...WELL, ...wrong }, CALM).find((one) => one.key === key);

  expect(line?.wellness).toBe(wellness);
});

test('a device that catches up is not in order yet, and wants nothing', () => {
  const lines = healthOf({ ...WELL, connection: 'catchup' }, CALM);

  expect([troublesOf(lines), isBehind(lines)]).toEqual([0, true]);
  expect(isBehind(healthOf(WELL, CALM))).toBe(false);
});

test('a device that nobody signed in on needs no connection', () => {
  const lines = healthOf({ ...WELL, person: null, connection: 'off', last_contact: null }, CALM);

  expect(lines.find((one) => one.key === 'health.connection')?.value).toBe('没有登录，不用连');
  expect([troublesOf(lines), isBehind(lines)]).toEqual([0, false]);
});

test('a wrong clock is told in minutes and as harmless', () => {
  const line = healthOf({ ...WELL, clock_skew_ms: -11 * 60_000 }, CALM).find((one) => one.key === 'health.clock');

  expect(line?.value).toMatch(/慢了11分钟.*不碍事/);
});

test('work that the browser threw away and a restored log are told', () => {
  const [lost, restored] = newsOf(
    { ...WELL, evicted: { n: 3, at: '2026-11-24T02:00:00Z' }, restored_at: '2026-11-25T02:00:00Z' },
    CALM,
  );

  expect(lost).toContain('3 步');
  expect(restored).toContain('从备份恢复');
});

test('each state of an act has its mark, and a hold its reason', () => {
  const words = (['queued', 'sent', 'held', 'applied', 'conflict', 'refused', 'quarantined'] as const).map(
    (state) => markOf(entry({ state, offered: state !== 'queued' }), false).words,
  );

  expect(new Set(words).size).toBe(words.length);
  expect(whyOf(entry({ state: 'held', code: 'file-missing' }), false)).toContain('照片');
  expect(whyOf(entry({ state: 'queued' }), true)).toContain('登录');
  expect(whyOf(entry({ state: 'queued' }), false)).toBeNull();
  expect(whyOf(entry({ state: 'quarantined', code: 'server-fault' }), false)).toContain('00000000ABCD');
});

test('only what never left the device may be changed', () => {
  expect(isOwnStill(entry({ state: 'queued', offered: false }))).toBe(true);
  expect(isOwnStill(entry({ state: 'queued', offered: true }))).toBe(false);
  expect(isOwnStill(entry({ state: 'sent' }))).toBe(false);
});

test('what was not done comes first, and reports of the app are no acts', () => {
  const groups = groupsOf([
    entry({ state: 'queued' }),
    entry({ state: 'refused' }),
    entry({ state: 'sent', type: 'record.view@1' }),
  ]);

  expect(groups.map(({ id, entries }) => [id, entries.length])).toEqual([
    ['aside', 1],
    ['waiting', 1],
  ]);
});

test('only what has not arrived can be sent', () => {
  const isSent = (state: OutboxEntry['state'], type: OutboxEntry['type'] = 'case.note@1') =>
    isToSend([entry({ state, type })], WELL);
  const states = ['queued', 'sent', 'held', 'applied', 'conflict', 'refused', 'quarantined'] as const;

  expect(states.filter((state) => isSent(state))).toEqual(['queued', 'sent']);
  expect(isSent('queued', 'record.view@1')).toBe(false);
  expect(isToSend([], { photos_waiting: { n: 2, bytes: 9 } })).toBe(true);
});

test('whoever withdraws after the decision is told of it and may hand something in', () => {
  const late = entry({ code: 'state-changed', params: { status: 'rejected' } });
  const body = status({ status: 'rejected', acts: ['case.supplement', 'case.message'] });

  expect(isWithdrawalTooLate(late)).toBe(true);
  expect(choicesFor(late, body)).toEqual(['evidence', 'message', 'open', 'hand', 'save', 'withdraw']);
  expect(reasonOf(late, undefined)).toContain('没有批准');
});

test('a filing that was not taken is changed, and sent again as it was only after a fault of ours', () => {
  const filing = entry({ type: 'case.file@1', state: 'refused', code: 'answers-invalid' });

  expect(choicesFor(filing, null)).toEqual(['edit', 'hand', 'save', 'withdraw']);
  expect(choicesFor({ ...filing, state: 'quarantined', code: 'server-fault' }, null)[0]).toBe('retry');
});

test('sizes are short', () => {
  expect([900, 250_000, 1_240_000, 3.4e9].map(sizeWords)).toEqual(['1 KB', '250 KB', '1.2 MB', '3.4 GB']);
});

test('devices that lost work come first, and each says what to do', () => {
  const plain = {
    person: 'min',
    office: 'street',
    app: '0.1.0',
    first_at: '2026-11-01T00:00:00Z',
    last_contact: '2026-11-26T01:00:00Z',
    position: 9,
    unsent: 0,
    oldest_at: null,
    missing: null,
    blocked: false,
  };
  const rows = [
    { ...plain, id: 'a', device: 'a' },
    { ...plain, id: 'b', device: 'b', unsent: 2, last_contact: '2026-11-25T01:00:00Z' },
    { ...plain, id: 'c', device: 'c', missing: { n: 3, announced_at: '2026-11-24T01:00:00Z', why: 'lost' as const } },
    { ...plain, id: 'd', device: 'd', blocked: true },
  ];

  const tablets = tabletsOf(rows, new Map([['min', '周敏']]), NOW);

  expect(tablets.map((one) => [one.device, one.condition])).toEqual([
    ['c', 'missing'],
    ['b', 'waiting'],
    ['a', 'well'],
    ['d', 'blocked'],
  ]);
  expect(tablets[0]?.todo).toMatch(/周敏.*3 步/);
  expect(tablets[2]?.todo).toBeNull();
});
