/** Work on its way out: pushes and their verdicts, what a restored log is asked for, and the sign-in that all need. */
import type { Limits, Outbox, Verdict } from '../protocol/generated';
import { Doubt } from './doubt';
import type { Judgement, Lanes, Pending } from './lanes';
import type { Line } from './line';
import type { Replica } from './replica';
import type { Transport } from './transport';

/** A push without an answer for so long on a connection that is otherwise alive: begin again. */
const ANSWER_MS = 60_000;
const LIMITS: Required<Limits> = { intents: 50, bytes: 61_440, inflight: 4, page: 262_144 };

export class Offering {
  private readonly doubt = new Doubt();
  private limits = LIMITS;
  /** A renewed sign-in is under way: what is pushed meanwhile would not be judged. */
  private renewing = false;
  /** Batches up to this one were pushed under the old sign-in. */
  private renewedFrom = 0;

  /** @param answered called when a restored log was asked for everything */
  constructor(
    private readonly line: Line,
    private readonly lanes: Lanes,
    private readonly replica: Replica,
    private readonly transport: Transport,
    private nextSeq: number,
    private readonly answered: () => void,
  ) {}

  /** When an answer to a push is overdue. */
  get due(): number | null {
    const since = this.lanes.waitingSince;
    return since === null ? null : since + ANSWER_MS;
  }

  /** When an answer about a restored log is overdue. */
  get doubtDue(): number | null {
    return this.doubt.due;
  }

  /** The log was restored, and is not known again yet. */
  get inDoubt(): boolean {
    return this.doubt.origin !== null;
  }

  /** What the server is told of it. */
  get owed(): Outbox {
    const { n, oldest_at } = this.lanes.owed();
    return { n, next_seq: this.nextSeq, ...(oldest_at === null ? {} : { oldest_at }) };
  }

  limitedTo(limits: Limits | undefined): void {
    this.limits = { ...LIMITS, ...limits };
  }

  submitted(intents: readonly Pending[]): void {
    this.lanes.add(intents);
    this.nextSeq = Math.max(this.nextSeq, this.lanes.owed().last_seq + 1);
  }

  removed(ids: readonly string[]): void {
    this.judged(this.lanes.remove(ids));
  }

  /** Pushes what may go. */
  push(): void {
    if (!this.line.isReady || this.renewing || this.inDoubt) return;
    const ids = this.lanes.ask(this.line.now);
    if (ids.length > 0) this.line.send({ t: 'ask', ids });
    const limits = this.transport.polling ? { ...this.limits, inflight: 1 } : this.limits;
    for (let batch = this.lanes.next(limits, this.line.now); batch; batch = this.lanes.next(limits, this.line.now)) {
      this.line.do({ do: 'sent', ids: batch.ids });
      this.line.send({ t: 'push', b: batch.b, intents: batch.intents });
    }
  }

  /** Verdicts have come; returns whether they tell that the sign-in has ended. */
  acknowledged(b: number, verdicts: readonly Verdict[]): boolean {
    const { changes, auth } = this.lanes.judge(b, verdicts, this.line.now);
    const isDoubted = b === 0 && this.inDoubt;
    const lost = isDoubted ? this.lanes.requeue(this.doubt.answered(verdicts, this.line.now)) : [];
    this.judged([...changes, ...lost]);
    if (isDoubted) this.askedEnough();
    this.settle();
    const isStale = this.renewing || b <= this.renewedFrom;
    return auth.some(({ code }) => code === 'other-person' || !isStale);
  }

  private judged(changes: readonly Judgement[]): void {
    if (changes.length > 0) this.line.do({ do: 'judge', changes });
  }

  /** Lets go of applied acts whose effect shows. */
  settle(): void {
    const ids = this.lanes.settle((lane, pos) => this.replica.shows(lane, pos));
    if (ids.length > 0) this.line.do({ do: 'settle', ids });
  }

  /** The connection is gone. */
  end(): void {
    this.renewing = false;
    this.renewedFrom = 0;
    this.doubt.end();
  }

  // Which log it is

  /** This device agrees with that log from now on; it must be on disk before anything is pushed. */
  follow(origin: string): void {
    if (this.replica.follow(origin)) this.line.do({ do: 'origin', origin });
  }

  /** The log was restored: has said what was applied lately. */
  reoffer(origin: string): void {
    this.line.do({ do: 'reoffer' });
    this.doubt.begin(origin, this.line.now);
  }

  /** Asks for the verdicts of what was applied before. */
  ask(kept: readonly Pending[]): void {
    if (!this.inDoubt || !this.line.isReady) return;
    for (const ids of this.doubt.ask(kept, this.line.now)) this.line.send({ t: 'ask', ids });
    this.askedEnough();
  }

  private askedEnough(): void {
    const { origin } = this.doubt;
    if (origin === null || this.doubt.isOpen) return;
    this.follow(origin);
    this.doubt.end();
    this.answered();
  }

  // Sign-in

  /** The sign-in is over unless it is renewed on this connection. */
  mustRenew(): void {
    if (!this.renewing) this.line.do({ do: 'renew', link: this.line.link });
    this.renewing = true;
  }

  /** It was: what was pushed before may still be turned down. */
  renewed(ticket: string): void {
    this.line.send({ t: 'auth', ticket });
    this.renewing = false;
    this.renewedFrom = this.lanes.lastBatch;
  }
}
