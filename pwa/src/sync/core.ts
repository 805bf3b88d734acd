/**
 * The device's side of `doorstep.sync.1` as a state machine without sockets, timers or storage.
 *
 * Events go in with the time, actions come out; whoever drives it carries the actions out in order and reports back:
 *
 *     OFF -> DIAL -> HELLO -> BOOT | CATCHUP -> LIVE
 *             ^                                  |         holds: AUTH_HELD, WARMING, UPGRADE_HELD, BACKOFF
 *             +------------- BACKOFF <-----------+
 *
 * In every hold work can be queued, and none is charged an attempt. Each connection has a number (`link`); whatever an earlier
 * connection still reports is ignored.
 */
import type {
  ClientFrame,
  Limits,
  Outbox,
  PageFrame,
  ServerFrame,
  Verdict,
  Wait,
  Welcome,
} from '../protocol/generated';
import { fullJitter, type Random } from './backoff';
import type { Action, Event, Phase, Seed } from './events';
import { type Judgement, Lanes, type Pending } from './lanes';
import { type Commit, Replica, type Stand } from './replica';

export * from './events';
export type { Commit, Judgement, Pending, Stand };

const SILENCE_MS = 45_000;
const PROBE_MS = 10_000;
const DIAL_MS = 30_000;
const STUCK_MS = 2_000;
/** A push without an answer for so long on a connection that is otherwise alive: begin again. */
const ANSWER_MS = 60_000;
const SEEN_MS = 60_000;
const STEADY_MS = 60_000;
const CREDIT = 2;
const LIMITS: Required<Limits> = { intents: 50, bytes: 61_440, inflight: 4, page: 262_144 };
const NORMAL = 1000;
const CLOSE = {
  malformed: 4400,
  blocked: 4403,
  replaced: 4409,
  upgrade: 4426,
  slowDown: 4429,
  restarting: 4503,
} as const;
const CONNECTED: ReadonlySet<Phase> = new Set(['hello', 'boot', 'catchup', 'live', 'warming']);
const READY: ReadonlySet<Phase> = new Set(['boot', 'catchup', 'live', 'warming']);

export class SyncCore {
  private phase: Phase = 'off';
  private link = 0;
  private now = 0;
  private actions: Action[] = [];
  private readonly lanes: Lanes;
  private readonly replica: Replica;
  private limits = LIMITS;
  private failures = 0;
  private nextSeq: number;
  private upgrade: { min_app: string; hard: boolean } | null = null;
  private pulling = false;
  private pullWanted = false;
  private pullAt: number | null = null;
  private dialAt: number | null = null;
  private deadline: number | null = null;
  private steadyAt: number | null = null;
  private seenAt: number | null = null;
  private lastSeen = '';
  private wakeAt: number | null = null;

  constructor(
    private readonly seed: Seed,
    private readonly random: Random,
  ) {
    this.lanes = new Lanes(random);
    this.lanes.add(seed.intents);
    this.replica = new Replica(seed.stand);
    this.nextSeq = seed.next_seq;
  }

  get state(): Phase {
    return this.phase;
  }

  /** Intents as they stand. */
  get intents(): readonly Readonly<Pending>[] {
    return this.lanes.all();
  }

  /**
   * Takes one event at `now` (milliseconds) and returns what is to be done, in order.
   */
  handle(event: Event, now: number): Action[] {
    this.now = Math.max(now, this.now);
    this.actions = [];
    if (!('link' in event) || event.link === this.link) this.dispatch(event);
    this.push();
    this.wake();
    return this.actions;
  }

