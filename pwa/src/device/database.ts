/**
 * The two IndexedDB databases of a person on this device.
 *
 * `outbox:{sub}` holds what the person has done and the centre has not yet confirmed; it is never cleared by the app.
 * `cache:{sub}` holds what the centre has sent and can be fetched again.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { DeviceError, type Draft, type LocalPage, type LocalRow, type OutboxEntry } from './types';

/** Newest form of the databases; migrations only add. */
const OUTBOX_VERSION = 2;
const CACHE_VERSION = 1;

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

/** An act whose effect has been seen: kept for a while, since a log restored from a backup may have lost it. */
export interface KeptAct {
  id: string;
  entry: OutboxEntry;
  /** Device clock, ISO. */
  settled_at: string;
}

export interface OutboxSchema extends DBSchema {
  intents: { key: string; value: OutboxEntry; indexes: { lane: string } };
  drafts: { key: string; value: Draft };
  files: { key: string; value: LocalPage; indexes: { lane: string } };
  chunks: { key: [string, number]; value: Chunk };
  uploads: { key: string; value: UploadMark };
  kept: { key: string; value: KeptAct; indexes: { settled_at: string } };
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

export interface Told {
  /** The databases can no longer be used by this page: only loading it anew helps. */
  broken: () => void;
  /** Nothing has come of something for long; until it has, or for ever where the browser has lost its way. */
  stuck: (isStuck: boolean) => void;
}

const NOBODY: Told = { broken: () => undefined, stuck: () => undefined };
const STUCK_MS = 15_000;
/** After a sleep the answer may come right behind the alarm. */
const LATE_MS = 2_000;

let still: Promise<void> = Promise.resolve();

/** Begins nothing until `over`: a page is being left, and its worker may end in the middle of a transaction. */
export function holdStill(over: Promise<void>): void {
  still = over;
}

/** Waits until no page is about to be left any more, nor was again meanwhile. */
async function stillness(): Promise<void> {
  let waited: typeof still;
  do {
    waited = still;
    await waited;
  } while (waited !== still);
}

/** A connection that is opened when needed, closed for another tab's upgrade, and opened again if the browser loses it. */
export class Database<S extends DBSchema> {
  private opened: Promise<IDBPDatabase<S>> | undefined;
  private isClosed = false;
  private room: readonly (() => Promise<void>)[] = [];

  constructor(
    readonly name: string,
    private readonly migrate: (db: IDBPDatabase<S>, from: number) => void,
    private readonly version = 1,
    private readonly told: Told = NOBODY,
  ) {}

  /** What can be given up, in this order, when the device is full. */
  makeRoomWith(room: readonly (() => Promise<void>)[]): void {
    this.room = room;
  }

  get canGiveUp(): readonly (() => Promise<void>)[] {
    return this.room;
  }

  /**
   * Runs `job` on the open connection. A connection that the browser has dropped is opened once more and the job runs again:
   * a transaction that did not commit has left nothing.
   */
  async use<T>(job: (db: IDBPDatabase<S>) => Promise<T>): Promise<T> {
    await stillness();
    const watch = this.watched();
    try {
      return await job(await this.open());
    } catch (error) {
      if (!isLost(error)) throw this.noted(error);
      this.opened = undefined;
      return await this.again(job);
    } finally {
      watch();
    }
  }

  /** Watches whether something comes of a job. @returns ends the watch */
  private watched(): () => void {
    let isStuck = false;
    let timer = setTimeout(() => {
      timer = setTimeout(() => {
        isStuck = true;
        this.told.stuck(true);
      }, LATE_MS);
    }, STUCK_MS);
    return () => {
      clearTimeout(timer);
      if (isStuck) this.told.stuck(false);
    };
  }

  private async again<T>(job: (db: IDBPDatabase<S>) => Promise<T>): Promise<T> {
    try {
      return await job(await this.open());
    } catch (error) {
      throw this.noted(error);
    }
  }

  /** Lost twice, or changed by a newer build in another tab: this page is of no use any more. */
  private noted(error: unknown): unknown {
    if (isLost(error) || (error instanceof Error && error.name === 'VersionError')) this.told.broken();
    return error;
  }

  /** Ends its use: what is still under way fails, as if the app had been closed. */
  close(): void {
    this.isClosed = true;
    this.release();
  }

  /** Lets go of the connection; the next use opens another. */
  private release(): void {
    const opened = this.opened;
    this.opened = undefined;
    void opened?.then((db) => db.close()).catch(() => undefined);
  }

  private open(): Promise<IDBPDatabase<S>> {
    if (this.isClosed) return Promise.reject(new Error('closed'));
    this.opened ??= openDB<S>(this.name, this.version, {
      upgrade: (db, from) => this.migrate(db, from),
      blocking: () => this.release(),
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

function migrateOutbox(db: IDBPDatabase<OutboxSchema>, from: number): void {
  if (from < 1) {
    db.createObjectStore('intents', { keyPath: 'id' }).createIndex('lane', 'lane');
    db.createObjectStore('drafts', { keyPath: 'id' });
    db.createObjectStore('files', { keyPath: 'file' }).createIndex('lane', 'lane');
    db.createObjectStore('chunks', { keyPath: ['file', 'n'] });
    db.createObjectStore('uploads', { keyPath: 'file' });
    db.createObjectStore('kv');
  }
  if (from < 2) db.createObjectStore('kept', { keyPath: 'id' }).createIndex('settled_at', 'settled_at');
}

export function openOutbox(sub: string, told?: Told): Database<OutboxSchema> {
  return new Database<OutboxSchema>(`outbox:${sub}`, migrateOutbox, OUTBOX_VERSION, told);
}

function createCache(db: IDBPDatabase<CacheSchema>): void {
  db.createObjectStore('rows', { keyPath: ['gen', 'kind', 'id'] });
  db.createObjectStore('opened', { keyPath: 'id' });
  db.createObjectStore('kv');
}

export function openCache(sub: string, told?: Told): Database<CacheSchema> {
  return new Database<CacheSchema>(`cache:${sub}`, createCache, CACHE_VERSION, told);
}

type OutboxStores = ('intents' | 'drafts' | 'files' | 'chunks' | 'uploads' | 'kept' | 'kv')[];
export type Writing = IDBPTransaction<OutboxSchema, OutboxStores, 'readwrite'>;

const OUTBOX_STORES: OutboxStores = ['intents', 'drafts', 'files', 'chunks', 'uploads', 'kept', 'kv'];

/**
 * Runs `job` in one strict transaction over the outbox: when the promise resolves, the browser has handed it to the disk. When the
 * device is full, what can be fetched again makes room, and `job` runs again.
 *
 * @throws DeviceError `no-space` when there is still no room; everything is as it was before
 */
export async function strictly<T>(database: Database<OutboxSchema>, job: (tx: Writing) => Promise<T>): Promise<T> {
  for (const makeRoom of database.canGiveUp) {
    try {
      return await inOne(database, job);
    } catch (error) {
      if (!isFull(error)) throw error;
      await makeRoom().catch(() => undefined);
    }
  }
  return inOne(database, job).catch((error: unknown) => {
    throw isFull(error) ? new DeviceError('no-space') : error;
  });
}

function inOne<T>(database: Database<OutboxSchema>, job: (tx: Writing) => Promise<T>): Promise<T> {
  return database.use(async (db) => {
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
}

async function abandon(tx: Writing, done: Promise<unknown>): Promise<void> {
  try {
    tx.abort();
  } catch {
    // Aborted by the browser already.
  }
  await done;
}
