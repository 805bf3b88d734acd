/** The rows of one kind as the screens hold them, brought up to date by reading no more than what has changed. */
import { type ShallowRef, shallowRef } from 'vue';
import type { Kind, LocalRow } from './types';

/** Where rows are read. */
export interface Source {
  /** All rows of a kind, or those of `ids` that are there. */
  rows: (kind: Kind, ids: readonly string[] | null) => Promise<LocalRow[]>;
  /** The next rows of a kind in the order of their ids. */
  rowsAfter: (kind: Kind, after: string, most: number) => Promise<LocalRow[]>;
}

/** A list so long is brought up to date twice a second at most, one of a tenth of that at once. */
const LONG = 10_000;
const SHORT = 1_000;
const GAP_MS = 500;

/** So many rows come from the worker without a screen standing still. */
export const PIECE = 1_000;

/** A filing becomes rows that have other ids than the act: they are always read together. */
const WHOLE: ReadonlySet<Kind> = new Set(['status']);

/** Reads follow one another, so that what was read before never replaces what was read after; what is asked for meanwhile is one read. */
export class Mirrored {
  /** Null until the first read is done. */
  readonly rows: ShallowRef<LocalRow[] | null> = shallowRef(null);
  private asked: Set<string> | 'all' | null = null;
  private reading: Promise<void> | null = null;
  private turn = 0;
  private readAt = 0;

  constructor(
    private readonly kind: Kind,
    private readonly source: Source,
  ) {}

  /** Reads the rows with `ids` again, all where it is null; settles when that is done. */
  read(ids: readonly string[] | null): Promise<void> {
    if (ids === null || this.asked === 'all' || WHOLE.has(this.kind)) this.asked = 'all';
    else this.asked = new Set([...(this.asked ?? []), ...ids]);
    this.reading ??= this.work().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** Nothing of what is read now may come into sight any more. */
  forget(): void {
    this.turn += 1;
    this.rows.value = null;
  }

  private async work(): Promise<void> {
    while (this.asked !== null) {
      const wait = this.waitMs();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const ids = this.asked === 'all' || this.rows.value === null ? null : this.asked;
      this.asked = null;
      if (ids?.size !== 0) await this.take(ids);
    }
  }

  private waitMs(): number {
    const { length } = this.rows.value ?? [];
    return length < SHORT ? 0 : this.readAt + Math.min(1, length / LONG) * GAP_MS - performance.now();
  }

  private async take(ids: ReadonlySet<string> | null): Promise<void> {
    const { turn } = this;
    try {
      const some = ids === null ? await this.all() : await this.source.rows(this.kind, [...ids]);
      if (turn !== this.turn) return;
      const rows = ids === null || this.rows.value === null ? some : merged(this.rows.value, some, ids);
      this.rows.value = Object.freeze(rows) as LocalRow[];
      this.readAt = performance.now();
    } catch (error) {
      // What was not read now is read with the next change, whichever that is about.
      this.asked = 'all';
      throw error;
    }
  }

  /** What changes between two pieces is asked for while this goes on, and read after it. */
  private async all(): Promise<LocalRow[]> {
    if (WHOLE.has(this.kind)) return this.source.rows(this.kind, null);
    const rows: LocalRow[] = [];
    for (;;) {
      const piece = await this.source.rowsAfter(this.kind, rows.at(-1)?.id ?? '', PIECE);
      rows.push(...piece);
      if (piece.length < PIECE) return rows;
    }
  }
}

/** `rows` with those of `ids` replaced by what there is of them now, in the order of ids. */
export function merged(rows: readonly LocalRow[], some: readonly LocalRow[], ids: ReadonlySet<string>): LocalRow[] {
  const fresh = new Map(some.map((row) => [row.id, row]));
  const kept = rows.flatMap((row) => {
    if (!ids.has(row.id)) return [row];
    const now = fresh.get(row.id);
    fresh.delete(row.id);
    return now ? [now] : [];
  });
  if (fresh.size === 0) return kept;
  return [...kept, ...fresh.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
