/**
 * Photographs that are kept on this device for reading without a signal, in a database of their own (`photos:{sub}`): they can be
 * fetched again, and are the first to go when room is short.
 */
import type { DBSchema } from 'idb';
import { Database } from './database';

/** A kept page without its bytes. */
export interface KeptSheet {
  lane: string;
  file: string;
  sha256: string;
  media_type: string;
  size: number;
  /** When it was fetched, ISO. */
  stored_at: string;
}

interface PhotosSchema extends DBSchema {
  sheets: { key: [string, string]; value: KeptSheet; indexes: { lane: string } };
  bytes: { key: [string, string]; value: ArrayBuffer };
  /** Cases that the person wants to read offline although they have not claimed them. */
  wanted: { key: string; value: string };
}

/** Most that photographs may take; a thick case has about 10 MB. */
export const MOST_BYTES = 300_000_000;
/** Room that always stays for what the person does. */
const LEFT_FREE = 100_000_000;

export function openPhotos(sub: string): Database<PhotosSchema> {
  return new Database<PhotosSchema>(`photos:${sub}`, (db) => {
    db.createObjectStore('sheets', { keyPath: ['lane', 'file'] }).createIndex('lane', 'lane');
    db.createObjectStore('bytes');
    db.createObjectStore('wanted');
  });
}

/** How many more bytes may be kept. @param left bytes that the browser says are left, null if it does not say */
export function roomFor(kept: readonly KeptSheet[], left: number | null): number {
  const used = kept.reduce((sum, sheet) => sum + sheet.size, 0);
  return Math.min(MOST_BYTES - used, left === null ? MOST_BYTES : left - LEFT_FREE);
}

export class Kept {
  constructor(private readonly database: Database<PhotosSchema>) {}

  async sheets(): Promise<KeptSheet[]> {
    return this.database.use((db) => db.getAll('sheets'));
  }

  /** A kept page with its bytes, null if it is not kept. */
  async page(lane: string, file: string): Promise<{ sheet: KeptSheet; bytes: Blob } | null> {
    return this.database.use(async (db) => {
      const tx = db.transaction(['sheets', 'bytes']);
      const [sheet, bytes] = await Promise.all([
        tx.objectStore('sheets').get([lane, file]),
        tx.objectStore('bytes').get([lane, file]),
      ]);
      return sheet && bytes ? { sheet, bytes: new Blob([bytes], { type: sheet.media_type }) } : null;
    });
  }

  /** Keeps a page. @throws QuotaExceededError when the device is full; nothing is kept then */
  async put(sheet: KeptSheet, bytes: ArrayBuffer): Promise<void> {
    await this.database.use(async (db) => {
      const tx = db.transaction(['sheets', 'bytes'], 'readwrite');
      await Promise.all([
        tx.objectStore('sheets').put(sheet),
        tx.objectStore('bytes').put(bytes, [sheet.lane, sheet.file]),
        tx.done,
      ]);
    });
  }

  async drop(sheets: readonly Pick<KeptSheet, 'lane' | 'file'>[]): Promise<void> {
    if (sheets.length === 0) return;
    await this.database.use(async (db) => {
      const tx = db.transaction(['sheets', 'bytes'], 'readwrite');
      const keys = sheets.map(({ lane, file }): [string, string] => [lane, file]);
      const each = (name: 'sheets' | 'bytes'): Promise<void>[] => keys.map((key) => tx.objectStore(name).delete(key));
      await Promise.all([...each('sheets'), ...each('bytes'), tx.done]);
    });
  }

  /** Cases that shall be readable offline though nobody here has claimed them. */
  async wanted(): Promise<string[]> {
    return this.database.use((db) => db.getAllKeys('wanted'));
  }

  async want(lane: string, on: boolean): Promise<void> {
    await this.database.use<unknown>((db) => (on ? db.put('wanted', lane, lane) : db.delete('wanted', lane)));
  }

  /** Erases what is kept of these cases; all of it when `lanes` is null. */
  async erase(lanes: readonly string[] | null): Promise<void> {
    if (lanes !== null) {
      const gone = new Set(lanes);
      await Promise.all(lanes.map((lane) => this.want(lane, false)));
      await this.drop((await this.sheets()).filter((sheet) => gone.has(sheet.lane)));
      return;
    }
    await this.database.use(async (db) => {
      const tx = db.transaction(['sheets', 'bytes', 'wanted'], 'readwrite');
      await Promise.all([
        tx.objectStore('sheets').clear(),
        tx.objectStore('bytes').clear(),
        tx.objectStore('wanted').clear(),
        tx.done,
      ]);
    });
  }

  close(): void {
    this.database.close();
  }
}

/** Erases the photographs that a person keeps on this device: of these cases, or all of them when `lanes` is null. */
export async function erasePhotos(sub: string, lanes: readonly string[] | null): Promise<void> {
  const kept = new Kept(openPhotos(sub));
  await kept.erase(lanes).finally(() => kept.close());
}
