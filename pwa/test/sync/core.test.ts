import { describe, expect, it } from 'vitest';
import type { ClientFrame, ServerFrame } from '../../src/protocol/generated';
import type { Action } from '../../src/sync/core';
import { NOTHING } from '../../src/sync/replica';
import { Bench, intent, judged, LIMITS, NOON, page, pushed, sent, settled } from './bench';

describe('connecting', () => {
  it('says hello with its cursor, pulls, and is live when a page without more is on disk', () => {
    const bench = new Bench({ stand: { ...NOTHING, epoch: 'e1', cursor: 'c3', to: 3, checkpoint: 3 } });
    bench.on({ on: 'start' });

    const hello = sent(bench.on({ on: 'opened', link: 1, ticket: 'ticket' }));
    const pull = sent(bench.frame({ t: 'welcome', v: 1, epoch: 'e1', head: 5, now: '', limits: LIMITS, mode: 'live' }));
    const received = bench.frame(page({ cursor: 'c5', to: 5 }));

    expect(hello).toMatchObject([{ t: 'hello', ticket: 'ticket', cursor: 'c3' }]);
    expect(pull).toEqual([{ t: 'pull', cursor: 'c3', credit: 2 }]);
    expect(bench.core.state).toBe('catchup');
    bench.committing(received);
    expect(bench.core.state).toBe('live');
  });

  it('waits longer after each failure, up to a minute, with jitter', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    const waits = Array.from({ length: 9 }, () => {
      bench.drop();
      const wait = (bench.wakeAt ?? 0) - bench.now;
      bench.now += wait;
      bench.on({ on: 'tick' });
      return wait;
    });

    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('sets its alarm again when a timer fired before its instant', () => {
    const bench = new Bench();
    bench.live();
    bench.drop();
    const at = bench.wakeAt ?? 0;
    bench.now = at - 0.5;

    expect(bench.on({ on: 'tick' })).toEqual([{ do: 'wake', at }]);
  });

  it('dials at once when another request was answered, and only then', () => {
    const bench = new Bench();
    bench.live();
    const before = bench.on({ on: 'reachable' });
    bench.drop();

    bench.on({ on: 'reachable' });

    expect([before, bench.core.state]).toEqual([[], 'dial']);
  });

  it('gives up a dial that hangs when told that now is a good moment, but not a fresh one', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    bench.now += 1000;
    bench.on({ on: 'kick' });
    expect(bench.link).toBe(1);
    bench.now += 2000;

    bench.on({ on: 'kick' });

    expect([bench.link > 1, bench.core.state]).toEqual([true, 'dial']);
  });

  it('redials when the restarting server said', () => {
    const bench = new Bench();
    bench.live();

    bench.drop(4503, '2500');

    expect(bench.wakeAt).toBe(bench.now + 2500);
  });

  it('closes and redials when nothing was heard for 45 seconds', () => {
    const bench = new Bench();
    bench.live();
    bench.now += 45_000;

    const actions = bench.on({ on: 'tick' });

    expect(actions).toContainEqual({ do: 'close', link: 1, code: 1000 });
    expect(bench.core.state).toBe('backoff');
  });

  it('answers a ping, and that counts as hearing nothing less', () => {
    const bench = new Bench();
    bench.live();
    bench.now += 40_000;
    expect(sent(bench.frame({ t: 'ping' }))).toEqual([{ t: 'pong' }]);
    bench.now += 40_000;

    bench.on({ on: 'tick' });

    expect(bench.core.state).toBe('live');
  });

  it('tests a connection that may be dead when kicked, and gives it ten seconds', () => {
    const bench = new Bench();
    bench.live();
    expect(sent(bench.on({ on: 'kick' }))).toEqual([{ t: 'ping' }]);
    bench.now += 10_000;

    bench.on({ on: 'tick' });

    expect(bench.core.state).toBe('backoff');
  });

  it('holds when nobody is signed in, and goes on after a sign-in with nothing lost', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.on({ on: 'start' });
    bench.on({ on: 'ticket-refused', link: 1 });
    expect(bench.core.state).toBe('auth-held');

    bench.on({ on: 'signed-in' });
    bench.on({ on: 'opened', link: bench.link, ticket: 't' });
    const actions = bench.frame({ t: 'welcome', v: 1, epoch: 'e1', head: 5, now: '', limits: LIMITS, mode: 'live' });

    expect(pushed(actions)).toEqual([['a']]);
  });

  it('ignores what an earlier connection still reports', () => {
    const bench = new Bench();
    bench.live();
    bench.drop();
    bench.on({ on: 'kick' });

    const actions = bench.on({ on: 'frame', link: 1, frame: page({ cursor: 'old', to: 99 }) });

    expect(actions.filter((action) => action.do !== 'wake')).toEqual([]);
  });

  it('pushes while the server is warming and pulls again when told', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    expect(pushed(bench.welcome())).toEqual([['a']]);
    bench.frame({ t: 'wait', why: 'warming', done: 1, total: 2, retry_ms: 700 });
    expect(bench.core.state).toBe('warming');
    bench.now += 700;

    expect(sent(bench.on({ on: 'tick' }))).toEqual([{ t: 'pull', cursor: null, credit: 2 }]);
  });
});

