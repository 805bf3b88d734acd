/** Acts before they leave, after they were not done, and after they were done. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Database, type OutboxSchema, openOutbox } from '../../src/device/database';
import type { Act } from '../../src/device/entry';
import { type Offered, Outbox } from '../../src/device/outbox';
import { Pages } from '../../src/device/pages';
import type { OutboxEntry } from '../../src/device/types';
import type { Judgement } from '../../src/sync/core';
import { freshIndexedDb } from './browser';

const ANN = '0198a000-0000-7000-8000-00000000000a';
const NOON = Date.parse('2026-11-23T04:00:00Z');
const DAY = 24 * 3_600_000;
let database: Database<OutboxSchema>;
let outbox: Outbox;
let made = 0;
const newId = (): string => `made${++made}`;

beforeEach(() => {
  freshIndexedDb();
  made = 0;
  database = openOutbox(ANN);
  outbox = new Outbox(database);
});

const act = (id: string, change: Partial<Act> = {}): Act => ({
  id,
  type: 'case.note@1',
  lane: 'case',
  args: { text: 'x' },
  base: null,
  files: [],
  needs: [],
  about: null,
  at: '2026-11-20T10:40:00.000Z',
  by: ANN,
  ...change,
});
const said = (id: string, state: OutboxEntry['state'], code: string | null = null): Judgement => ({
  id,
  state,
  pos: state === 'applied' ? 7 : null,
  code,
  params: null,
  options: [],
  after: null,
});
const offer = ({ id, body }: OutboxEntry): Offered => ({ id, body, after: null });
const stands = async (): Promise<[string, string][]> => (await outbox.entries()).map(({ id, state }) => [id, state]);
const entry = async (id: string): Promise<OutboxEntry> => (await outbox.entry(id)) as OutboxEntry;

describe('an act that has not left', () => {
  it('may be changed, and keeps its id and its place', async () => {
    const before = await outbox.submit(act('a'));

    const after = await outbox.edit('a', { text: 'better' });

    expect([after.id, after.seq, after.args]).toEqual(['a', before.seq, { text: 'better' }]);
    expect(JSON.parse(after.body)).toEqual({ ...JSON.parse(before.body), args: { text: 'better' } });
  });

  it('does not travel in the words it had before', async () => {
    const before = await outbox.submit(act('a'));
    await outbox.edit('a', { text: 'better' });

    expect(await outbox.markSent([offer(before)])).toEqual({ gone: [], changed: ['a'] });
    expect((await entry('a')).offered).toBe(false);
  });

  it('that has left cannot be changed or cancelled, not even after it was put off', async () => {
    const offered = await outbox.submit(act('a'));
    await outbox.markSent([offer(offered)]);
    await outbox.judge([said('a', 'queued', 'busy')], 'now');

    await expect(outbox.edit('a', { text: 'late' })).rejects.toMatchObject({ code: 'already-sent' });
    expect(await outbox.withdraw('a')).toBe(false);
  });
});

describe('an act that was not done', () => {
  async function refused(id: string, code = 'forbidden', change: Partial<Act> = {}): Promise<OutboxEntry> {
    await outbox.markSent([offer(await outbox.submit(act(id, change)))]);
    await outbox.judge([said(id, 'refused', code)], 'now');
    return entry(id);
  }

  it('is told to the centre when the person lets it go or puts another in its place', async () => {
    await refused('a');
    const old = await refused('b');

    await outbox.withdraw('a');
    await outbox.replace(old, act('c'), newId);

    expect(await outbox.tellings()).toEqual([
      { id: 'a', do: 'withdraw', by: null },
      { id: 'b', do: 'superseded', by: 'c' },
    ]);
    await outbox.told(['a']);
    expect((await outbox.tellings()).map(({ id }) => id)).toEqual(['b']);
  });

  it('is told to nobody when it never left', async () => {
    await outbox.submit(act('a'));
    await outbox.judge([said('a', 'refused', 'needs-refused')], 'now');

    await outbox.withdraw('a');

    expect(await outbox.tellings()).toEqual([]);
  });

  it('brings back what was set aside only with it, under new ids, once another takes its place', async () => {
    const filing = await refused('file', 'duplicate-filing', { type: 'case.file@1' });
    await refused('note', 'needs-refused', { needs: ['file'] });
    await refused('other', 'forbidden', { needs: ['file'] });

    await outbox.replace(filing, act('again', { type: 'case.file@1' }), newId);

    expect((await stands()).sort()).toEqual([
      ['again', 'queued'],
      ['made1', 'queued'],
      ['other', 'refused'],
    ]);
    expect((await entry('made1')).needs).toEqual(['again']);
  });

  it('keeps its words when the core lets it come after something else, and does not leave as it stood before', async () => {
    const { body } = await outbox.submit(act('a'));
    await outbox.judge([{ ...said('a', 'held', 'after-pending'), after: ['b'] }], 'now');

    expect(await entry('a')).toMatchObject({ body, after: ['b'], relinked: true, state: 'held' });
    expect(await outbox.markSent([{ id: 'a', body, after: null }])).toEqual({ gone: [], changed: ['a'] });
    expect(await outbox.markSent([{ id: 'a', body, after: ['b'] }])).toEqual({ gone: [], changed: [] });
  });

  it('keeps its words when it was offered and needs another act by now', async () => {
    const old = await refused('old', 'server-fault');
    const a = await outbox.submit(act('a', { needs: ['old'] }));
    await outbox.markSent([offer(a)]);

    await outbox.replace(old, act('again'), newId);

    expect(await entry('a')).toMatchObject({ body: a.body, needs: ['again'], relinked: true });
  });
});

describe('an act whose effect was seen', () => {
  async function settled(id: string, now: number): Promise<void> {
    await outbox.submit(act(id));
    await outbox.judge([said(id, 'applied')], 'now');
    await outbox.settle([id], now);
  }

  it('is out of the outbox and kept for seven days', async () => {
    await settled('old', NOON);
    await settled('young', NOON + 6 * DAY);
    expect(await outbox.entries()).toEqual([]);
    expect((await outbox.offeredBefore()).map(({ id }) => id)).toEqual(['old', 'young']);

    await settled('new', NOON + 7 * DAY);

    expect((await outbox.offeredBefore()).map(({ id }) => id)).toEqual(['young', 'new']);
  });

  it('is kept together with those whose effect has not been seen yet, in order', async () => {
    await settled('a', NOON);
    await outbox.submit(act('b'));
    await outbox.judge([said('b', 'applied')], 'now');

    expect((await outbox.offeredBefore()).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('comes back when a restored log has lost it', async () => {
    await settled('a', NOON);

    await outbox.judge([said('a', 'queued')], 'now');

    expect([await stands(), await outbox.offeredBefore()]).toEqual([[['a', 'queued']], []]);
  });

  it('stays while another tab offers it again to a log that has lost it', async () => {
    await outbox.submit(act('a'));
    await outbox.judge([said('a', 'applied')], 'now');
    await outbox.judge([said('a', 'queued')], 'now');

    expect(await outbox.settle(['a'], NOON)).toBe(1);
    expect(await stands()).toEqual([['a', 'queued']]);
  });

  it('is asked for when a log was restored, as is what was offered and has no answer', async () => {
    await settled('a', NOON);
    const b = await outbox.submit(act('b'));
    await outbox.markSent([{ id: 'b', body: b.body, after: null }]);
    await outbox.submit(act('c'));

    expect((await outbox.offeredBefore()).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('that another tab saw refused does not travel again', async () => {
    const { body } = await outbox.submit(act('a'));
    await outbox.judge([said('a', 'refused')], 'now');

    expect(await outbox.markSent([{ id: 'a', body, after: null }])).toEqual({ gone: ['a'], changed: [] });
    expect(await stands()).toEqual([['a', 'refused']]);
  });
});

it('a device of an earlier build keeps what it had', async () => {
  freshIndexedDb();
  await new Promise<void>((resolve) => {
    const opening = indexedDB.open(`outbox:${ANN}`, 1);
    opening.onupgradeneeded = () => {
      const db = opening.result;
      db.createObjectStore('intents', { keyPath: 'id' }).createIndex('lane', 'lane');
      for (const name of ['drafts', 'files', 'chunks', 'uploads'] as const) {
        const keyPath = { drafts: 'id', files: 'file', chunks: ['file', 'n'], uploads: 'file' }[name];
        const store = db.createObjectStore(name, { keyPath });
        if (name === 'files') store.createIndex('lane', 'lane');
      }
      db.createObjectStore('kv').put(5, 'next_seq');
    };
    opening.onsuccess = () => {
      opening.result.close();
      resolve();
    };
  });
  outbox = new Outbox(openOutbox(ANN));

  expect((await outbox.submit(act('a'))).seq).toBe(5);
  expect(await outbox.offeredBefore()).toEqual([]);
});

it('a blocked device keeps what was handed in, and nothing that was not', async () => {
  const pages = new Pages(database);
  const page = { lane: 'case', material: 'm', number: 1, sha256: 'a', size: 1, media_type: 'image/jpeg' } as const;
  const rest = { warning: null, state: 'local', sent: 0, intent: null, problem: null, added_at: '' } as const;
  await pages.add({ ...page, ...rest, file: 'named' }, new ArrayBuffer(1));
  await pages.add({ ...page, ...rest, file: 'loose' }, new ArrayBuffer(1));
  await outbox.submit(act('a', { files: ['named'] }));
  await outbox.saveWork('case', { words: 'half' });

  await outbox.dropPrivate();

  expect([await stands(), (await pages.list()).map(({ file }) => file)]).toEqual([[['a', 'queued']], ['named']]);
  expect([await outbox.drafts(), await outbox.work('case')]).toEqual([[], null]);
});
