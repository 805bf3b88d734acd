/** The replica on disk: rows and cursor change together; a boot fills a new generation of rows that replaces the old one. */
import type { IDBPDatabase, IDBPObjectStore } from 'idb';
import type { Commit, Stand } from '../sync/core';
import { Digest } from '../sync/digest';
import { NOTHING } from '../sync/replica';
import { type CacheSchema, type Database, isFull, type Meta, type StoredRow } from './database';
import type { Kind, LocalRow } from './types';

const ofKind = (gen: number, kind: string): IDBKeyRange => IDBKeyRange.bound([gen, kind], [gen, kind, []]);
const ofGen = (gen: number): IDBKeyRange => IDBKeyRange.bound([gen], [gen, []]);
/** The generation a reader sees: before the first boot is complete, what has arrived so far. */
const shown = (meta: Meta | undefined): number => (meta === undefined ? 0 : meta.gen || (meta.filling ?? 0));
const LANE_KINDS = ['status', 'queue', 'case'] as const;
/** Cases that are over are the first that a full device does without. */
const ENDED: ReadonlySet<string> = new Set([
  'archived',
  'declined',
  'delivered',
  'lapsed',
  'redirected',
  'rejected',
  'revoked',
  'terminated',
  'voided',
  'withdrawn',
]);

/** Another tab has written to the replica meanwhile: what this one would write does not continue it. */
export class Overtaken extends Error {}

function after(meta: Meta | undefined, commit: Commit): Meta {
  const gen = meta?.gen ?? 0;
  const filling = commit.start ? Math.max(gen, meta?.filling ?? 0) + 1 : (meta?.filling ?? null);
  const { epoch, cursor, to } = commit;
  const checkpoint = commit.complete ? to : commit.start ? 0 : (meta?.checkpoint ?? 0);
  if (commit.finish) return { gen: filling ?? gen, filling: null, epoch, cursor, to, checkpoint };
  return { gen, filling, epoch, cursor, to, checkpoint };
}

type Rows = IDBPObjectStore<CacheSchema, ('rows' | 'kv')[], 'rows', 'readwrite'>;

/** Asks for every row of a commit to be written or taken out; what is asked for is added to `writes`. */
function putRows(rows: Rows, gen: number, commit: Commit, writes: Promise<unknown>[]): void {
  for (const gone of commit.gone) writes.push(rows.delete([gen, gone.kind, gone.id]));
  for (const { kind, id, pos, body } of commit.rows) writes.push(rows.put({ gen, kind, id, pos, body }));
}

/** Gives a transaction up, so that nothing of it stays, whether or not the browser has done so already. */
async function abandoned(tx: { abort: () => void }, writes: readonly Promise<unknown>[]): Promise<void> {
  try {
    tx.abort();
  } catch {
    // Aborted by the browser already.
  }
  await Promise.allSettled(writes);
}

/** Rows of one generation as the last commit left them. */
interface Counted {
  gen: number;
  cursor: string;
  digest: Digest;
}

export class Cache {
  private counted: Counted | undefined;
  /** Where the replica stood when this tab last read or wrote it; undefined before. */
  private known: string | null | undefined;
  private making: (() => Promise<void>) | undefined;

  constructor(private readonly database: Database<CacheSchema>) {}

  /** What else can make room when the device is full, tried before anything of the cache itself. */
  makeRoomWith(first: () => Promise<void>): void {
    this.making = first;
  }

