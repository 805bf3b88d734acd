/**
 * The connection: made, greeted, kept, and given up for a hold (protocol, "How a connection ends"). Each has a number (`link`);
 * whatever an earlier one still reports is ignored.
 */
import type { ClientFrame, ServerFrame, Welcome } from '../protocol/generated';
import type { Dialling } from './dialling';
import type { Phase, Seed } from './events';
import type { Following } from './following';
import type { Lanes } from './lanes';
import type { Lease } from './lease';
import type { Line } from './line';
import type { Offering } from './offering';
import type { Polling } from './polling';
import type { Pulling } from './pulling';
import type { Replica } from './replica';
import type { Reporting } from './reporting';
import type { Transport } from './transport';

const NORMAL = 1000;
const CLOSE = { malformed: 4400, blocked: 4403, upgrade: 4426 } as const;
const UNWRITTEN_FAILURES = 4;

type Hold = Extract<
  Phase,
  'off' | 'backoff' | 'auth-held' | 'upgrade-held' | 'lease-expired' | 'origin-changed' | 'log-altered'
>;

/** What a device is made of. */
export interface Parts {
  line: Line;
  transport: Transport;
  lanes: Lanes;
  replica: Replica;
  lease: Lease;
  dialling: Dialling;
  offering: Offering;
  pulling: Pulling;
  polling: Polling;
  reporting: Reporting;
  following: Following;
}

export class Connection {
  constructor(
    private readonly seed: Seed,
    private readonly parts: Parts,
  ) {}

  /** The app was opened. */
  start(): void {
    const { dialling, lease, line } = this.parts;
    dialling.forgetFailures();
    if (lease.isOver(line.now)) line.enter('lease-expired');
    else this.dial();
  }

  signedIn(): void {
    this.parts.dialling.forgetFailures();
    this.dial();
  }

  /** The server has just answered another request. */
  reachable(): void {
    const { dialling, line } = this.parts;
    if (dialling.isStuck) this.hangUp('backoff');
    if (line.phase === 'backoff') this.dial();
  }

  opened(ticket: string): void {
    const { dialling, line } = this.parts;
    line.enter('hello');
    dialling.opened();
    line.send(this.hello(ticket));
  }

  /** Rows could not be written: pages under way would be committed over a hole, and nothing in them tells. */
  unwritten(): void {
    this.parts.replica.failed();
    this.parts.dialling.failedAtLeast(UNWRITTEN_FAILURES);
    this.hangUp('backoff');
  }

  private dial(): void {
    if (!this.parts.line.isConnected && this.parts.line.phase !== 'dial') this.parts.dialling.begin();
  }

  hello(ticket: string): ClientFrame {
    const { app, schema = 1, device } = this.seed;
    // An answer to a post is one JSON text.
    const feat = this.parts.transport.polling ? [] : this.seed.feat;
    const wall = new Date(this.parts.line.now).toISOString();
    const cursor = this.parts.replica.shownCursor;
    const { origin, size, root } = this.parts.replica.tree ?? {};
    const tree = origin === undefined ? null : { origin, size: size ?? 0, root: root ?? '' };
    const outbox = this.parts.offering.owed;
    return { t: 'hello', v: [1, 1], app, schema, device, ticket, cursor, tree, outbox, wall, feat };
  }

  kicked(): void {
    const { line } = this.parts;
    this.parts.lanes.rush();
    if (this.parts.dialling.isStuck) this.hangUp('backoff');
    if (!line.isConnected) {
      if (line.phase !== 'off' && !line.isShut && !line.upgrade?.hard) this.dial();
      return;
    }
    if (line.phase === 'hello') return;
    line.send({ t: 'ping' });
    this.parts.dialling.probe();
  }

  ticked(): void {
    const { line, dialling, offering, pulling } = this.parts;
    if (this.parts.lease.isOver(line.now) && line.isLeased) {
      this.hangUp('lease-expired');
      return;
    }
    if ([dialling.deadline, offering.due, pulling.due, offering.doubtDue].some((at) => line.isDue(at))) {
      this.noteBroken(0);
      this.hangUp('backoff');
      return;
    }
    if (this.socketDue) {
      this.hangUp('backoff', { after: 0 });
      return;
    }
    if (line.isDue(dialling.at)) this.dial();
    dialling.ticked();
    pulling.ticked();
    if (line.isDue(this.parts.reporting.at)) {
      this.parts.reporting.say();
      // The effect of an act may show in no row of this person's; only a checkpoint tells then that it is done.
      if (this.parts.lanes.unsettled && !pulling.isOpen && pulling.at === null) pulling.start();
    }
  }

