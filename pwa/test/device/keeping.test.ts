import { beforeEach, describe, expect, it } from 'vitest';
import { Cache } from '../../src/device/cache';
import { openCache } from '../../src/device/database';
import type { Env } from '../../src/device/env';
import { erasePhotos, Kept, MOST_BYTES, openPhotos, roomFor } from '../../src/device/keep';
import { Keeping } from '../../src/device/keeping';
import type { Commit } from '../../src/sync/core';
import { browser, freshIndexedDb, tab } from './browser';

let cache: Cache;
let kept: Kept;
let keeping: Keeping;
let asked: string[];
let answer: (path: string) => Response | Promise<Response>;
let left: number | undefined;
let changes: number;

const page = (file: string, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  file,
  sha256: `hash-${file}`,
  size: 4,
  state: 'stored',
  media_type: 'image/jpeg',
  ...change,
});

const commit = (rows: Record<string, Record<string, unknown>[]>, gone: string[] = []): Commit =>
  ({
    n: 1,
    start: false,
    finish: false,
    complete: true,
    epoch: 'e',
    cursor: 'c',
    to: 1,
    rows: Object.entries(rows).map(([id, pages]) => ({ id, kind: 'case', pos: 1, body: { view: { pages } } })),
    gone: gone.map((id) => ({ id, kind: 'case', why: 'reassigned' })),
  }) as unknown as Commit;

beforeEach(() => {
  freshIndexedDb();
  cache = new Cache(openCache('zhou'));
  kept = new Kept(openPhotos('zhou'));
  [asked, left, changes] = [[], undefined, 0];
  answer = (path) => new Response(path.slice(-4));
  const change: Partial<Env> = {
    fetch: (async (input: RequestInfo | URL) => {
      const { pathname } = new URL(String(input));
      asked.push(pathname);
      return answer(pathname);
    }) as typeof fetch,
    storage: {
      estimate: async () => (left === undefined ? {} : { quota: left, usage: 0 }),
    } as unknown as StorageManager,
    now: () => Date.parse('2026-11-23T02:00:00Z'),
  };
  keeping = new Keeping(tab(browser(), change), cache, kept, () => {
    changes += 1;
  });
});

async function looked(): Promise<string[]> {
  keeping.look();
  await keeping.idle();
  return (await kept.sheets()).map((sheet) => `${sheet.lane} ${sheet.file}`);
}

describe('photographs of claimed cases', () => {
  it('are fetched while there is a signal and read without one', async () => {
    await cache.commit(commit({ a: [page('a1'), page('a2')] }));
    expect(await looked()).toEqual([]);

    keeping.reach(true);

    expect(await looked()).toEqual(['a a1', 'a a2']);
    expect(asked).toEqual(['/api/cases/a/files/a1', '/api/cases/a/files/a2']);
    const found = await kept.page('a', 'a1');
    expect([await found?.bytes.text(), found?.sheet.stored_at]).toEqual(['s/a1', '2026-11-23T02:00:00.000Z']);
    expect(changes).toBe(2);
  });

  it('are not asked for twice, nor before they have arrived at the centre', async () => {
    await cache.commit(
      commit({ a: [page('a1'), page('a2', { state: 'waiting' }), page('a3', { state: 'rejected' })] }),
    );
    keeping.reach(true);
    await looked();

    expect(await looked()).toEqual(['a a1']);
    expect(asked).toHaveLength(1);
  });

  it('go with the case when the claim ends', async () => {
    await cache.commit(commit({ a: [page('a1')], b: [page('b1')] }));
    keeping.reach(true);
    await looked();

    await cache.commit(commit({}, ['a']));

    expect(await looked()).toEqual(['b b1']);
    expect(await kept.page('a', 'a1')).toBeNull();
  });

  it('of another content take the place of the old ones', async () => {
    await cache.commit(commit({ a: [page('a1')] }));
    keeping.reach(true);
    await looked();

    await cache.commit(commit({ a: [page('a1', { sha256: 'other' })] }));

    expect(await looked()).toEqual(['a a1']);
    expect(asked).toHaveLength(2);
  });

  it('of a case that is wanted besides are kept until it is not wanted any more', async () => {
    await cache.keepOpened(
      { id: 'c', kind: 'case', pos: 1, body: { view: { pages: [page('c1')] } }, marks: [] } as never,
      '2026-11-23T02:00:00Z',
    );
    keeping.reach(true);
    expect(await looked()).toEqual([]);

    await kept.want('c', true);
    expect(await looked()).toEqual(['c c1']);
    await kept.want('c', false);

    expect(await looked()).toEqual([]);
  });

  it('stop where the line is cut, and go on later', async () => {
    await cache.commit(commit({ a: [page('a1'), page('a2')] }));
    answer = () => Promise.reject(new TypeError('network'));
    keeping.reach(true);
    expect(await looked()).toEqual([]);

    answer = () => new Response('x');

    expect(await looked()).toEqual(['a a1', 'a a2']);
  });

  it('that the service does not give are passed over', async () => {
    await cache.commit(commit({ a: [page('a1'), page('a2')] }));
    answer = (path) => (path.endsWith('a1') ? new Response(null, { status: 404 }) : new Response('x'));
    keeping.reach(true);

    expect(await looked()).toEqual(['a a2']);
    await looked();
    expect(asked).toHaveLength(2);
  });

  it('that come after the right to them has ended are not kept', async () => {
    await cache.commit(commit({ a: [page('a1')] }));
    answer = () => {
      keeping.reach(false);
      return new Response('late');
    };
    keeping.reach(true);

    expect(await looked()).toEqual([]);
  });

  it('leave room on the device', async () => {
    await cache.commit(commit({ a: [page('a1')] }));
    left = 100_000_003;
    keeping.reach(true);

    expect(await looked()).toEqual([]);
    expect(roomFor([{ size: MOST_BYTES - 1 } as never], null)).toBe(1);
  });

  it('are erased at once when somebody says so', async () => {
    await cache.commit(commit({ a: [page('a1')], b: [page('b1')] }));
    keeping.reach(true);
    await looked();
    keeping.stop();

    await erasePhotos('zhou', ['a']);
    expect((await kept.sheets()).map((sheet) => sheet.file)).toEqual(['b1']);
    await erasePhotos('zhou', null);

    expect([await kept.sheets(), await kept.page('b', 'b1')]).toEqual([[], null]);
  });
});