describe('the replica', () => {
  it('gives credit for a page only when it is on disk', () => {
    const bench = new Bench();
    bench.welcome();

    const received = bench.frame(page({ cursor: 'c1', to: 1, more: true, phase: 'boot' }));

    expect(sent(received)).toEqual([]);
    expect(sent(bench.committing(received))).toEqual([{ t: 'credit', n: 1 }]);
  });

  it('boots into a shadow after a reset and swaps it at the last page', () => {
    const bench = new Bench({ stand: { ...NOTHING, epoch: 'e1', cursor: 'c3', to: 3, checkpoint: 3 } });
    bench.welcome();
    expect(sent(bench.frame({ t: 'reset', epoch: 'e2', why: 'epoch' }))).toEqual([
      { t: 'pull', cursor: null, credit: 2 },
    ]);

    const first = bench.frame(page({ cursor: 'n1', to: 1, more: true, phase: 'boot' }));
    bench.committing(first);
    const last = bench.frame(page({ cursor: 'n2', to: 2, phase: 'boot' }));

    const shapes = [...first, ...last].flatMap((action) =>
      action.do === 'commit' ? [[action.commit.start, action.commit.finish, action.commit.epoch]] : [],
    );
    expect(shapes).toEqual([
      [true, false, 'e2'],
      [false, true, 'e2'],
    ]);
  });

  it('boots anew when the epoch of the welcome is another one', () => {
    const bench = new Bench({ stand: { ...NOTHING, epoch: 'e1', cursor: 'c3', to: 3, checkpoint: 3 } });

    expect(sent(bench.welcome('e2'))).toContainEqual({ t: 'pull', cursor: null, credit: 2 });
  });

  it('drops a repeated delta and pulls over a gap', () => {
    const bench = new Bench();
    bench.live(9);
    const delta: ServerFrame = { t: 'delta', from: 9, to: 10, cursor: 'c10', rows: [] };
    bench.committing(bench.frame(delta));

    const repeated = bench.frame(delta);
    const gap = bench.frame({ t: 'delta', from: 12, to: 13, cursor: 'c13', rows: [] });

    expect(repeated.filter((action) => action.do === 'commit')).toEqual([]);
    expect(sent(gap)).toEqual([{ t: 'pull', cursor: 'c10', credit: 2 }]);
  });

  it('pulls when it has fallen behind, and once more if that happened during a pull', () => {
    const bench = new Bench();
    bench.live(9);
    expect(sent(bench.frame({ t: 'behind', head: 20 }))).toEqual([{ t: 'pull', cursor: 'c9', credit: 2 }]);
    bench.frame({ t: 'behind', head: 25 });

    const actions = bench.committing(bench.frame(page({ cursor: 'c20', to: 20 })));

    expect(sent(actions)).toEqual([{ t: 'pull', cursor: 'c20', credit: 2 }]);
  });

  it('hangs up when a page cannot be written, since the next would leave a hole', () => {
    const bench = new Bench();
    bench.welcome();
    bench.frame(page({ cursor: 'c1', to: 1, more: true, phase: 'boot' }));

    bench.on({ on: 'commit-failed' });

    expect(bench.core.state).toBe('backoff');
  });

  it('forgets revoked cases at once', () => {
    const bench = new Bench();
    bench.live();

    expect(bench.frame({ t: 'revoke', cases: ['x'] })).toContainEqual({ do: 'forget', ids: ['x'] });
  });
});

