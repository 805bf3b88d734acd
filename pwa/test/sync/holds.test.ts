/** What stops a device, what it says meanwhile, and what heals it. */
import { describe, expect, it } from 'vitest';
import type { Action, Phase } from '../../src/sync/core';
import { NOTHING } from '../../src/sync/replica';
import { Bench, intent, judged, NOON, page, pushed, sent } from './bench';

const HOUR = 3_600_000;
const SERVER_NOW = '2026-11-23T05:00:00Z';
const NEVER_HELD = { ...NOTHING, epoch: 'e1', cursor: 'c3', to: 3, checkpoint: 3 };
const does = (actions: Action[], what: Action['do']): Action[] => actions.filter((action) => action.do === what);
const asked = (actions: Action[]): string[][] =>
  sent(actions).flatMap((frame) => (frame.t === 'ask' ? [frame.ids] : []));

describe('the lease', () => {
  const leased = (lease: number): Bench => new Bench({ lease, stand: NEVER_HELD, intents: [intent('a', 1)] });

  it('that is over is not dialled with; a sign-in by the same person renews it and lets the outbox go', () => {
    const bench = leased(NOON);
    expect(bench.on({ on: 'start' }).map((action) => action.do)).toEqual(['phase']);
    bench.on({ on: 'kick' });
    bench.on({ on: 'reachable' });
    expect(bench.core.state).toBe('lease-expired');

    bench.on({ on: 'signed-in' });
    const actions = bench.greeted('e1', { now: SERVER_NOW, lease_until: '2026-11-26T05:00:00Z' });

    expect(does(actions, 'lease')).toEqual([{ do: 'lease', until: NOON + 72 * HOUR }]);
    expect(pushed(actions)).toEqual([['a']]);
  });

  it('that runs out without a signal ends the tries to dial', () => {
    const bench = leased(NOON + HOUR);
    bench.on({ on: 'start' });
    bench.drop();
    bench.now = NOON + HOUR;

    bench.on({ on: 'tick' });

    expect(bench.core.state).toBe('lease-expired');
    bench.now += HOUR;
    expect(bench.on({ on: 'tick' })).toEqual([]);
  });

  it('runs from the last time the server was heard, by the device’s own clock whatever that shows', () => {
    const bench = new Bench({ stand: NEVER_HELD });
    bench.welcome('e1', { now: SERVER_NOW, lease_until: '2026-11-23T06:00:00Z' });
    bench.committing(bench.frame(page({ cursor: 'c9', to: 9 })));
    bench.now += 60_000;
    bench.frame({ t: 'ping' });

    expect(does(bench.on({ on: 'tick' }), 'lease')).toEqual([{ do: 'lease', until: NOON + 60_000 + HOUR }]);
  });

  it('is none for residents', () => {
    const bench = new Bench();

    expect(does(bench.welcome('e1', { now: SERVER_NOW, lease_until: null }), 'lease')).toEqual([]);
  });
});

