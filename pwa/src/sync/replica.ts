/**
 * What the device has received: where its replica stands, and whether an acknowledged act shows in it already.
 *
 * R1 rows and cursor are committed together; only a committed cursor is ever sent.
 * R2 positions never go back within an epoch: a late or repeated page or delta is dropped.
 * R3 an act is shown once the lane's rows have arrived at its position, or a completed checkpoint has passed it. A page with
 *    `more: true` is not a checkpoint: a row changed again has moved to a later page.
 * R4 a new boot fills a shadow that replaces the old rows when it is complete.
 * R5 at a checkpoint the digest of the rows held is compared with the server's, by both sides; a difference is answered by a boot,
 *    at most three times an hour, or one boot would follow another where something lasting is wrong.
 */
import type { Delta, Gone, PageFrame, Row, Welcome } from '../protocol/generated';
import type { Tree } from './witness';

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
  /** What the server says of all rows held after it, null if it says nothing. */
  digest?: string | null;
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
  /** Id of the log that this device agrees with; it is kept with the outbox. */
  origin?: string | null;
  /** What the log had become, null if the device never saw that; it is kept with the outbox. */
  tree?: Tree | null;
  /** Of the rows held. */
  digest?: string | null;
  /** Positions of rows held for lanes of the outbox. */
  rows: readonly { id: string; kind: string; pos: number }[];
}

export const NOTHING: Stand = { epoch: null, cursor: null, to: 0, checkpoint: 0, booting: false, rows: [] };

/** Positions of rows by lane and kind. */
type Positions = Map<string, Map<string, number>>;

const BOOTS = 3;
const AN_HOUR_MS = 3_600_000;

export class Replica {
  private epoch: string | null;
  private origin: string;
  /** What the log had become when this device saw it last. */
  tree: Tree | null;
  /** Of the rows on disk, as whoever writes them counts it. */
  private held: string | null;
  /** When a difference was last answered by a boot. */
  private boots: number[] = [];
  /** The last comparison found a difference. */
  private isDifferent = false;
  /** On disk. */
  private stored: { cursor: string | null; to: number; checkpoint: number; booting: boolean };
  /** With what has been received since and is being written. */
  private received: { cursor: string | null; to: number; booting: boolean };
  /** Where the rows on disk stand, also while they wait to be replaced; null if there are none. */
  private shown: string | null;
  private lanes: Positions = new Map();
  /** Of rows that wait for the end of a boot. */
  private shadow: Positions = new Map();
  private waiting: Commit[] = [];
  private commits = 0;