describe('the outbox', () => {
  it('sends lanes in order of their acts and stops only the lane that waits', () => {
    const bench = new Bench({
      intents: [intent('a1', 1, { lane: 'a' }), intent('a2', 2, { lane: 'a' }), intent('b1', 3, { lane: 'b' })],
    });
    expect(pushed(bench.welcome())).toEqual([['a1', 'a2', 'b1']]);

    const actions = bench.ack([
      { id: 'a1', verdict: 'retry', code: 'busy', retry_ms: 5000 },
      { id: 'a2', verdict: 'held', code: 'after-pending' },
      { id: 'b1', verdict: 'applied', pos: 3 },
    ]);
    const early = bench.on({ on: 'submitted', intents: [intent('b2', 4, { lane: 'b' })] });
    bench.now += 5000;

    expect(judged(actions)).toEqual([
      ['a1', 'queued'],
      ['a2', 'held'],
      ['b1', 'applied'],
    ]);
    expect(pushed(early)).toEqual([['b2']]);
    expect(pushed(bench.on({ on: 'tick' }))).toEqual([['a1', 'a2']]);
  });

  it('keeps at most four batches under way', () => {
    const intents = Array.from({ length: 12 }, (_, at) => intent(`i${at}`, at + 1, { lane: `l${at}` }));
    const bench = new Bench({ intents });
    bench.on({ on: 'start' });
    bench.on({ on: 'opened', link: 1, ticket: 't' });

    const first = bench.frame({
      t: 'welcome',
      v: 1,
      epoch: 'e1',
      head: 0,
      now: '',
      limits: { ...LIMITS, intents: 2 },
      mode: 'live',
    });
    const next = bench.ack([
      { id: 'i0', verdict: 'applied', pos: 1 },
      { id: 'i1', verdict: 'applied', pos: 2 },
    ]);

    expect(pushed(first)).toHaveLength(4);
    expect(pushed(next)).toEqual([['i8', 'i9']]);
  });

  it('keeps a batch within the bytes the server takes', () => {
    const body = (id: string): string => JSON.stringify({ id, text: '房'.repeat(10_000) });
    const intents = ['a', 'b', 'c'].map((id, at) => intent(id, at + 1, { lane: id, body: body(id) }));

    expect(pushed(new Bench({ intents }).welcome())).toEqual([['a', 'b'], ['c']]);
  });

  it('pushes again, with the same id, what was sent and not answered', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.live();
    bench.drop();
    bench.on({ on: 'kick' });
    bench.on({ on: 'opened', link: bench.link, ticket: 't' });

    const actions = bench.frame({ t: 'welcome', v: 1, epoch: 'e1', head: 5, now: '', limits: LIMITS, mode: 'live' });

    expect(pushed(actions)).toEqual([['a']]);
    expect(judged(bench.ack([{ id: 'a', verdict: 'duplicate', pos: 4 }], 2))).toEqual([['a', 'applied']]);
  });

  it('begins again when a push stays without an answer on a living connection', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.live();
    for (const seconds of [20, 40, 60]) {
      bench.now = NOON + seconds * 1000;
      bench.frame({ t: 'ping' });
      bench.on({ on: 'tick' });
    }

    expect(bench.core.state).toBe('backoff');
  });

  it('lets a set-aside act stop only those that need it', () => {
    const bench = new Bench({
      intents: [intent('a', 1, { state: 'quarantined' }), intent('needs-a', 2, { needs: ['a'] }), intent('c', 3)],
    });

    expect(pushed(bench.welcome())).toEqual([['c']]);
  });

  it('holds everything and charges nothing when the sign-in has ended', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.welcome();

    const actions = bench.ack([{ id: 'a', verdict: 'auth', code: 'expired' }]);

    expect(judged(actions)).toEqual([['a', 'queued']]);
    expect(bench.core.state).toBe('auth-held');
  });

  it('offers a held act again as soon as its photographs have arrived', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.welcome();
    bench.ack([{ id: 'a', verdict: 'held', code: 'file-missing' }]);

    expect(pushed(bench.on({ on: 'uploaded', lane: 'lane' }))).toEqual([['a']]);
  });

  it('finds the act that closes the connection as malformed, sends the others and asks for it', () => {
    const bench = new Bench({ intents: ['a', 'bad', 'c'].map((id, at) => intent(id, at + 1, { lane: id })) });
    const answered: string[] = [];
    let asked: ClientFrame[] = [];
    for (let round = 0; round < 12 && answered.length + asked.length < 3; round += 1) {
      const actions = round === 0 ? bench.welcome() : reconnect(bench);
      asked = sent(actions).filter((frame) => frame.t === 'ask');
      let batches = pushed(actions);
      while (batches.length > 0 && !batches.flat().includes('bad')) {
        const ids = batches.flat();
        answered.push(...ids);
        batches = pushed(
          bench.ack(
            ids.map((id) => ({ id, verdict: 'applied', pos: 1 })),
            round + answered.length,
          ),
        );
      }
      if (asked.length === 0) bench.drop(4400);
    }

    expect(answered).toEqual(['a', 'c']);
    expect(asked).toEqual([{ t: 'ask', ids: ['bad'] }]);
    expect(judged(bench.ack([], 0))).toEqual([['bad', 'quarantined']]);
  });
});