describe('the log', () => {
  const known = { ...NEVER_HELD, origin: 'before' };

  it('that is another one for no reason that it gives gets nothing of the outbox', () => {
    const bench = new Bench({ stand: known, intents: [intent('a', 1)] });

    const actions = bench.welcome('e9', { origin: 'other' });
    bench.on({ on: 'kick' });

    expect([pushed(actions), bench.core.state]).toEqual([[], 'origin-changed']);
    expect(bench.core.intents.map(({ state }) => state)).toEqual(['queued']);
  });

  it('that was restored from another backup than ours is not taken either', () => {
    const bench = new Bench({ stand: known });

    bench.welcome('e9', { origin: 'other', restored: { origin: 'elsewhere', size: 7 } });

    expect(bench.core.state).toBe('origin-changed');
  });

  it('that was restored from ours is asked for what it should know, and gets again what it has lost, in order', () => {
    const bench = new Bench({ stand: known, intents: [intent('new', 9)] });
    const welcomed = bench.welcome('e2', { origin: 'after', restored: { origin: 'before', size: 5 } });
    expect(does(welcomed, 'reoffer')).toHaveLength(1);
    expect(pushed(welcomed)).toEqual([]);

    const kept = ['lost', 'there'].map((id, at) => intent(id, at + 1, { lane: id, state: 'applied', pos: 4 }));
    const asking = bench.on({ on: 'kept', intents: kept });
    const answered = bench.ack([{ id: 'there', verdict: 'duplicate', pos: 4 }], 0);

    expect(asked(asking)).toEqual([['lost', 'there']]);
    expect(judged(answered)).toEqual([['lost', 'queued']]);
    expect(pushed(answered)).toEqual([['lost', 'new']]);
  });

  it('is asked for at most 200 at a time, and nothing is pushed before the last answer', () => {
    const bench = new Bench({ stand: known, intents: [intent('new', 999)] });
    bench.welcome('e2', { origin: 'after', restored: { origin: 'before', size: 5 } });
    const kept = Array.from({ length: 250 }, (_, at) => intent(`k${at}`, at + 1, { state: 'applied', pos: 4 }));

    const frames = asked(bench.on({ on: 'kept', intents: kept }));
    const all = (ids: string[] = []) => ids.map((id) => ({ id, verdict: 'duplicate' as const, pos: 4 }));

    expect(frames.map(({ length }) => length)).toEqual([200, 50]);
    expect(pushed(bench.ack(all(frames[0]), 0))).toEqual([]);
    expect(pushed(bench.ack(all(frames[1]), 0))).toEqual([['new']]);
  });

  it('counts as known only when all is answered: a device that is cut off before asks again', () => {
    const bench = new Bench({ stand: known });
    bench.welcome('e2', { origin: 'after', restored: { origin: 'before', size: 5 } });
    bench.drop();
    bench.on({ on: 'kick' });

    const again = bench.greeted('e2', { origin: 'after', restored: { origin: 'before', size: 5 } });
    expect(does(again, 'reoffer')).toHaveLength(1);
    expect(sent(again).filter(({ t }) => t === 'pull')).toEqual([]);
    const asked = bench.on({ on: 'kept', intents: [] });

    expect(asked).toContainEqual({ do: 'origin', origin: 'after' });
    expect(sent(asked)).toEqual([{ t: 'pull', cursor: null, credit: 2 }]);
  });
});

describe('the digest', () => {
  const checkpoint = (bench: Bench, to: number, digest: string, held: string): Action[] =>
    bench.committing(bench.frame(page({ cursor: `c${to}`, to, phase: 'boot', digest })), held);

  it('that differs makes the device boot again, three times an hour; one that still differs stays', () => {
    const bench = new Bench();
    bench.welcome();

    const boots = [1, 2, 3].map((n) => sent(checkpoint(bench, n, '2-aa', '2-bb')));
    const fourth = checkpoint(bench, 4, '2-aa', '3-cc');

    expect(boots).toEqual(Array.from({ length: 3 }, () => [{ t: 'pull', cursor: null, credit: 2 }]));
    expect(sent(fourth)).toEqual([{ t: 'seen', cursor: 'c4', outbox: { n: 0, next_seq: 1 } }]);
    expect([bench.core.state, bench.wakeAt]).toEqual(['live', bench.now + 45_000]);
  });

  it('of rows that have not moved is compared too', () => {
    const bench = new Bench();
    bench.welcome();
    checkpoint(bench, 4, '2-aa', '2-aa');
    bench.frame({ t: 'behind', head: 4 });

    expect(sent(bench.frame(page({ cursor: 'c4', to: 4, digest: '2-bb' })))).toEqual([
      { t: 'pull', cursor: null, credit: 2 },
    ]);
  });

  it('that matches again lets a later difference be mended again', () => {
    const bench = new Bench();
    bench.welcome();
    checkpoint(bench, 4, '2-aa', '2-bb');
    checkpoint(bench, 5, '2-aa', '2-aa');
    bench.frame({ t: 'behind', head: 6 });

    expect(sent(checkpoint(bench, 6, '2-dd', '2-ee'))).toEqual([{ t: 'pull', cursor: null, credit: 2 }]);
  });
});

