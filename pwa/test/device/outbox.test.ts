import { beforeEach, describe, expect, it } from 'vitest';
import { adoptDrafts } from '../../src/device/adopt';
import { CHUNK_BYTES, type Database, type OutboxSchema, openOutbox } from '../../src/device/database';
import type { Act } from '../../src/device/entry';
import { newId } from '../../src/device/ids';
import { type Offered, Outbox } from '../../src/device/outbox';
import { Pages } from '../../src/device/pages';
import { DeviceError, type Draft, type LocalPage, type OutboxEntry } from '../../src/device/types';
import { freshIndexedDb } from './browser';

const ANN = '0198a000-0000-7000-8000-00000000000a';
let database: Database<OutboxSchema>;
let outbox: Outbox;
let pages: Pages;

beforeEach(() => {
  freshIndexedDb();
  database = openOutbox(ANN);
  outbox = new Outbox(database);
  pages = new Pages(database);
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

const page = (file: string, change: Partial<LocalPage> = {}): LocalPage => ({
  file,
  lane: 'case',
  material: 'lease-contract',
  number: 1,
  sha256: 'a'.repeat(64),
  size: 3,
  media_type: 'image/jpeg',
  warning: null,
  state: 'local',
  sent: 0,
  intent: null,
  problem: null,
  added_at: '2026-11-20T10:00:00.000Z',
  ...change,
});

const draft = (id: string): Draft => ({
  id,
  item_id: 'house-lease-filing',
  item_version: 1,
  item_name: { zh: '房屋租赁登记备案', en: 'House lease filing' },
  answers: { applicant_name: '陈志远' },
  declarations: [],
  step: '3',
  created_at: '2026-11-20T10:00:00.000Z',
  saved_at: '2026-11-20T10:10:00.000Z',
});

const offer = ({ id, body }: OutboxEntry): Offered => ({ id, body, after: null });
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

describe('keeping an act', () => {
  it('numbers acts without gaps, across a restart', async () => {
    await outbox.submit(act('a'));
    await outbox.submit(act('b'));
    outbox.close();

    const entries = await new Outbox(openOutbox(ANN)).entries();

    expect(entries.map(({ id, seq }) => [id, seq])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('puts it after the last open act of its lane and makes it need the filing', async () => {
    await outbox.submit(act('file', { type: 'case.file@1' }));
    await outbox.submit(act('other', { lane: 'elsewhere' }));
    await outbox.submit(act('note'));

    const entry = await outbox.submit(act('second'));

    expect([entry.after, entry.needs]).toEqual([['note'], ['file']]);
    expect(JSON.parse(entry.body)).toMatchObject({
      id: 'second',
      seq: 4,
      lane: 'case',
      after: ['note'],
      needs: ['file'],
    });
  });

  it('does not wait for an act that was answered', async () => {
    await outbox.submit(act('file', { type: 'case.file@1' }));
    await outbox.judge(
      [{ id: 'file', state: 'applied', pos: 7, code: null, params: null, options: [], after: null }],
      'now',
    );

    const entry = await outbox.submit(act('note'));

    expect([entry.after, entry.needs]).toEqual([[], []]);
  });

  it('names its pages by hash and takes the draft out of the drafts', async () => {
    await outbox.saveDraft(draft('case'));
    await pages.add(page('p1'), bytes(1, 2, 3));

    const entry = await outbox.submit(act('file', { type: 'case.file@1', files: ['p1'] }));

    expect(entry.files).toEqual([{ id: 'p1', sha256: 'a'.repeat(64), size: 3 }]);
    expect(await outbox.draft('case')).toBeNull();
    expect(await pages.get('p1')).toMatchObject({ state: 'queued', intent: 'file' });
  });

  it('leaves everything as it was when a page is unknown', async () => {
    await outbox.saveDraft(draft('case'));

    const refused = outbox.submit(act('file', { type: 'case.file@1', files: ['nowhere'] }));

    await expect(refused).rejects.toMatchObject({ code: 'unknown-file' });
    expect([(await outbox.entries()).length, await outbox.nextSeq(), (await outbox.draft('case'))?.step]).toEqual([
      0,
      1,
      '3',
    ]);
  });

  it('refuses what no frame could carry', async () => {
    await expect(outbox.submit(act('a', { args: { text: '长'.repeat(25_000) } }))).rejects.toBeInstanceOf(DeviceError);
  });
});

async function refuse(id: string): Promise<void> {
  await outbox.judge(
    [{ id, state: 'refused', pos: null, code: 'forbidden', params: { act: 'x' }, options: [], after: null }],
    'now',
  );
}

describe('what was not done', () => {
  it('keeps its payload and its reason', async () => {
    await outbox.submit(act('a'));
    await refuse('a');

    expect(await outbox.entry('a')).toMatchObject({
      state: 'refused',
      code: 'forbidden',
      args: { text: 'x' },
      judged_at: 'now',
    });
  });

  it('hands its pages to the act that takes its place, and so do acts that need it', async () => {
    await pages.add(page('p1'), bytes(1));
    await outbox.submit(act('file', { type: 'case.file@1', files: ['p1'] }));
    await outbox.submit(act('note'));
    await refuse('file');
    const old = await outbox.entry('file');
    if (!old) throw new Error('gone');

    await outbox.replace(old, act('again', { type: 'case.file@1', files: ['p1'] }), newId);

    const note = await outbox.entry('note');
    expect((await pages.get('p1'))?.intent).toBe('again');
    expect(note?.needs).toEqual(['again']);
    expect((JSON.parse(note?.body ?? '{}') as { needs: string[] }).needs).toEqual(['again']);
  });

  it('sets aside what needed it when it is discarded, and removes its pages', async () => {
    await pages.add(page('p1'), bytes(1));
    await outbox.submit(act('file', { type: 'case.file@1', files: ['p1'] }));
    await outbox.submit(act('note'));
    await refuse('file');

    expect(await outbox.withdraw('file')).toBe(true);

    expect((await outbox.entries()).map(({ id, state, code }) => [id, state, code])).toEqual([
      ['note', 'refused', 'needs-refused'],
    ]);
    expect([await pages.list(), await pages.bytes('p1')]).toEqual([[], null]);
  });

  it('becomes a draft again with its pages', async () => {
    await pages.add(page('p1'), bytes(1));
    await outbox.submit(act('file', { type: 'case.file@1', files: ['p1'] }));
    await refuse('file');
    const old = await outbox.entry('file');
    if (!old) throw new Error('gone');

    await outbox.reopen(old, draft('case'));

    expect([(await outbox.entries()).length, (await outbox.drafts()).length]).toEqual([0, 1]);
    expect(await pages.get('p1')).toMatchObject({ state: 'local', intent: null });
  });

  it('cannot be cancelled once it was offered and not answered', async () => {
    const a = await outbox.submit(act('a'));
    await outbox.markSent([offer(a), { id: 'cancelled-in-another-tab', body: '', after: null }]);

    expect(await outbox.withdraw('a')).toBe(false);
    expect((await outbox.entries()).length).toBe(1);
  });

  it('tells which of the acts about to be sent are gone', async () => {
    const a = await outbox.submit(act('a'));

    const offered = [offer(a), { id: 'gone', body: '', after: null }];

    expect(await outbox.markSent(offered)).toEqual({ gone: ['gone'], changed: [] });
  });
});

describe('pages', () => {
  it('come back byte for byte from rows of 256 KiB', async () => {
    const whole = new Uint8Array(CHUNK_BYTES * 2 + 5).map((_, at) => at % 251);
    await pages.add(page('p1', { size: whole.length }), whole.buffer);

    const blob = await pages.bytes('p1');

    expect(blob?.type).toBe('image/jpeg');
    expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(whole);
  });

  it('are numbered in the order given', async () => {
    for (const [at, file] of ['a', 'b', 'c'].entries()) await pages.add(page(file, { number: at + 1 }), bytes(at));

    await pages.order('case', 'lease-contract', ['c', 'a', 'b']);

    expect((await pages.list('case')).map(({ file, number }) => [file, number])).toEqual([
      ['a', 2],
      ['b', 3],
      ['c', 1],
    ]);
  });

  it('go with their draft', async () => {
    await outbox.saveDraft(draft('case'));
    await pages.add(page('p1'), bytes(1));

    await outbox.removeDraft('case');

    expect(await pages.list()).toEqual([]);
  });
});

describe('a guest who signs in', () => {
  const guest = () => {
    const opened = openOutbox('guest');
    return { outbox: new Outbox(opened), pages: new Pages(opened) };
  };

  it('finds drafts and pages under their own name, and nothing is left behind', async () => {
    const from = guest();
    await from.outbox.saveDraft(draft('d1'));
    await from.pages.add(page('p1', { lane: 'd1' }), bytes(7, 8, 9));

    expect(await adoptDrafts(from, database)).toBe(1);

    expect((await outbox.drafts()).map(({ id }) => id)).toEqual(['d1']);
    expect(new Uint8Array((await (await pages.bytes('p1'))?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(
      new Uint8Array([7, 8, 9]),
    );
    expect([await from.outbox.drafts(), await from.pages.list()]).toEqual([[], []]);
  });

  it('does not get a draft twice that was filed before the guest copy could be deleted', async () => {
    const from = guest();
    await from.outbox.saveDraft(draft('d1'));
    const crashing = {
      ...from,
      outbox: Object.assign(Object.create(from.outbox) as Outbox, {
        removeDraft: () => Promise.reject(new Error('crash')),
      }),
    };
    await expect(adoptDrafts(crashing, database)).rejects.toThrow('crash');
    await outbox.submit(act('file', { type: 'case.file@1', lane: 'd1' }));

    await adoptDrafts(from, database);

    expect([await outbox.drafts(), await from.outbox.drafts()]).toEqual([[], []]);
  });
});

describe('the connection to the database', () => {
  it('is opened again after another tab made it close', async () => {
    await outbox.saveDraft(draft('d1'));
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(`outbox:${ANN}`).onsuccess = resolve;
    });

    await outbox.saveDraft(draft('d2'));
    expect((await outbox.drafts()).map(({ id }) => id)).toEqual(['d2']);
  });

  it('tells of a full device by code, and what was there stays', async () => {
    await outbox.saveDraft(draft('d1'));
    const full = new DOMException('full', 'QuotaExceededError');
    const original = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = () => {
      throw full;
    };
    try {
      await expect(outbox.saveDraft(draft('d2'))).rejects.toMatchObject({ code: 'no-space' });
    } finally {
      IDBObjectStore.prototype.put = original;
    }

    expect((await outbox.drafts()).map(({ id }) => id)).toEqual(['d1']);
  });
});