  closed(code: number, reason: string): void {
    const { line } = this.parts;
    if (line.phase === 'off') return;
    this.parts.lanes.disconnected(code === CLOSE.malformed);
    if (code === CLOSE.upgrade) {
      line.upgrade ??= { min_app: '', hard: true, by: null };
      this.hangUp('upgrade-held', { told: true });
    } else if (code === CLOSE.blocked) this.blocked();
    else if (this.noteBroken(code)) this.hangUp('backoff', { told: true, after: 0 });
    else this.hangUp('backoff', { told: true, after: this.parts.dialling.after(code, reason) });
  }

  blocked(): void {
    this.parts.replica.wipe();
    this.parts.line.do({ do: 'forget', ids: null }, { do: 'blocked' });
    this.hangUp('auth-held', { told: true });
  }

  /** A socket that ended before its welcome; returns whether to poll from now on. */
  private noteBroken(code: number): boolean {
    const early = this.parts.line.phase === 'dial' || this.parts.line.phase === 'hello';
    return early && this.parts.transport.brokeEarly(code, this.parts.line.now);
  }

  /** Polling goes well, and it is time to see whether a socket can be opened by now. */
  private get socketDue(): boolean {
    const isQuiet = this.parts.line.phase === 'live' && this.parts.lanes.waitingSince === null;
    return this.parts.line.isDue(this.parts.transport.tryAt) && isQuiet;
  }

  /** Leaves the connection for a hold; `told` when the other side closed it. */
  hangUp(wanted: Hold, how: { told?: boolean; after?: number } = {}): void {
    const { line } = this.parts;
    const phase = wanted === 'backoff' && this.parts.lease.isOver(line.now) ? 'lease-expired' : wanted;
    if (!how.told && (line.isConnected || line.phase === 'dial')) {
      line.do({ do: 'close', link: line.link, code: NORMAL });
      this.parts.lanes.disconnected(false);
    }
    line.link += 1;
    this.parts.pulling.end();
    this.parts.polling.end();
    this.parts.offering.end();
    this.parts.reporting.end();
    this.parts.dialling.end(phase === 'backoff' ? (how.after ?? this.parts.dialling.after(0, '')) : null);
    line.enter(phase);
  }

  // Frames

  received(frame: ServerFrame): void {
    // A welcome that was lost must not be waited for as long as the server pings.
    if (this.parts.line.phase !== 'hello' || frame.t === 'welcome') this.parts.dialling.heard();
    switch (frame.t) {
      case 'welcome':
        this.welcomed(frame);
        return;
      case 'page':
        this.parts.pulling.paged(frame);
        return;
      case 'delta':
        this.parts.pulling.moved(frame);
        return;
      case 'behind':
        this.parts.pulling.fellBehind();
        return;
      case 'ack':
        if (this.parts.offering.acknowledged(frame.b, frame.r)) this.hangUp('auth-held');
        return;
      case 'ping':
        this.parts.line.send({ t: 'pong' });
        return;
      default:
        this.told(frame);
    }
  }

  private told(frame: Exclude<ServerFrame, { t: 'welcome' | 'page' | 'delta' | 'behind' | 'ack' | 'ping' }>): void {
    switch (frame.t) {
      case 'reset':
        this.parts.pulling.reset(frame);
        return;
      case 'revoke':
        this.parts.pulling.revoked(frame);
        return;
      case 'wait':
        this.parts.pulling.waits(frame);
        return;
      case 'auth-required':
        this.parts.offering.mustRenew();
        return;
      case 'upgrade':
        this.parts.line.upgrade = { min_app: frame.min_app, hard: frame.hard, by: frame.by ?? null };
        if (frame.hard) this.hangUp('upgrade-held');
        else this.parts.line.announce();
        return;
      case 'error':
        // An unreadable intent is left out of the answer to its push, which tells which one it was.
        if (frame.fatal && frame.code === 'blocked') this.blocked();
        else if (frame.fatal) this.hangUp('backoff');
    }
  }

  private welcomed(frame: Welcome): void {
    const { line, replica } = this.parts;
    if (line.phase !== 'hello') {
      if (this.parts.transport.polling && line.isReady && !replica.continues(frame.epoch))
        this.hangUp('backoff', { after: 0 });
      return;
    }
    this.parts.transport.welcomed();
    const altered = this.parts.following.judge(frame);
    if (altered !== null) {
      this.hangUp(altered);
      return;
    }
    if (this.parts.lease.named(frame.lease_until, frame.now, line.now)) this.parts.reporting.tellLease();
    this.parts.offering.limitedTo(frame.limits);
    replica.welcomed(frame.epoch);
    line.enter(frame.mode === 'warming' ? 'warming' : replica.isBooting ? 'boot' : 'catchup');
    this.parts.pulling.start();
  }
}
