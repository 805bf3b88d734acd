/**
 * The two IndexedDB databases of a person on this device.
 *
 * `outbox:{sub}` holds what the person has done and the centre has not yet confirmed; it is never cleared by the app.
 * `cache:{sub}` holds what the centre has sent and can be fetched again.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { DeviceError, type Draft, type LocalPage, type LocalRow, type OutboxEntry } from './types';

export const CHUNK_BYTES = 262_144;

/** A page's bytes are kept as ArrayBuffers of at most 256 KiB, since some engines lose or corrupt large Blobs. */
export interface Chunk {
  file: string;
  n: number;
  bytes: ArrayBuffer;
}

/** Where an upload continues after a restart of the browser. */
export interface UploadMark {
  file: string;
  url: string;
  created_at: string;
}

export interface OutboxSchema extends DBSchema {
  intents: { key: string; value: OutboxEntry; indexes: { lane: string } };
  drafts: { key: string; value: Draft };
  files: { key: string; value: LocalPage; indexes: { lane: string } };
  chunks: { key: [string, number]; value: Chunk };
  uploads: { key: string; value: UploadMark };
  kv: { key: string; value: unknown };
}

export interface StoredRow {
  gen: number;
  kind: string;
  id: string;
  pos: number;
  body: unknown;
}

/** Where the stored replica stands; see `sync/replica.ts`. */
export interface Meta {
  /** Generation of rows that is shown; 0 before the first boot is complete. */
  gen: number;
  /** Generation that a boot fills, null when none is under way. */
  filling: number | null;
  epoch: string;
  cursor: string;
  to: number;
  checkpoint: number;
}

export interface CacheSchema extends DBSchema {
  rows: { key: [number, string, string]; value: StoredRow };
  /** Cases opened by HTTP, kept for reading offline. */
  opened: { key: string; value: LocalRow<'case'> & { opened_at: string } };
  kv: { key: string; value: unknown };
}

/** A connection that is opened when needed, closed for another tab's upgrade, and opened again if the browser loses it. */
export class Database<S extends DBSchema> {
  private opened: Promise<IDBPDatabase<S>> | undefined;

  constructor(
    readonly name: string,
    private readonly create: (db: IDBPDatabase<S>) => void,
  ) {}

  /**
   * Runs `job` on the open connection. A connection that the browser has dropped is opened once more and the job runs again:
   * a transaction that did not commit has left nothing.
   */
  async use<T>(job: (db: IDBPDatabase<S>) => Promise<T>): Promise<T> {
    try {
      return await job(await this.open());
    } catch (error) {
      if (!isLost(error)) throw error;
      this.opened = undefined;
      return job(await this.open());
    }
  }

  close(): void {
    const opened = this.opened;
    this.opened = undefined;
    void opened?.then((db) => db.close()).catch(() => undefined);
  }

  private open(): Promise<IDBPDatabase<S>> {
    this.opened ??= openDB<S>(this.name, 1, {
      upgrade: (db) => this.create(db),
      blocking: () => this.close(),
      terminated: () => {
        this.opened = undefined;
      },
    }).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }
}

/** WebKit says "connection lost" as UnknownError, a closing connection is an InvalidStateError. */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'InvalidStateError') return true;
  return error.name === 'UnknownError' && /connection|closing|lost/i.test(error.message);
}

export const isFull = (error: unknown): boolean => error instanceof Error && error.name === 'QuotaExceededError';

export function openOutbox(sub: string): Database<OutboxSchema> {
  return new Database<OutboxSchema>(`outbox:${sub}`, (db) => {
    db.createObjectStore('intents', { keyPath: 'id' }).createIndex('lane', 'lane');
    db.createObjectStore('drafts', { keyPath: 'id' });
    db.createObjectStore('files', { keyPath: 'file' }).createIndex('lane', 'lane');
    db.createObjectStore('chunks', { keyPath: ['file', 'n'] });
    db.createObjectStore('uploads', { keyPath: 'file' });
    db.createObjectStore('kv');
  });
}

export function openCache(sub: string): Database<CacheSchema> {
  return new Database<CacheSchema>(`cache:${sub}`, (db) => {
    db.createObjectStore('rows', { keyPath: ['gen', 'kind', 'id'] });
    db.createObjectStore('opened', { keyPath: 'id' });
    db.createObjectStore('kv');
  });
}

type OutboxStores = ('intents' | 'drafts' | 'files' | 'chunks' | 'uploads' | 'kv')[];
export type Writing = IDBPTransaction<OutboxSchema, OutboxStores, 'readwrite'>;

const OUTBOX_STORES: OutboxStores = ['intents', 'drafts', 'files', 'chunks', 'uploads', 'kv'];

/**
 * Runs `job` in one strict transaction over the outbox: when the promise resolves, the browser has handed it to the disk.
 *
 * @throws DeviceError `no-space` when the device is full; everything is as it was before
 */
export async function strictly<T>(database: Database<OutboxSchema>, job: (tx: Writing) => Promise<T>): Promise<T> {
  try {
    return await database.use(async (db) => {
      const tx = db.transaction(OUTBOX_STORES, 'readwrite', { durability: 'strict' }) as Writing;
      const done = tx.done.catch((error: unknown) => error);
      try {
        const result = await job(tx);
        await tx.done;
        return result;
      } catch (error) {
        await abandon(tx, done);
        throw error;
      }
    });
  } catch (error) {
    throw isFull(error) ? new DeviceError('no-space') : error;
  }
}

async function abandon(tx: Writing, done: Promise<unknown>): Promise<void> {
  try {
    tx.abort();
  } catch {
    // Aborted by the browser already.
  }
  await done;
}
