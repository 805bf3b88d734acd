/** The replica on disk: rows and cursor change together; a boot fills a new generation of rows that replaces the old one. */
import type { Commit, Stand } from '../sync/core';
import { NOTHING } from '../sync/replica';
import { type CacheSchema, type Database, isFull, type Meta, type StoredRow } from './database';
import type { Kind, LocalRow } from './types';

const ofKind = (gen: number, kind: string): IDBKeyRange => IDBKeyRange.bound([gen, kind], [gen, kind, []]);
/** The generation a reader sees: before the first boot is complete, what has arrived so far. */
const shown = (meta: Meta | undefined): number => (meta === undefined ? 0 : meta.gen || (meta.filling ?? 0));

function after(meta: Meta | undefined, commit: Commit): Meta {
  const gen = meta?.gen ?? 0;
  const filling = commit.start ? Math.max(gen, meta?.filling ?? 0) + 1 : (meta?.filling ?? null);
  const { epoch, cursor, to } = commit;
  const checkpoint = commit.complete ? to : commit.start ? 0 : (meta?.checkpoint ?? 0);
  if (commit.finish) return { gen: filling ?? gen, filling: null, epoch, cursor, to, checkpoint };
  return { gen, filling, epoch, cursor, to, checkpoint };
}

export class Cache {
  constructor(private readonly database: Database<CacheSchema>) {}

  /** Where the replica stands, with the positions of the rows of `lanes`. */
  async stand(lanes: readonly string[]): Promise<Stand> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      if (!meta) return NOTHING;
      const keys = lanes.flatMap((id) => (['status', 'queue', 'case'] as const).map((kind) => [shown(meta), kind, id]));
      const found = await Promise.all(keys.map((key) => tx.objectStore('rows').get(key as [number, string, string])));
      const rows = found.flatMap((row) => (row ? [{ id: row.id, kind: row.kind, pos: row.pos }] : []));
      const { epoch, cursor, to, checkpoint } = meta;
      return { epoch, cursor, to, checkpoint, booting: meta.filling !== null, rows };
    });
  }

  /**
   * Writes a page or delta with its cursor in one transaction. When the device is full, the copies of opened cases make room once.
   *
   * @throws QuotaExceededError if there is still no room; nothing is written then
   */
  async commit(commit: Commit): Promise<void> {
    try {
      await this.write(commit);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.database.use((db) => db.clear('opened'));
      await this.write(commit);
    }
  }

  private async write(commit: Commit): Promise<void> {
    await this.database.use(async (db) => {
      const tx = db.transaction(['rows', 'kv'], 'readwrite');
      const [rows, kv] = [tx.objectStore('rows'), tx.objectStore('kv')];
      const before = (await kv.get('meta')) as Meta | undefined;
      const meta = after(before, commit);
      const gen = commit.start ? (meta.filling ?? meta.gen) : (before?.filling ?? meta.gen);
      const writes: Promise<unknown>[] = [];
      for (const gone of commit.gone) writes.push(rows.delete([gen, gone.kind, gone.id]));
      for (const row of commit.rows)
        writes.push(rows.put({ gen, kind: row.kind, id: row.id, pos: row.pos, body: row.body }));
      if (commit.finish) writes.push(rows.delete(IDBKeyRange.upperBound([meta.gen], true)));
      writes.push(kv.put(meta, 'meta'), tx.done);
      await Promise.all(writes);
    });
  }

  async rows(kind: Kind): Promise<StoredRow[]> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['kv', 'rows']);
      const meta = (await tx.objectStore('kv').get('meta')) as Meta | undefined;
      return tx.objectStore('rows').getAll(ofKind(shown(meta), kind));
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
