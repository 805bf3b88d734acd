import type { IDBPDatabase } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database, holdStill, type OutboxSchema, openOutbox, strictly } from '../../src/device/database';
import { freshIndexedDb } from './browser';

const broken = vi.fn();
const stuck = vi.fn();
let database: Database<OutboxSchema>;

beforeEach(() => {
  freshIndexedDb();
  broken.mockClear();
  stuck.mockClear();
  database = openOutbox('ann', { broken, stuck });
});

afterEach(() => {
  vi.useRealTimers();
});

type Job = (db: IDBPDatabase<OutboxSchema>) => Promise<string>;
const lostFirst = (times: number): { job: Job; tries: () => number } => {
  let tries = 0;
  const job = async (): Promise<string> => {
    tries += 1;
    if (tries <= times) throw new DOMException('Connection to Indexed Database server lost', 'UnknownError');
    return 'done';
  };
  return { job, tries: () => tries };
};

describe('a connection that the browser loses', () => {
  it('is opened again, and what was under way is done once more', async () => {
    const { job, tries } = lostFirst(1);

    expect([await database.use(job), tries(), broken.mock.calls.length]).toEqual(['done', 2, 0]);
  });

  it('a second time makes the page load anew', async () => {
    const { job, tries } = lostFirst(9);

    await expect(database.use(job)).rejects.toThrow('lost');

    expect([tries(), broken.mock.calls.length]).toEqual([2, 1]);
  });
});

it('a browser that gives no answer for long is told of, until it does', async () => {
  await database.use(async () => undefined);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let answer: () => void = () => undefined;
  const asked = database.use(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );

  await vi.advanceTimersByTimeAsync(16_000);
  expect(stuck.mock.calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(stuck.mock.calls).toEqual([[true]]);
  answer();
  await asked;
  expect(stuck.mock.calls).toEqual([[true], [false]]);
});

it('nothing is begun while the page may be left, and all of it afterwards', async () => {
  await database.use(async () => undefined);
  const order: string[] = [];
  let over: () => void = () => undefined;
  holdStill(
    new Promise((resolve) => {
      over = resolve;
    }),
  );

  const asked = database.use(async () => order.push('done'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  order.push('over');
  over();
  await asked;

  expect(order).toEqual(['over', 'done']);
});

it('another tab with a newer build may change the database; this one must load anew', async () => {
  await database.use((db) => db.put('kv', 1, 'next_seq'));
  const newer = new Database<OutboxSchema>('outbox:ann', () => undefined, 99);
  expect(await newer.use((db) => db.get('kv', 'next_seq'))).toBe(1);

  await expect(database.use((db) => db.get('kv', 'next_seq'))).rejects.toMatchObject({ name: 'VersionError' });

  expect(broken).toHaveBeenCalledTimes(1);
});

describe('a full device', () => {
  const full = (times: number) => {
    let tries = 0;
    return async (): Promise<string> => {
      tries += 1;
      if (tries <= times) throw new DOMException('full', 'QuotaExceededError');
      return 'kept';
    };
  };

  it('gives up what can be fetched again, in order, until the act fits', async () => {
    const given: string[] = [];
    database.makeRoomWith(['photographs', 'ended', 'opened'].map((name) => async () => void given.push(name)));

    expect([await strictly(database, full(2)), given]).toEqual(['kept', ['photographs', 'ended']]);
  });

  it('says so when nothing is left to give up', async () => {
    database.makeRoomWith([() => Promise.reject(new Error('no photographs'))]);

    await expect(strictly(database, full(9))).rejects.toMatchObject({ code: 'no-space' });
  });
});
