/**
 * The device's side of `doorstep.sync.1` as a state machine without sockets, timers or storage.
 *
 * Events go in with the time, actions come out; whoever drives it carries the actions out in order and reports back:
 *
 *     OFF -> DIAL -> HELLO -> BOOT | CATCHUP -> LIVE
 *             ^                                  |         holds: AUTH_HELD, WARMING, UPGRADE_HELD, BACKOFF,
 *             +------------- BACKOFF <-----------+                ORIGIN_CHANGED, LOG_ALTERED, LEASE_EXPIRED
 *
 * In every hold but the last work can be queued, and none is charged an attempt. The connection is made and given up in
 * `connection`; rows are in `pulling`, the outbox in `offering`, and what is posted where sockets are broken by the network in
 * `polling`.
 */
import type { Random } from './backoff';
import { Connection, type Parts } from './connection';
import { Dialling } from './dialling';
import type { Action, Event, Phase, Seed } from './events';
import { Following } from './following';
import { type Judgement, Lanes, type Pending } from './lanes';
import { Lease } from './lease';
import { Line } from './line';
import { Offering } from './offering';
import { Polling } from './polling';
import { Pulling } from './pulling';
import { type Commit, Replica, type Stand } from './replica';
import { Reporting } from './reporting';
import { Transport } from './transport';

export * from './events';
export type { Commit, Judgement, Pending, Stand };

type Work = 'committed' | 'commit-failed' | 'submitted' | 'removed' | 'withheld' | 'batch-empty' | 'uploaded' | 'kept';

function partsOf(seed: Seed, random: Random): Parts {
  const line = new Line();
  const transport = new Transport();
  const lanes = new Lanes(random);
  lanes.add(seed.intents);
  const replica = new Replica(seed.stand);
  const lease = new Lease(seed.lease ?? null);
  const dialling = new Dialling(line, transport, random);
  const offering: Offering = new Offering(line, lanes, replica, transport, seed.next_seq, () => {
    following.remember();
    pulling.start();
  });
  const following = new Following(line, replica, offering);
  const reporting = new Reporting(line, replica, offering, lease);
  const pulling: Pulling = new Pulling(line, replica, transport, {
    isHeld: () => offering.inDoubt,
    settle: () => offering.settle(),
    complete: () => {
      dialling.live();
      reporting.say();
    },
  });
  const polling = new Polling(line, pulling, () => replica.busy || offering.inDoubt);
  return { line, transport, lanes, replica, lease, dialling, offering, pulling, polling, reporting, following };
}

export class SyncCore {
  private readonly parts: Parts;
  private readonly connection: Connection;
  private wakeAt: number | null = null;

  constructor(seed: Seed, random: Random) {
    this.parts = partsOf(seed, random);
    this.connection = new Connection(seed, this.parts);
  }

  get state(): Phase {
    return this.parts.line.phase;
  }

  /** Intents as they stand. */
  get intents(): readonly Readonly<Pending>[] {
    return this.parts.lanes.all();
  }

  /** Takes one event at `now` (milliseconds) and returns what is to be done, in order. */
  handle(event: Event, now: number): Action[] {
    const { line, offering, polling, transport } = this.parts;
    line.now = Math.max(now, line.now);
    line.actions = [];
    if (!('link' in event) || event.link === line.link) this.dispatch(event);
    offering.push();
    if (transport.polling) polling.post(() => this.connection.hello(''));
    this.wake();
    return line.actions;
  }

  private dispatch(event: Event): void {
    const { connection } = this;
    switch (event.on) {
      case 'start':
        connection.start();
        return;
      case 'signed-in':
        connection.signedIn();
        return;
      case 'kick':
        connection.kicked();
        return;
      case 'reachable':
        connection.reachable();
        return;
      case 'stop':
        connection.hangUp('off');
        return;
      case 'tick':
        // The alarm is spent; one that rang a moment early must be set again.
        this.wakeAt = null;
        connection.ticked();
        return;
      default:
        if ('link' in event) this.connected(event);
        else this.worked(event);
    }
  }

  private connected(event: Extract<Event, { link: number }>): void {
    const { connection, parts } = this;
    switch (event.on) {
      case 'reached':
        parts.transport.reached();
        return;
      case 'opened':
        connection.opened(event.ticket);
        return;
      case 'closed':
        connection.closed(event.code, event.reason);
        return;
      case 'ticket-refused':
        connection.hangUp('auth-held');
        return;
      case 'ticket':
        parts.offering.renewed(event.ticket);
        return;
      case 'frame':
        connection.received(event.frame);
        return;
      case 'answered':
        parts.polling.answered(event.pull);
    }
  }

  private worked(event: Extract<Event, { on: Work }>): void {
    const { lanes, line, offering, pulling } = this.parts;
    switch (event.on) {
      case 'committed':
        pulling.committed(event.n, event.digest ?? null);
        return;
      case 'commit-failed':
        this.connection.unwritten();
        return;
      case 'submitted':
        offering.submitted(event.intents);
        return;
      case 'removed':
        offering.removed(event.ids);
        return;
      case 'withheld':
        lanes.withhold(event.ids, line.now);
        return;
      case 'batch-empty':
        lanes.abandoned(event.b);
        return;
      case 'uploaded':
        lanes.rush(event.lane);
        return;
      case 'kept':
        offering.ask(event.intents);
    }
  }

  private wake(): void {
    const { line, dialling, lanes, lease, offering, pulling, reporting, transport } = this.parts;
    const instants = [
      dialling.deadline,
      offering.due,
      pulling.due,
      offering.doubtDue,
      dialling.at,
      dialling.steadyAt,
      pulling.at,
      pulling.compareAt,
      reporting.at,
      line.isReady ? lanes.wakeAt(line.now) : null,
      line.isLeased ? lease.endsAt : null,
      line.phase === 'live' ? transport.tryAt : null,
    ].filter((at) => at !== null);
    const at = instants.length === 0 ? null : Math.min(...instants);
    if (at === this.wakeAt) return;
    this.wakeAt = at;
    line.do({ do: 'wake', at });
  }
}
