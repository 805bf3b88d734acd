import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cache, Overtaken } from '../../src/device/cache';
import { openCache } from '../../src/device/database';
import type { LocalRow } from '../../src/device/types';
import type { Commit } from '../../src/sync/core';
import { Digest } from '../../src/sync/digest';
import { freshIndexedDb } from './browser';

let cache: Cache;

afterEach(() => {
  vi.restoreAllMocks();
});

beforeEach(() => {
  freshIndexedDb();
  cache = new Cache(openCache('ann'));
});

const commit = (change: Partial<Commit>): Commit => ({
  n: 1,
  epoch: 'e1',
  cursor: 'c',
  rows: [],
  gone: [],
  to: 1,
  complete: true,
  start: false,
  finish: false,
  ...change,
});
const row = (id: string, pos: number, kind = 'status') => ({ id, kind, pos, body: { at: pos } });
const shown = async (): Promise<[string, number][]> => (await cache.rows('status')).map(({ id, pos }) => [id, pos]);

it('shows the rows of a first boot as they come', async () => {
  await cache.commit(commit({ start: true, complete: false, cursor: 'c1', rows: [row('a', 1)] }));

  expect(await shown()).toEqual([['a', 1]]);
  expect(await cache.stand(['a'])).toEqual({
    epoch: 'e1',
    cursor: 'c1',
    to: 1,
    checkpoint: 0,
    booting: true,
    rows: [{ id: 'a', kind: 'status', pos: 1 }],
  });
});

it('keeps the old rows in sight until a second boot is complete', async () => {
  await cache.commit(commit({ start: true, finish: true, cursor: 'c1', to: 5, rows: [row('old', 5)] }));
  await cache.commit(commit({ start: true, complete: false, epoch: 'e2', cursor: 'n1', to: 1, rows: [row('new', 1)] }));
  expect(await shown()).toEqual([['old', 5]]);

  await cache.commit(commit({ finish: true, epoch: 'e2', cursor: 'n2', to: 2, rows: [row('newer', 2)] }));

  expect(await shown()).toEqual([
    ['new', 1],
    ['newer', 2],
  ]);
});

it('goes on with an interrupted boot where it stopped', async () => {
  await cache.commit(commit({ start: true, complete: false, cursor: 'c1', rows: [row('a', 1)] }));
  cache.close();
  const again = new Cache(openCache('ann'));

  await again.commit(commit({ finish: true, cursor: 'c2', to: 2, rows: [row('b', 2)] }));

  expect((await again.rows('status')).map(({ id }) => id)).toEqual(['a', 'b']);
  expect((await again.stand([])).booting).toBe(false);
});

it('starts a boot over without rows of the one that was given up', async () => {
  await cache.commit(commit({ start: true, complete: false, cursor: 'c1', rows: [row('stale', 1)] }));

  await cache.commit(commit({ start: true, finish: true, cursor: 'n1', rows: [row('a', 1)] }));

  expect(await shown()).toEqual([['a', 1]]);
});

it('takes away what left the scope, of that kind only', async () => {
  await cache.commit(commit({ start: true, finish: true, rows: [row('a', 1), row('a', 1, 'queue')] }));

  await cache.commit(commit({ cursor: 'c2', to: 2, gone: [{ id: 'a', kind: 'status', why: 'revoked' }] }));

  expect([await shown(), (await cache.rows('queue')).length]).toEqual([[], 1]);
});

it('forgets everything when the whole scope is revoked', async () => {
  await cache.commit(commit({ start: true, finish: true, rows: [row('a', 1)] }));

  await cache.forget(null);

  expect([await shown(), (await cache.stand([])).cursor]).toEqual([[], null]);
});

describe('the digest of what is held', () => {
  const held = (...rows: ReturnType<typeof row>[]): string => new Digest(rows).text;

  it('follows pages, changes and what goes, also after the app was opened anew', async () => {
    const first = await cache.commit(commit({ start: true, finish: true, rows: [row('a', 1), row('b', 2)] }));
    cache.close();
    cache = new Cache(openCache('ann'));
    const change = { cursor: 'c2', to: 4, rows: [row('a', 4)], gone: [{ id: 'b', kind: 'status', why: 'purged' }] };

    const second = await cache.commit(commit(change));

    expect([first, second]).toEqual([held(row('a', 1), row('b', 2)), held(row('a', 4))]);
  });

  it('is of the new rows alone while a second boot is under way', async () => {
    await cache.commit(commit({ start: true, finish: true, rows: [row('old', 5)] }));

    const text = await cache.commit(commit({ start: true, complete: false, cursor: 'n1', rows: [row('new', 1)] }));

    expect(text).toBe(held(row('new', 1)));
  });

  it('knows what was taken away at once', async () => {
    await cache.commit(commit({ start: true, finish: true, rows: [row('a', 1), row('b', 2)] }));
    await cache.forget(['a']);

    expect(await cache.commit(commit({ cursor: 'c2', to: 3, rows: [row('c', 3)] }))).toBe(
      held(row('b', 2), row('c', 3)),
    );
  });
});

it('does not write over what another tab has written meanwhile', async () => {
  await cache.commit(commit({ start: true, finish: true, cursor: 'c1', rows: [row('a', 1)] }));
  const other = new Cache(openCache('ann'));
  await other.stand([]);
  await other.commit(commit({ cursor: 'c9', to: 9, rows: [row('a', 9)] }));

  expect([await cache.isOvertaken(), await other.isOvertaken()]).toEqual([true, false]);
  await expect(cache.commit(commit({ cursor: 'c2', to: 2, rows: [row('a', 2)] }))).rejects.toBeInstanceOf(Overtaken);

  expect(await shown()).toEqual([['a', 9]]);
});

describe('a full device', () => {
  const opened = (id: string, status: string) =>
    ({ id, kind: 'case', pos: 1, body: { view: { status } }, marks: [] }) as unknown as LocalRow<'case'>;

  it('gives up photographs first, then copies of ended cases, then the other copies', async () => {
    const given: string[] = [];
    cache.makeRoomWith(async () => void given.push('photographs'));
    await cache.keepOpened(opened('ended', 'delivered'), '');
    await cache.keepOpened(opened('open', 'accepted'), '');
    let refusals = 3;
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name !== 'rows' || refusals === 0) return put.apply(this, args);
      refusals -= 1;
      throw new DOMException('full', 'QuotaExceededError');
    });
    const dropOpened = vi.spyOn(cache, 'dropOpened');
    dropOpened.mockImplementation(async (ended) => {
      given.push(ended ? 'ended' : 'all');
      await Cache.prototype.dropOpened.call(cache, ended);
    });

    await cache.commit(commit({ start: true, finish: true, rows: [row('a', 1)] }));

    expect(given).toEqual(['photographs', 'ended', 'all']);
    expect(await shown()).toEqual([['a', 1]]);
    expect(await cache.opened('open')).toBeNull();
  });
});

it('takes the copies of ended cases before those of open ones', async () => {
  const copy = (id: string, status: string) =>
    ({ id, kind: 'case', pos: 1, body: { view: { status } }, marks: [] }) as unknown as LocalRow<'case'>;
  await cache.keepOpened(copy('ended', 'delivered'), '');
  await cache.keepOpened(copy('open', 'accepted'), '');

  await cache.dropOpened(true);

  expect([await cache.opened('ended'), (await cache.opened('open'))?.id]).toEqual([null, 'open']);
});