  constructor(stand: Stand) {
    this.epoch = stand.epoch;
    this.origin = stand.origin ?? '';
    this.tree = stand.tree ?? null;
    this.held = stand.digest ?? null;
    this.shown = stand.cursor;
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

  /** What the server is told of the rows on disk: it takes away what this person may not see any more. */
  get shownCursor(): string | null {
    return this.shown;
  }

  /** The cursor that was received last. */
  get reached(): string | null {
    return this.received.cursor;
  }

  /** What the server is told of the rows on disk; null if it need not compare them. */
  digest(now: number): string | null {
    return this.isSpent(now) ? null : this.held;
  }

  private isSpent(now: number): boolean {
    return now < (this.boots[BOOTS - 1] ?? -Infinity) + AN_HOUR_MS;
  }

  /** When rows that differ may be booted again, null if they do not. */
  get comparesAgainAt(): number | null {
    const first = this.boots[BOOTS - 1];
    return this.isDifferent && first !== undefined ? first + AN_HOUR_MS : null;
  }

  /** The rows held differ from the server's; returns whether a boot is the answer (R5). */
  doubted(now: number): boolean {
    this.isDifferent = true;
    if (this.isSpent(now)) return false;
    this.boots = [now, ...this.boots].slice(0, BOOTS);
    return true;
  }

  /** Whether rows of `epoch` can continue these. */
  continues(epoch: string): boolean {
    return this.epoch === null || this.epoch === epoch;
  }

  /**
   * The log that the server serves. Another one than before is taken only if it says that it was restored from that one, perhaps
   * more than once.
   */
  comesFrom({ origin = '', restored }: Welcome): 'same' | 'restored' | 'changed' {
    if (this.origin === '' || origin === '' || origin === this.origin) return 'same';
    const names = restored ? [restored.origin, ...(restored.names ?? [])] : [];
    return names.includes(this.origin) ? 'restored' : 'changed';
  }

  /** This device agrees with that log from now on; returns whether it did not before. */
  follow(origin: string): boolean {
    if (origin === '' || origin === this.origin) return false;
    this.origin = origin;
    return true;
  }

  /** The server's epoch; another one than the replica's means a new boot. */
  welcomed(epoch: string): void {
    if (this.epoch !== null && this.epoch !== epoch) this.reset(epoch);
    this.epoch = epoch;
  }

  /** Start over with rows of the same shape. */
  restart(): void {
    this.reset(this.epoch ?? '');
  }

  /** Every row is taken away. */
  wipe(): void {
    this.restart();
    this.shown = null;
    this.lanes = new Map();
  }

  /**
   * Start over: the next page is the first of a boot. Old rows stay visible until the boot is complete; those of another epoch show
   * nothing any more, since their positions may be of a log that was restored since.
   */
  reset(epoch: string): void {
    if (epoch !== this.epoch) this.lanes = new Map();
    this.epoch = epoch;
    this.stored = { cursor: null, to: 0, checkpoint: 0, booting: false };
    this.received = { ...this.stored };
    this.shadow = new Map();
    this.waiting = [];
  }

  /** A pull from the stored cursor begins; what follows is compared with what is on disk. */
  pulling(): void {
    this.received = { ...this.stored };
  }

  /** The commit for a page, null if it is late or repeated. */
  page(frame: PageFrame): Commit | null {
    const { to } = frame;
    if (to < this.received.to || (frame.cursor === this.received.cursor && !this.completes(frame))) return null;
    const start = !this.received.booting && (frame.phase === 'boot' || this.received.cursor === null);
    const inBoot = start || this.received.booting;
    this.received.booting = inBoot && frame.more;
    return this.queue({ ...frame, to, complete: !frame.more, start, finish: inBoot && !frame.more });
  }

  /** Whether a page without anything new says that what was received, perhaps before a restart, is everything. */
  private completes({ cursor, to, more }: PageFrame): boolean {
    const isBehind = this.stored.booting || this.stored.checkpoint < to;
    return !more && isBehind && !this.busy && this.stored.cursor === cursor;
  }

  /** The commit for a delta; `gap` if something before it is missing; null if it is known. */
  delta(frame: Delta): Commit | 'gap' | null {
    if (frame.from > this.received.to) return 'gap';
    if (frame.to <= this.received.to) return null;
    return this.queue({ ...frame, complete: true, start: false, finish: false, digest: null });
  }

  private queue(
    what: Pick<Commit, 'cursor' | 'to' | 'complete' | 'start' | 'finish' | 'rows' | 'digest'> & { gone?: Gone[] },
  ): Commit {
    const { cursor, rows, gone = [], to, complete, start, finish, digest = null } = what;
    this.commits += 1;
    this.received.to = to;
    this.received.cursor = cursor;
    const epoch = this.epoch ?? '';
    const commit = { n: this.commits, epoch, cursor, rows, gone, to, complete, start, finish, digest };
    this.waiting.push(commit);
    return commit;
  }

  /** A commit is on disk, and the rows held have this digest now. Returns it, null if a reset has overtaken it. */
  committed(n: number, digest: string | null = null): Commit | null {
    const commit = this.waiting.find((one) => one.n === n);
    if (!commit) return null;
    this.waiting = this.waiting.filter((one) => one !== commit);
    this.stored.cursor = commit.cursor;
    this.shown = commit.cursor;
    this.stored.to = commit.to;
    if (commit.start) {
      this.stored.booting = true;
      this.shadow = new Map();
    }
    if (commit.complete) this.stored.checkpoint = commit.to;
    for (const row of commit.rows) this.note(row);
    for (const gone of commit.gone) this.filled.get(gone.id)?.delete(gone.kind);
    if (commit.finish) {
      this.stored.booting = false;
      this.lanes = this.shadow;
      this.shadow = new Map();
    }
    this.held = digest;
    return commit;
  }

  /** Whether the rows held are not those that the server has, and must be booted anew (R5). */
  differs(wanted: string | null, now: number): boolean {
    if (wanted === null || this.held === null) return false;
    this.isDifferent = false;
    return wanted !== this.held && this.doubted(now);
  }

  /** A commit could not be written: what was received after it is dropped, the next pull starts from the disk. */
  failed(): void {
    this.waiting = [];
    this.received = { ...this.stored };
  }

  private note(row: { id: string; kind: string; pos: number }): void {
    const lanes = this.filled;
    const kinds = lanes.get(row.id) ?? new Map<string, number>();
    kinds.set(row.kind, row.pos);
    lanes.set(row.id, kinds);
  }

  /** What the next rows go into. */
  private get filled(): Positions {
    return this.stored.booting ? this.shadow : this.lanes;
  }

  /** Rows are taken away at once. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.lanes.delete(id);
      this.shadow.delete(id);
    }
  }

  /** Whether an act acknowledged at `pos` shows in the committed rows of `lane` (R3). */
  shows(lane: string, pos: number): boolean {
    if (this.stored.checkpoint >= pos) return true;
    if (this.stored.booting) return false;
    const kinds = this.lanes.get(lane);
    return kinds !== undefined && [...kinds.values()].some((at) => at >= pos);
  }
}