  private dispatch(event: Event): void {
    switch (event.on) {
      case 'start':
      case 'signed-in':
        this.failures = 0;
        this.dial();
        return;
      case 'kick':
        this.kicked();
        return;
      case 'reachable':
        this.redialIfStuck();
        if (this.phase === 'backoff') this.dial();
        return;
      case 'stop':
        this.hangUp('off');
        return;
      case 'tick':
        // The alarm is spent; one that rang a moment early must be set again.
        this.wakeAt = null;
        this.ticked();
        return;
      case 'opened':
        this.opened(event.ticket);
        return;
      case 'closed':
        this.closed(event.code, event.reason);
        return;
      case 'ticket-refused':
        this.hangUp('auth-held');
        return;
      case 'ticket':
        this.send({ t: 'auth', ticket: event.ticket });
        return;
      case 'frame':
        this.received(event.frame);
        return;
      default:
        this.worked(event);
    }
  }

  private worked(
    event: Extract<Event, { on: 'committed' | 'commit-failed' | 'submitted' | 'removed' | 'batch-empty' | 'uploaded' }>,
  ): void {
    switch (event.on) {
      case 'committed':
        this.committed(event.n);
        return;
      case 'commit-failed':
        // Pages under way would be committed over a hole, and nothing in them tells: only a new connection is safe.
        this.replica.failed();
        this.failures = Math.max(this.failures, 4);
        this.hangUp('backoff');
        return;
      case 'submitted':
        this.lanes.add(event.intents);
        this.nextSeq = Math.max(this.nextSeq, this.lanes.owed().last_seq + 1);
        return;
      case 'removed':
        this.lanes.remove(event.ids);
        return;
      case 'batch-empty':
        this.lanes.judge(event.b, [], this.now);
        return;
      case 'uploaded':
        this.lanes.rush(event.lane);
    }
  }

  // Connection

  private dial(): void {
    if (CONNECTED.has(this.phase) || this.phase === 'dial') return;
    this.link += 1;
    this.dialAt = null;
    this.deadline = this.now + DIAL_MS;
    this.enter('dial');
    this.actions.push({ do: 'dial', link: this.link });
  }

  private opened(ticket: string): void {
    const { app, device, feat } = this.seed;
    this.enter('hello');
    this.heard();
    this.send({
      t: 'hello',
      v: [1, 1],
      app,
      device,
      ticket,
      cursor: this.replica.cursor,
      outbox: this.outbox(),
      wall: new Date(this.now).toISOString(),
      feat,
    });
  }

  /** A dial that began before the network was back may hang for long: a new one is quicker. */
  private redialIfStuck(): void {
    if (this.phase === 'dial' && this.deadline !== null && this.now > this.deadline - DIAL_MS + STUCK_MS)
      this.hangUp('backoff');
  }

  private kicked(): void {
    this.lanes.rush();
    this.redialIfStuck();
    if (!CONNECTED.has(this.phase)) {
      if (this.phase !== 'off' && !this.upgrade?.hard) this.dial();
      return;
    }
    if (this.phase === 'hello') return;
    this.send({ t: 'ping' });
    this.deadline = Math.min(this.deadline ?? Infinity, this.now + PROBE_MS);
  }

  private ticked(): void {
    const overdue = [this.deadline, this.answerDue].some((at) => at !== null && this.now >= at);
    if (overdue) {
      this.hangUp('backoff');
      return;
    }
    if (this.dialAt !== null && this.now >= this.dialAt) this.dial();
    if (this.steadyAt !== null && this.now >= this.steadyAt) {
      this.failures = 0;
      this.steadyAt = null;
    }
    if (this.pullAt !== null && this.now >= this.pullAt) this.startPull();
    if (this.seenAt !== null && this.now >= this.seenAt) this.sayWhatIsHeld();
  }

  private closed(code: number, reason: string): void {
    if (this.phase === 'off') return;
    this.judged(this.lanes.disconnected(code === CLOSE.malformed));
    if (code === CLOSE.upgrade) {
      this.upgrade ??= { min_app: '', hard: true };
      this.hangUp('upgrade-held', { told: true });
    } else if (code === CLOSE.blocked) this.hangUp('auth-held', { told: true });
    else this.hangUp('backoff', { told: true, after: this.redialAfter(code, reason) });
  }

