/**
 * Keeps the photographs of the cases that a member of staff holds: fetches what is missing while there is a signal, one after the
 * other, and erases what is no longer theirs to read.
 */
import type { Page } from '../protocol/generated';
import type { Cache } from './cache';
import { isFull } from './database';
import type { Env } from './env';
import { type Kept, type KeptSheet, roomFor } from './keep';
import { spaceLeft } from './space';

type Wanted = Omit<KeptSheet, 'stored_at'>;

export class Keeping {
  private live = false;
  private over = false;
  private again = false;
  private working: Promise<void> | null = null;
  /** Pages that the service did not give; asked for again in the next run of the app. */
  private readonly refused = new Set<string>();

  constructor(
    private readonly env: Env,
    private readonly cache: Cache,
    private readonly kept: Kept,
    private readonly changed: () => void,
  ) {}

  /** Rows or wishes changed: see what is missing and what must go. */
  look(): void {
    if (this.over) return;
    this.again = true;
    this.working ??= this.work().finally(() => {
      this.working = null;
    });
  }

  /** Whether the service can be asked. */
  reach(live: boolean): void {
    this.live = live;
    if (live) this.look();
  }

  stop(): void {
    this.over = true;
  }

  /** Settles when there is nothing more to do for now. */
  async idle(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.again && !this.over) {
      this.again = false;
      await this.reconcile().catch(() => undefined);
    }
  }

  private async reconcile(): Promise<void> {
    const wanted = await this.wanted();
    const there = await this.kept.sheets();
    const name = ({ lane, file, sha256 }: Wanted): string => `${lane} ${file} ${sha256}`;
    const all = new Set(wanted.map(name));
    const gone = there.filter((sheet) => !all.has(name(sheet)));
    await this.kept.drop(gone);
    if (gone.length > 0) this.changed();
    const has = new Set(there.map(name));
    for (const sheet of wanted) {
      if (!this.live || this.over || this.again) return;
      if (!has.has(name(sheet)) && !this.refused.has(name(sheet)) && !(await this.fetch(sheet))) return;
    }
  }

  /** Pages of the cases that are claimed, then of those that are wanted besides. */
  private async wanted(): Promise<Wanted[]> {
    const { cache, kept } = this;
    const held = await cache.rows('case');
    const also = await Promise.all((await kept.wanted()).map((lane) => cache.opened(lane)));
    const rows = [...held, ...also.filter((row) => row !== null)];
    return rows.flatMap((row) =>
      pagesOf(row)
        .filter((page) => page.state === 'stored')
        .map((page) => sheetOf(row.id, page)),
    );
  }

  /** Fetches a page; false if there is no use in going on now. */
  private async fetch(sheet: Wanted): Promise<boolean> {
    if (roomFor(await this.kept.sheets(), await spaceLeft(this.env.storage)) < sheet.size) return false;
    const address = `${this.env.origin}/api/cases/${sheet.lane}/files/${sheet.file}`;
    const response = await this.env.fetch(address, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null);
    if (!response || response.status === 401 || response.status >= 500) return false;
    if (!response.ok) {
      this.refused.add(`${sheet.lane} ${sheet.file} ${sheet.sha256}`);
      return true;
    }
    const bytes = await response.arrayBuffer().catch(() => null);
    // What came after a right had ended must not stay.
    return bytes !== null && this.live && !this.over && this.keep(sheet, bytes);
  }

  private async keep(sheet: Wanted, bytes: ArrayBuffer): Promise<boolean> {
    try {
      await this.kept.put({ ...sheet, stored_at: new Date(this.env.now()).toISOString() }, bytes);
    } catch (error) {
      if (isFull(error)) return false;
      throw error;
    }
    this.changed();
    return true;
  }
}

const pagesOf = (row: { body: unknown }): Page[] => (row.body as { view?: { pages?: Page[] } }).view?.pages ?? [];

const sheetOf = (lane: string, page: Page): Wanted => {
  const { file, sha256, size, media_type } = page;
  return { lane, file, sha256, size, media_type: media_type ?? 'image/jpeg' };
};
