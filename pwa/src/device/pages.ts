/** Photographed and chosen pages on this device: what is known of each, its bytes, and how far its upload is. */
import type { FileRef } from '../protocol/generated';
import { CHUNK_BYTES, type Database, type OutboxSchema, strictly, type UploadMark, type Writing } from './database';
import type { Act } from './entry';
import { DeviceError, type LocalPage } from './types';

const chunksOf = (file: string): IDBKeyRange => IDBKeyRange.bound([file], [file, []]);

export class Pages {
  constructor(private readonly database: Database<OutboxSchema>) {}

  /** Keeps a page with its bytes. @throws DeviceError `no-space` */
  async add(page: LocalPage, bytes: ArrayBuffer): Promise<void> {
    await strictly(this.database, (tx) => putPage(tx, page, bytes));
  }

  async list(lane?: string): Promise<LocalPage[]> {
    return this.database.use((db) =>
      lane === undefined ? db.getAll('files') : db.getAllFromIndex('files', 'lane', lane),
    );
  }

  async get(file: string): Promise<LocalPage | null> {
    return (await this.database.use((db) => db.get('files', file))) ?? null;
  }

  async bytes(file: string): Promise<Blob | null> {
    return this.database.use(async (db) => {
      const page = await db.get('files', file);
      if (!page) return null;
      const chunks = await db.getAll('chunks', chunksOf(file));
      const parts = chunks.map((chunk) => chunk.bytes);
      return new Blob(parts, { type: page.media_type });
    });
  }

  /** Changes a page if it is still there. */
  async update(file: string, change: Partial<LocalPage>): Promise<void> {
    await strictly(this.database, async (tx) => {
      const page = await tx.objectStore('files').get(file);
      if (page) await tx.objectStore('files').put({ ...page, ...change });
    });
  }

  /** Numbers pages of a material in the order given. */
  async order(lane: string, material: string, files: readonly string[]): Promise<void> {
    await strictly(this.database, async (tx) => {
      const stored = tx.objectStore('files');
      for (const page of await stored.index('lane').getAll(lane)) {
        const at = files.indexOf(page.file);
        if (page.material === material && at >= 0) await stored.put({ ...page, number: at + 1 });
      }
    });
  }

  async remove(files: readonly string[]): Promise<void> {
    await strictly(this.database, async (tx) => {
      for (const file of files) await dropFile(tx, file);
    });
  }

  async mark(file: string): Promise<UploadMark | null> {
    return (await this.database.use((db) => db.get('uploads', file))) ?? null;
  }

  async keepMark(mark: UploadMark): Promise<void> {
    await strictly(this.database, (tx) => tx.objectStore('uploads').put(mark));
  }

  async dropMark(file: string): Promise<void> {
    await strictly(this.database, (tx) => tx.objectStore('uploads').delete(file));
  }
}

/** Writes a page and its bytes within a transaction. */
export async function putPage(tx: Writing, page: LocalPage, bytes: ArrayBuffer): Promise<void> {
  const writes: Promise<unknown>[] = [tx.objectStore('files').put(page)];
  for (let n = 0; n * CHUNK_BYTES < bytes.byteLength; n += 1) {
    const part = bytes.slice(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES);
    writes.push(tx.objectStore('chunks').put({ file: page.file, n, bytes: part }));
  }
  await Promise.all(writes);
}

/** Removes a page, its bytes and its upload mark within a transaction. */
export async function dropFile(tx: Writing, file: string): Promise<void> {
  await Promise.all([
    tx.objectStore('files').delete(file),
    tx.objectStore('chunks').delete(chunksOf(file)),
    tx.objectStore('uploads').delete(file),
  ]);
}

/**
 * The files that an act names, now bound to it unless another act has them.
 *
 * @throws DeviceError `unknown-file`
 */
export async function takeFiles(tx: Writing, act: Act, from: string | null = null): Promise<FileRef[]> {
  const files = tx.objectStore('files');
  const refs: FileRef[] = [];
  for (const id of act.files) {
    const page = await files.get(id);
    if (!page) throw new DeviceError('unknown-file', { file: id });
    if (page.intent === null || page.intent === from) {
      const state = page.state === 'local' ? 'queued' : page.state;
      await files.put({ ...page, lane: act.lane, intent: act.id, state });
    }
    refs.push({ id: page.file, sha256: page.sha256, size: page.size });
  }
  return refs;
}