  /** Milliseconds until the next dial; a restarting server spreads its devices itself. */
  private redialAfter(code: number, reason: string): number {
    const told = Number(reason);
    if (code === CLOSE.restarting && reason !== '' && Number.isFinite(told)) return Math.min(Math.max(told, 0), 60_000);
    if (code === CLOSE.replaced || code === CLOSE.slowDown) this.failures = Math.max(this.failures, 5);
    const after = fullJitter(this.failures, this.random);
    this.failures += 1;
    return after;
  }

  /** Leaves the connection for a hold; `told` when the other side closed it. */
  private hangUp(
    phase: 'off' | 'backoff' | 'auth-held' | 'upgrade-held',
    how: { told?: boolean; after?: number } = {},
  ): void {
    if (!how.told && (CONNECTED.has(this.phase) || this.phase === 'dial')) {
      this.actions.push({ do: 'close', link: this.link, code: NORMAL });
      this.lanes.disconnected(false);
    }
    this.link += 1;
    this.deadline = null;
    this.steadyAt = null;
    this.seenAt = null;
    this.pulling = false;
    this.pullWanted = false;
    this.pullAt = null;
    this.lastSeen = '';
    this.dialAt = phase === 'backoff' ? this.now + (how.after ?? this.redialAfter(0, '')) : null;
    this.enter(phase);
  }

  private get answerDue(): number | null {
    const since = this.lanes.waitingSince;
    return since === null ? null : since + ANSWER_MS;
  }

  private heard(): void {
    this.deadline = this.now + SILENCE_MS;
  }

  // Frames

  private received(frame: ServerFrame): void {
    this.heard();
    switch (frame.t) {
      case 'welcome':
        this.welcomed(frame);
        return;
      case 'page':
        this.paged(frame);
        return;
      case 'delta':
        this.moved(frame);
        return;
      case 'behind':
        this.fellBehind();
        return;
      case 'ack':
        this.acknowledged(frame.b, frame.r);
        return;
      case 'ping':
        this.send({ t: 'pong' });
        return;
      default:
        this.told(frame);
    }
  }

  private told(frame: Exclude<ServerFrame, { t: 'welcome' | 'page' | 'delta' | 'behind' | 'ack' | 'ping' }>): void {
    switch (frame.t) {
      case 'reset':
        this.replica.reset(frame.epoch);
        this.startPull();
        return;
      case 'revoke':
        this.revoked(frame.cases ?? []);
        return;
      case 'wait':
        this.waiting(frame);
        return;
      case 'auth-required':
        this.actions.push({ do: 'renew', link: this.link });
        return;
      case 'upgrade':
        this.upgrade = { min_app: frame.min_app, hard: frame.hard };
        if (frame.hard) this.hangUp('upgrade-held');
        else this.announce();
        return;
      case 'error':
        if (frame.code === 'unreadable-intent') this.judged(this.lanes.disconnected(true));
        else if (frame.fatal) this.hangUp('backoff');
    }
  }

  private welcomed(frame: Welcome): void {
    if (this.phase !== 'hello') return;
    this.limits = { ...LIMITS, ...frame.limits };
    this.replica.welcomed(frame.epoch);
    this.enter(frame.mode === 'warming' ? 'warming' : this.replica.isBooting ? 'boot' : 'catchup');
    this.startPull();
  }

  private startPull(): void {
    this.pullAt = null;
    if (!READY.has(this.phase)) return;
    this.pullWanted = this.replica.busy;
    if (this.pullWanted) return;
    this.replica.pulling();
    this.pulling = true;
    this.enter(this.replica.isBooting ? 'boot' : 'catchup');
    this.send({ t: 'pull', cursor: this.replica.cursor, credit: CREDIT });
  }

  private fellBehind(): void {
    if (this.pulling || this.pullAt !== null) this.pullWanted = true;
    else this.startPull();
  }

