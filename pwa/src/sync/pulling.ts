/** Rows on their way in: pulls, pages, live changes, and what a commit on disk leads to (protocol, "Rows down"). */
import type { ClientFrame, Delta, PageFrame, Reset, Revoke, Wait } from '../protocol/generated';
import type { Line } from './line';
import type { Replica } from './replica';
import type { Transport } from './transport';

const CREDIT = 2;
/** A pull without an answer for so long on a connection that is otherwise alive: begin again. */
const ANSWER_MS = 60_000;
const SHORTEST_WAIT_MS = 100;

/** What the rest of the machine has to do with rows. */
export interface Around {
  /** Nothing is pulled until what a restored log has lost is offered again, or it would go out of view. */
  isHeld: () => boolean;
  /** Rows are on disk in which acts may show. */
  settle: () => void;
  /** The device has everything. */
  complete: () => void;
}

export class Pulling {
  isOpen = false;
  /** When to pull again because rows cannot be read yet. */
  at: number | null = null;
  /** Something new has come since the last question. */
  hasMoved = false;
  private isWanted = false;
  /** When the open pull was last heard of; null while none is open. */
  private since: number | null = null;

  constructor(
    private readonly line: Line,
    private readonly replica: Replica,
    private readonly transport: Transport,
    private readonly around: Around,
  ) {}

  /** When the answer to a pull is overdue. */
  get due(): number | null {
    return this.since === null ? null : this.since + ANSWER_MS;
  }

  /** When to look whether rows that were found to differ still do; null if there is no need. */
  get compareAt(): number | null {
    const isIdle = this.line.phase === 'live' && !this.isOpen && !this.isWanted && this.at === null;
    return isIdle ? this.replica.comparesAgainAt : null;
  }

  /** Pulls from where the replica stands, or as soon as nothing is being written any more. */
  start(): void {
    this.at = null;
    if (!this.line.isReady) return;
    this.isWanted = this.replica.busy || this.around.isHeld();
    if (this.isWanted) return;
    const pull = this.question();
    this.line.enter(this.replica.isBooting ? 'boot' : 'catchup');
    this.line.send(pull);
  }

  /** The frame that asks for rows; its answer is awaited from now on. */
  question(): ClientFrame {
    this.replica.pulling();
    this.isOpen = true;
    this.since = this.line.now;
    return { t: 'pull', cursor: this.replica.cursor, credit: CREDIT };
  }

  /** The connection is gone. */
  end(): void {
    this.isOpen = false;
    this.isWanted = false;
    this.since = null;
    this.at = null;
  }

  // Frames

  paged(frame: PageFrame): void {
    if (!this.isOpen) {
      // The server stands in a pull of which nothing is known here, and would send no live changes until it is asked again.
      if (this.line.phase === 'live' && frame.cursor !== this.replica.reached) this.start();
      return;
    }
    this.at = null;
    this.since = this.line.now;
    const commit = this.replica.page(frame);
    this.hasMoved ||= commit !== null;
    if (commit) this.line.do({ do: 'commit', commit });
    else if (!frame.more && !this.replica.busy) this.endedWithNothing(frame);
  }

  private endedWithNothing(frame: PageFrame): void {
    const isHere = frame.cursor === this.replica.cursor;
    if (isHere && this.replica.differs(frame.digest ?? null, this.line.now)) {
      this.bootAgain();
      return;
    }
    // An app that was closed between a page and this has acts left whose effect shows.
    this.around.settle();
    this.caughtUp();
  }

  moved(frame: Delta): void {
    if (this.line.phase !== 'live') {
      this.isWanted = true;
      return;
    }
    const commit = this.replica.delta(frame);
    if (commit === 'gap') this.start();
    else if (commit) this.line.do({ do: 'commit', commit });
    this.hasMoved ||= commit !== null;
  }

  /** Live changes were left out. */
  fellBehind(): void {
    if (this.isOpen || this.at !== null) this.isWanted = true;
    else this.start();
  }

  /** Rows cannot be read yet. */
  waits({ why, retry_ms }: Wait): void {
    const { line } = this;
    if (why === 'warming') line.enter('warming');
    if (this.isOpen) this.since = line.now;
    this.at = line.now + Math.max(retry_ms ?? 1000, SHORTEST_WAIT_MS);
  }

  /** The rows held are of no use any more, or the server says so. */
  reset({ why, epoch }: Reset): void {
    if (why !== 'digest' || this.replica.doubted(this.line.now)) this.replica.reset(epoch);
    this.start();
  }

  /** Rows are to be taken away at once. */
  revoked({ cases = [], wipe = false }: Revoke): void {
    if (cases.length > 0) {
      this.replica.forget(cases);
      this.line.do({ do: 'forget', ids: cases });
    } else if (wipe) {
      this.replica.wipe();
      this.line.do({ do: 'forget', ids: null });
      // The answer to the open pull, or a reset, follows; another pull would mix the pages of two boots.
      this.since = this.line.now;
    }
  }

  // The disk

  committed(n: number, digest: string | null): void {
    const commit = this.replica.committed(n, digest);
    if (!commit) return;
    if (this.replica.differs(commit.digest ?? null, this.line.now)) {
      this.bootAgain();
      return;
    }
    this.around.settle();
    if (!this.line.isReady) return;
    if (this.isOpen && commit.complete) this.caughtUp();
    else if (this.isOpen && !this.transport.polling) this.line.send({ t: 'credit', n: 1 });
    else if (this.isWanted && this.at === null) this.start();
  }

  /** An instant has come at which rows may be pulled again. */
  ticked(): void {
    if (this.line.isDue(this.at)) {
      if (this.transport.polling) this.at = null;
      else this.start();
    }
    if (this.line.isDue(this.compareAt)) this.start();
  }

  private bootAgain(): void {
    this.replica.restart();
    this.start();
  }

  private caughtUp(): void {
    this.isOpen = false;
    this.since = null;
    if (this.isWanted) {
      this.start();
      return;
    }
    this.line.enter('live');
    this.around.complete();
  }
}