describe('a server that says that the rows differ', () => {
  const reset = { t: 'reset', epoch: 'e1', why: 'digest' } as const;
  const minute = (bench: Bench): Action[] => {
    bench.now += 60_000;
    bench.frame({ t: 'ping' });
    return bench.on({ on: 'tick' });
  };
  const seen = (actions: Action[]): (string | undefined)[] =>
    sent(actions).flatMap((frame) => (frame.t === 'seen' ? [frame.digest ?? 'none'] : []));
  const booted = (): Bench => {
    const bench = new Bench();
    bench.welcome();
    bench.committing(bench.frame(page({ cursor: 'c4', to: 4, phase: 'boot', digest: '2-aa' })), '2-aa');
    return bench;
  };

  it('is answered by three boots an hour, and is not told the digest when they are spent', () => {
    const bench = booted();

    for (const n of [5, 6, 7]) {
      expect(sent(bench.frame(reset))).toEqual([{ t: 'pull', cursor: null, credit: 2 }]);
      const there = bench.frame(page({ cursor: `c${n}`, to: n, phase: 'boot', digest: '2-cc' }));
      expect(seen(bench.committing(there, '2-cc'))).toEqual([n < 7 ? '2-cc' : 'none']);
    }
    expect(sent(bench.frame(reset))).toEqual([{ t: 'pull', cursor: 'c7', credit: 2 }]);
    bench.committing(bench.frame(page({ cursor: 'c8', to: 8 })), '2-dd');
    expect(bench.core.state).toBe('live');
  });

  it('is asked again when an hour is over', () => {
    const bench = booted();
    for (const n of [5, 6, 7]) {
      bench.frame(reset);
      bench.committing(bench.frame(page({ cursor: `c${n}`, to: n, phase: 'boot', digest: '2-aa' })), '2-cc');
    }

    const pulls = Array.from({ length: 60 }, () => sent(minute(bench)).filter(({ t }) => t === 'pull'));

    expect(pulls.slice(0, 59).flat()).toEqual([]);
    expect(pulls[59]).toEqual([{ t: 'pull', cursor: 'c7', credit: 2 }]);
  });
});

describe('a boot that was interrupted', () => {
  it('after its last rows ends with the page that only says so', () => {
    const bench = new Bench({ stand: { ...NOTHING, epoch: 'e1', cursor: 'c4', to: 4, booting: true } });
    bench.welcome();

    const actions = bench.frame(page({ cursor: 'c4', to: 4, phase: 'boot' }));

    expect(does(actions, 'commit')).toMatchObject([{ commit: { finish: true, complete: true } }]);
    bench.committing(actions);
    expect(bench.core.state).toBe('live');
  });
});

describe('rights that have ended', () => {
  it('take every row and begin anew on the same connection; the outbox is offered all the same', () => {
    const bench = new Bench({ stand: NEVER_HELD, intents: [intent('a', 1, { state: 'held' })] });
    bench.welcome();

    const actions = bench.frame({ t: 'revoke', cases: [], wipe: true });

    expect(does(actions, 'forget')).toEqual([{ do: 'forget', ids: null }]);
    expect(sent(actions)).toEqual([]);
    expect(sent(bench.frame({ t: 'reset', epoch: 'e1', why: 'scopes' }))).toEqual([
      { t: 'pull', cursor: null, credit: 2 },
    ]);
    expect(bench.core.intents).toHaveLength(1);
  });

  it('of the device itself take what was not handed in as well, and end the connection', () => {
    const bench = new Bench({ stand: NEVER_HELD, intents: [intent('a', 1)] });
    bench.live();

    const actions = bench.drop(4403);

    expect(actions.map((action) => action.do)).toEqual(expect.arrayContaining(['forget', 'blocked']));
    expect([bench.core.state, bench.core.intents.length]).toEqual(['auth-held', 1]);
  });
});

