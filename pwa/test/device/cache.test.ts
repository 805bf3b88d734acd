import { beforeEach, expect, it } from 'vitest';
import { Cache } from '../../src/device/cache';
import { openCache } from '../../src/device/database';
import type { Commit } from '../../src/sync/core';
import { freshIndexedDb } from './browser';

let cache: Cache;

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
