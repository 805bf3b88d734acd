/**
 * What the device has received: where its replica stands, and whether an acknowledged act shows in it already.
 *
 * R1 rows and cursor are committed together; only a committed cursor is ever sent.
 * R2 positions never go back within an epoch: a late or repeated page or delta is dropped.
 * R3 an act is shown once the lane's rows have arrived at its position, or a completed checkpoint has passed it. A page with
 *    `more: true` is not a checkpoint: a row changed again has moved to a later page.
 * R4 a new boot fills a shadow that replaces the old rows when it is complete.
 */
import type { Delta, Gone, PageFrame, Row } from '../protocol/generated';

/** Something to be written in one transaction. */
export interface Commit {
  n: number;
  epoch: string;
  cursor: string;
  rows: readonly Row[];
  gone: readonly Gone[];
  /** Position that the replica has reached with it. */
  to: number;
  /** Nothing at or before `to` is missing afterwards. */
  complete: boolean;
  /** First page of a boot: start an empty shadow. */
  start: boolean;
  /** Last page of a boot: the shadow takes the place of the old rows. */
  finish: boolean;
}

/** Where a stored replica stands. */
export interface Stand {
  epoch: string | null;
  cursor: string | null;
  to: number;
  /** Last completed checkpoint. */
  checkpoint: number;
  /** A boot was interrupted; `cursor` continues it. */
  booting: boolean;
  /** Positions of rows held for lanes of the outbox. */
  rows: readonly { id: string; kind: string; pos: number }[];
}

export const NOTHING: Stand = { epoch: null, cursor: null, to: 0, checkpoint: 0, booting: false, rows: [] };

export class Replica {
  private epoch: string | null;
  /** On disk. */
  private stored: { cursor: string | null; to: number; checkpoint: number; booting: boolean };
  /** With what has been received since and is being written. */
  private received: { cursor: string | null; to: number; booting: boolean };
  private readonly lanes = new Map<string, Map<string, number>>();
  private waiting: Commit[] = [];
  private commits = 0;

  constructor(stand: Stand) {
    this.epoch = stand.epoch;
    this.stored = { cursor: stand.cursor, to: stand.to, checkpoint: stand.checkpoint, booting: stand.booting };
    this.received = { ...this.stored };
    for (const row of stand.rows) this.note(row);
  }

  get cursor(): string | null {
    return this.stored.cursor;
  }

  get isBooting(): boolean {
    return this.stored.booting || this.stored.cursor === null;
  }

  /** Whether commits are under way; a pull must wait for them. */
  get busy(): boolean {
    return this.waiting.length > 0;
  }

  /** The server's epoch; another one than the replica's means a new boot. */
  welcomed(epoch: string): void {
    if (this.epoch !== null && this.epoch !== epoch) this.reset(epoch);
    this.epoch = epoch;
  }

  /** Start over: the next page is the first of a boot. Old rows stay visible until the boot is complete. */
  reset(epoch: string): void {
    this.epoch = epoch;
    this.stored = { cursor: null, to: 0, checkpoint: 0, booting: false };
    this.received = { ...this.stored };
    this.waiting = [];
  }

  /** A pull from the stored cursor begins; what follows is compared with what is on disk. */
  pulling(): void {
    this.received = { ...this.stored };
  }

  /** The commit for a page, null if it is late or repeated. */
  page(frame: PageFrame): Commit | null {
    const { to } = frame;
    if (to < this.received.to || frame.cursor === this.received.cursor) return null;
    const start = !this.received.booting && (frame.phase === 'boot' || this.received.cursor === null);
    const inBoot = start || this.received.booting;
    this.received.booting = inBoot && frame.more;
    return this.queue({ ...frame, to, complete: !frame.more, start, finish: inBoot && !frame.more });
  }

  /** The commit for a delta; `gap` if something before it is missing; null if it is known. */
  delta(frame: Delta): Commit | 'gap' | null {
    if (frame.from > this.received.to) return 'gap';
    if (frame.to <= this.received.to) return null;
    return this.queue({ ...frame, complete: true, start: false, finish: false });
  }

  private queue(
    what: Pick<Commit, 'cursor' | 'to' | 'complete' | 'start' | 'finish' | 'rows'> & { gone?: Gone[] },
  ): Commit {
    const { cursor, rows, gone = [], to, complete, start, finish } = what;
    this.commits += 1;
    this.received.to = to;
    this.received.cursor = cursor;
    const commit = { n: this.commits, epoch: this.epoch ?? '', cursor, rows, gone, to, complete, start, finish };
    this.waiting.push(commit);
    return commit;
  }

  /** A commit is on disk. Returns it, null if a reset has overtaken it. */
  committed(n: number): Commit | null {
    const commit = this.waiting.find((one) => one.n === n);
    if (!commit) return null;
    this.waiting = this.waiting.filter((one) => one !== commit);
    this.stored.cursor = commit.cursor;
    this.stored.to = commit.to;
    this.stored.booting = !commit.finish && (commit.start || this.stored.booting);
    if (commit.complete) this.stored.checkpoint = commit.to;
    for (const row of commit.rows) this.note(row);
    for (const gone of commit.gone) this.lanes.get(gone.id)?.delete(gone.kind);
    return commit;
  }

  /** A commit could not be written: what was received after it is dropped, the next pull starts from the disk. */
  failed(): void {
    this.waiting = [];
    this.received = { ...this.stored };
  }

  private note(row: { id: string; kind: string; pos: number }): void {
    const kinds = this.lanes.get(row.id) ?? new Map<string, number>();
    kinds.set(row.kind, row.pos);
    this.lanes.set(row.id, kinds);
  }

  /** Rows are taken away at once. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.lanes.delete(id);
  }

  /** Whether an act acknowledged at `pos` shows in the committed rows of `lane` (R3). */
  shows(lane: string, pos: number): boolean {
    if (this.stored.checkpoint >= pos) return true;
    if (this.stored.booting) return false;
    const kinds = this.lanes.get(lane);
    return kinds !== undefined && [...kinds.values()].some((at) => at >= pos);
  }
}