describe('a sign-in that ends', () => {
  it('is renewed on the same connection; what was pushed before is offered again, not refused', () => {
    const bench = new Bench({ stand: NEVER_HELD, intents: [intent('a', 1)] });
    bench.live();
    expect(does(bench.frame({ t: 'auth-required', why: 'expired', grace_ms: 120_000 }), 'renew')).toHaveLength(1);
    expect(pushed(bench.on({ on: 'submitted', intents: [intent('b', 2, { lane: 'b' })] }))).toEqual([]);

    const renewed = bench.on({ on: 'ticket', link: 1, ticket: 'fresh' });
    const late = bench.ack([{ id: 'a', verdict: 'auth', code: 'expired' }]);

    expect(sent(renewed)[0]).toEqual({ t: 'auth', ticket: 'fresh' });
    expect(pushed(renewed)).toEqual([['b']]);
    expect(pushed(late)).toEqual([['a']]);
    expect(bench.core.state).toBe('live');
  });

  it('and that nobody renews holds the outbox', () => {
    const bench = new Bench({ stand: NEVER_HELD, intents: [intent('a', 1)] });
    bench.live();
    bench.frame({ t: 'auth-required', why: 'expired', grace_ms: 120_000 });

    bench.on({ on: 'ticket-refused', link: 1 });

    expect([bench.core.state, bench.core.intents[0]?.state]).toEqual(['auth-held', 'sent']);
  });
});

describe('a newer app', () => {
  const told = (actions: Action[]): [Phase, string | null | undefined][] =>
    actions.flatMap((action) => (action.do === 'phase' ? [[action.phase, action.upgrade?.by]] : []));

  it('that is wanted soon is told with its day, and work goes on', () => {
    const bench = new Bench();
    bench.live();

    const actions = bench.frame({ t: 'upgrade', min_app: '9', by: '2026-12-01T00:00:00Z', hard: false });

    expect(told(actions)).toEqual([['live', '2026-12-01T00:00:00Z']]);
  });

  it('that is wanted now ends the connection and keeps the outbox', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.on({ on: 'start' });
    bench.on({ on: 'opened', link: 1, ticket: 't' });
    bench.frame({ t: 'upgrade', min_app: '9', hard: true });
    bench.on({ on: 'kick' });

    expect([bench.core.state, bench.core.intents[0]?.state]).toEqual(['upgrade-held', 'queued']);
  });
});

describe('a server that cannot give rows yet', () => {
  it('is asked again when it said, and takes acts meanwhile', () => {
    const bench = new Bench({ stand: NEVER_HELD });
    bench.welcome();

    bench.frame({ t: 'wait', why: 'lagging', retry_ms: 900 });
    expect(bench.core.state).toBe('catchup');
    expect(pushed(bench.on({ on: 'submitted', intents: [intent('a', 1)] }))).toEqual([['a']]);
    bench.now += 900;

    expect(sent(bench.on({ on: 'tick' }))).toEqual([{ t: 'pull', cursor: 'c3', credit: 2 }]);
  });

  it('and then says nothing for a minute is left', () => {
    const bench = new Bench({ stand: NEVER_HELD });
    bench.welcome();
    for (const seconds of [20, 40, 60]) {
      bench.now = NOON + seconds * 1000;
      bench.frame({ t: 'ping' });
      bench.on({ on: 'tick' });
    }

    expect(bench.core.state).toBe('backoff');
  });

  it('that lost its welcome is not waited for as long as it pings', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    bench.on({ on: 'opened', link: 1, ticket: 't' });
    bench.now += 44_000;
    bench.frame({ t: 'ping' });
    bench.now += 1_000;

    bench.on({ on: 'tick' });

    expect(bench.core.state).toBe('backoff');
  });
});