  private paged(frame: PageFrame): void {
    if (!this.pulling) return;
    const commit = this.replica.page(frame);
    if (commit) this.actions.push({ do: 'commit', commit });
    else if (!frame.more && !this.replica.busy) this.caughtUp();
  }

  private moved(frame: Extract<ServerFrame, { t: 'delta' }>): void {
    if (this.phase !== 'live') {
      this.pullWanted = true;
      return;
    }
    const commit = this.replica.delta(frame);
    if (commit === 'gap') this.startPull();
    else if (commit) this.actions.push({ do: 'commit', commit });
  }

  private committed(n: number): void {
    const commit = this.replica.committed(n);
    if (!commit) return;
    this.settle();
    if (!READY.has(this.phase)) return;
    if (this.pulling && commit.complete) this.caughtUp();
    else if (this.pulling) this.send({ t: 'credit', n: 1 });
    else if (this.pullWanted && this.pullAt === null) this.startPull();
  }

  private caughtUp(): void {
    this.pulling = false;
    if (this.pullWanted) {
      this.startPull();
      return;
    }
    this.enter('live');
    this.steadyAt = this.now + STEADY_MS;
    this.sayWhatIsHeld();
  }

  private waiting(frame: Wait): void {
    if (frame.why !== 'lagging') this.enter('warming');
    this.pulling = false;
    this.pullAt = this.now + Math.max(frame.retry_ms ?? 1000, 100);
  }

  private revoked(cases: readonly string[]): void {
    if (cases.length > 0) {
      this.replica.forget(cases);
      this.actions.push({ do: 'forget', ids: cases });
      return;
    }
    this.replica.reset('');
    this.actions.push({ do: 'forget', ids: null });
    this.hangUp('backoff');
  }

  // Outbox

  private acknowledged(b: number, verdicts: readonly Verdict[]): void {
    const { changes, auth } = this.lanes.judge(b, verdicts, this.now);
    this.judged(changes);
    this.settle();
    if (auth) this.hangUp('auth-held');
  }

  private judged(changes: readonly Judgement[]): void {
    if (changes.length > 0) this.actions.push({ do: 'judge', changes });
  }

  private settle(): void {
    const ids = this.lanes.settle((lane, pos) => this.replica.shows(lane, pos));
    if (ids.length > 0) this.actions.push({ do: 'settle', ids });
  }

  private push(): void {
    if (!READY.has(this.phase)) return;
    for (let batch = this.lanes.next(this.limits, this.now); batch; batch = this.lanes.next(this.limits, this.now)) {
      this.actions.push({ do: 'sent', ids: batch.ids });
      this.send({ t: 'push', b: batch.b, intents: batch.intents });
    }
  }

  private outbox(): Outbox {
    return { n: this.lanes.owed().n, next_seq: this.nextSeq };
  }

  private sayWhatIsHeld(): void {
    this.seenAt = this.now + SEEN_MS;
    const cursor = this.replica.cursor;
    const seen = JSON.stringify([cursor, this.outbox()]);
    if (cursor === null || seen === this.lastSeen) return;
    this.lastSeen = seen;
    this.send({ t: 'seen', cursor, outbox: this.outbox() });
  }

  // Output

  private send(frame: ClientFrame): void {
    if (CONNECTED.has(this.phase)) this.actions.push({ do: 'send', link: this.link, frame });
  }

  private enter(phase: Phase): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.announce();
  }

  private announce(): void {
    this.actions.push({ do: 'phase', phase: this.phase, upgrade: this.upgrade });
  }

  private wake(): void {
    const lane = READY.has(this.phase) ? this.lanes.wakeAt(this.now) : null;
    const instants = [this.deadline, this.answerDue, this.dialAt, this.steadyAt, this.pullAt, this.seenAt, lane].filter(
      (at) => at !== null,
    );
    const at = instants.length === 0 ? null : Math.min(...instants);
    if (at === this.wakeAt) return;
    this.wakeAt = at;
    this.actions.push({ do: 'wake', at });
  }
}