  /** Where the replica stands, with the positions of the rows of `lanes`. */
  async stand(lanes: readonly string[]): Promise<Stand> {
    const stand = await this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      if (!meta) return NOTHING;
      const keys = lanes.flatMap((id) => LANE_KINDS.map((kind) => [shown(meta), kind, id]));
      const found = await Promise.all(keys.map((key) => tx.objectStore('rows').get(key as [number, string, string])));
      const rows = found.flatMap((row) => (row ? [{ id: row.id, kind: row.kind, pos: row.pos }] : []));
      const { epoch, cursor, to, checkpoint } = meta;
      return { epoch, cursor, to, checkpoint, booting: meta.filling !== null, rows };
    });
    this.known = stand.cursor;
    return stand;
  }

  /** Whether another tab has written rows since this one last read or wrote them. */
  async isOvertaken(): Promise<boolean> {
    const meta = (await this.recall('meta')) as Meta | undefined;
    return this.known !== undefined && (meta?.cursor ?? null) !== this.known;
  }

  /** Whether rows are complete up to a checkpoint. */
  async isReady(): Promise<boolean> {
    const meta = (await this.recall('meta')) as Meta | undefined;
    return meta !== undefined && meta.filling === null;
  }

  /**
   * Writes a page or delta with its cursor in one transaction, and returns the digest of the rows held then. When the device is
   * full, what can be fetched again makes room.
   *
   * @throws Overtaken if another tab has written meanwhile
   * @throws QuotaExceededError if there is still no room; nothing is written then
   */
  async commit(commit: Commit): Promise<string> {
    const steps = [this.making, () => this.dropOpened(true), () => this.dropOpened(false)];
    for (const makeRoom of steps) {
      try {
        return await this.write(commit);
      } catch (error) {
        if (!isFull(error)) throw error;
        await makeRoom?.().catch(() => undefined);
      }
    }
    return this.write(commit);
  }

  private async write(commit: Commit): Promise<string> {
    const { gen, digest } = await this.database.use((db) => this.writeIn(db, commit));
    for (const { kind, id } of commit.gone) digest.drop(kind, id);
    for (const row of commit.rows) digest.put(row);
    this.counted = { gen, cursor: commit.cursor, digest };
    this.known = commit.cursor;
    return digest.text;
  }

  /** The one transaction of a commit; returns what its generation held before. */
  private async writeIn(db: IDBPDatabase<CacheSchema>, commit: Commit): Promise<{ gen: number; digest: Digest }> {
    const { counted, known } = this;
    const tx = db.transaction(['rows', 'kv'], 'readwrite');
    const writes: Promise<unknown>[] = [tx.done];
    try {
      const before = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      if (known !== undefined && (before?.cursor ?? null) !== known) throw new Overtaken();
      const meta = after(before, commit);
      const gen = commit.start ? (meta.filling ?? meta.gen) : (before?.filling ?? meta.gen);
      const isCounted = counted?.gen === gen && counted.cursor === before?.cursor;
      const there = commit.start || isCounted ? [] : await tx.objectStore('rows').getAll(ofGen(gen));
      const digest = isCounted && !commit.start ? counted.digest : new Digest(there);
      putRows(tx.objectStore('rows'), gen, commit, writes);
      if (commit.finish) writes.push(tx.objectStore('rows').delete(IDBKeyRange.upperBound([meta.gen], true)));
      writes.push(tx.objectStore('kv').put(meta, 'meta'));
      await Promise.all(writes);
      return { gen, digest };
    } catch (error) {
      await abandoned(tx, writes);
      throw error;
    }
  }

  /** All rows of a kind in the order of their ids, or those of `ids` that are there. */
  async rows(kind: Kind, ids: readonly string[] | null = null): Promise<StoredRow[]> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      const rows = tx.objectStore('rows');
      if (ids === null) return rows.getAll(ofKind(shown(meta), kind));
      const found = await Promise.all(ids.map((id) => rows.get([shown(meta), kind, id])));
      return found.filter((row) => row !== undefined);
    });
  }

  /** The next rows of a kind in the order of their ids, at most `most` of them. */
  async rowsAfter(kind: Kind, after: string, most: number): Promise<StoredRow[]> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      const gen = shown(meta);
      const rest = IDBKeyRange.bound([gen, kind, after], [gen, kind, []], true);
      return tx.objectStore('rows').getAll(rest, most);
    });
  }

  async row(kind: Kind, id: string): Promise<StoredRow | null> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      return (await tx.objectStore('rows').get([shown(meta), kind, id])) ?? null;
    });
  }

  /** Takes rows away in every generation; all of them, and the cursor, when `ids` is null. */
  async forget(ids: readonly string[] | null): Promise<void> {
    this.counted = undefined;
    await this.database.use(async (db) => {
      const tx = db.transaction(['rows', 'opened', 'kv'], 'readwrite');
      const [rows, opened] = [tx.objectStore('rows'), tx.objectStore('opened')];
      if (ids === null) await Promise.all([rows.clear(), opened.clear(), tx.objectStore('kv').delete('meta')]);
      else {
        const taken = new Set(ids);
        const keys = (await rows.getAllKeys()).filter(([, , id]) => taken.has(id));
        await Promise.all([...keys.map((key) => rows.delete(key)), ...ids.map((id) => opened.delete(id))]);
      }
      await tx.done;
    });
    if (ids === null) this.known = null;
  }

  async keepOpened(row: LocalRow<'case'>, openedAt: string): Promise<void> {
    await this.database
      .use((db) => db.put('opened', { ...row, opened_at: openedAt }))
      .catch((error: unknown) => {
        if (!isFull(error)) throw error;
      });
  }

  /** The copy of a case that was opened, null if there is none. */
  async opened(id: string): Promise<LocalRow<'case'> | null> {
    return (await this.database.use((db) => db.get('opened', id))) ?? null;
  }

  async forgetOpened(id: string): Promise<void> {
    await this.database.use((db) => db.delete('opened', id));
  }

  /** Makes room: copies of opened cases go, those of ended cases alone if `ended`. */
  async dropOpened(ended: boolean): Promise<void> {
    await this.database.use(async (db) => {
      const tx = db.transaction('opened', 'readwrite');
      const copies = await tx.store.getAll();
      const going = copies.filter(({ body }) => !ended || ENDED.has(body.view.status));
      await Promise.all([...going.map(({ id }) => tx.store.delete(id)), tx.done]);
    });
  }

  async remember(key: string, value: unknown): Promise<void> {
    await this.database.use((db) => db.put('kv', value, key));
  }

  async recall(key: string): Promise<unknown> {
    return this.database.use((db) => db.get('kv', key));
  }

  close(): void {
    this.database.close();
  }
}