function reconnect(bench: Bench): Action[] {
  bench.on({ on: 'kick' });
  bench.on({ on: 'opened', link: bench.link, ticket: 't' });
  return bench.frame({ t: 'welcome', v: 1, epoch: 'e1', head: 5, now: '', limits: LIMITS, mode: 'live' });
}

describe('settling', () => {
  const row = (pos: number) => ({ id: 'lane', kind: 'status', pos, body: null });

  it('drops an applied act when its row has arrived at its position, not before', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.live(9);
    expect(settled(bench.ack([{ id: 'a', verdict: 'applied', pos: 12 }]))).toEqual([]);

    const early = bench.committing(bench.frame({ t: 'delta', from: 9, to: 11, cursor: 'c11', rows: [row(11)] }));
    const there = bench.committing(bench.frame({ t: 'delta', from: 11, to: 12, cursor: 'c12', rows: [row(12)] }));

    expect([settled(early), settled(there)]).toEqual([[], ['a']]);
  });

  it('drops it at once when the row was there before the answer', () => {
    const bench = new Bench({ intents: [intent('a', 1)] });
    bench.live(9);
    bench.committing(bench.frame({ t: 'delta', from: 9, to: 12, cursor: 'c12', rows: [row(12)] }));

    expect(settled(bench.ack([{ id: 'a', verdict: 'applied', pos: 12 }]))).toEqual(['a']);
  });

  it('does not take a page with more to come for a checkpoint', () => {
    const bench = new Bench({ intents: [intent('a', 1, { state: 'applied', pos: 5 })] });
    bench.welcome();

    const part = bench.committing(bench.frame(page({ cursor: 'c7', to: 7, more: true, phase: 'boot' })));
    const whole = bench.committing(bench.frame(page({ cursor: 'c8', to: 8, phase: 'boot' })));

    expect([settled(part), settled(whole)]).toEqual([[], ['a']]);
  });

  it('tells what it holds at a checkpoint, and again after a minute only if that has changed', () => {
    const bench = new Bench();
    bench.welcome();
    const checkpoint = sent(bench.committing(bench.frame(page({ cursor: 'c9', to: 9, phase: 'boot' }))));
    bench.now += 30_000;
    bench.frame({ t: 'ping' });
    bench.now += 30_000;

    expect(checkpoint).toEqual([{ t: 'seen', cursor: 'c9', outbox: { n: 0, next_seq: 1 } }]);
    expect(sent(bench.on({ on: 'tick' }))).toEqual([]);
  });
});
