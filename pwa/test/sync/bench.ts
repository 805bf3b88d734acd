/** A device's state machine on a bench, with a clock of its own and shorthands for what comes from the server. */
import type { ClientFrame, PageFrame, ServerFrame, Verdict, Welcome } from '../../src/protocol/generated';
import { type Action, type Event, type Pending, type Seed, SyncCore } from '../../src/sync/core';
import { NOTHING } from '../../src/sync/replica';

export const NOON = Date.parse('2026-11-23T04:00:00Z');
export const LIMITS = { intents: 50, bytes: 61_440, inflight: 4, page: 262_144 };

export const intent = (id: string, seq: number, change: Partial<Pending> = {}): Pending => ({
  id,
  seq,
  lane: 'lane',
  needs: [],
  body: JSON.stringify({ id, seq }),
  state: 'queued',
  pos: null,
  ...change,
});

/** A machine with a clock of its own and shorthands for what comes from the server. */
export class Bench {
  now = NOON;
  readonly core: SyncCore;
  link = 0;
  wakeAt: number | null = null;

  constructor(seed: Partial<Seed> = {}) {
    const whole: Seed = { app: '1', device: 'd', feat: [], stand: NOTHING, intents: [], next_seq: 1, ...seed };
    this.core = new SyncCore(whole, () => 0.5);
  }

  on(event: Event): Action[] {
    const actions = this.core.handle(event, this.now);
    for (const action of actions) {
      if (action.do === 'dial') this.link = action.link;
      if (action.do === 'wake') this.wakeAt = action.at;
    }
    return actions;
  }

  frame(frame: ServerFrame): Action[] {
    return this.on({ on: 'frame', link: this.link, frame });
  }

  welcome(epoch = 'e1', change: Partial<Welcome> = {}): Action[] {
    this.on({ on: 'start' });
    return this.greeted(epoch, change);
  }

  /** Opens what was dialled and is greeted by the server. */
  greeted(epoch = 'e1', change: Partial<Welcome> = {}): Action[] {
    this.on({ on: 'opened', link: this.link, ticket: 't' });
    return this.frame({ t: 'welcome', v: 1, epoch, head: 9, now: '', limits: LIMITS, mode: 'live', ...change });
  }

  live(to = 9): void {
    this.welcome();
    this.committing(this.frame(page({ cursor: `c${to}`, to, phase: 'boot' })));
  }

  /** Reports every commit among `actions` as done. */
  committing(actions: Action[], digest: string | null = null): Action[] {
    const commits = actions.flatMap((action) => (action.do === 'commit' ? [action.commit.n] : []));
    return commits.flatMap((n) => this.on({ on: 'committed', n, digest }));
  }

  ack(r: Verdict[], b = 1): Action[] {
    return this.frame({ t: 'ack', b, r });
  }

  drop(code = 1006, reason = ''): Action[] {
    return this.on({ on: 'closed', link: this.link, code, reason });
  }
}

export const page = (change: Partial<PageFrame>): ServerFrame => ({
  t: 'page',
  cursor: 'c',
  to: 0,
  rows: [],
  more: false,
  phase: 'delta',
  ...change,
});
export const sent = (actions: Action[]): ClientFrame[] =>
  actions.flatMap((action) => (action.do === 'send' ? [action.frame] : []));
export const pushed = (actions: Action[]): string[][] =>
  sent(actions).flatMap((frame) =>
    frame.t === 'push' ? [frame.intents.map(({ body }) => (JSON.parse(body) as { id: string }).id)] : [],
  );
export const settled = (actions: Action[]): string[] =>
  actions.flatMap((action) => (action.do === 'settle' ? action.ids : []));
export const judged = (actions: Action[]): [string, string][] =>
  actions.flatMap((action) =>
    action.do === 'judge' ? action.changes.map(({ id, state }): [string, string] => [id, state]) : [],
  );
