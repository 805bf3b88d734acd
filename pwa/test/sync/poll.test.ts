/** Networks that let requests through and break WebSockets. */
import { describe, expect, it } from 'vitest';
import type { ClientFrame } from '../../src/protocol/generated';
import type { Action } from '../../src/sync/core';
import { NOTHING } from '../../src/sync/replica';
import { Bench, intent, page } from './bench';

const HELD = { ...NOTHING, epoch: 'e1', cursor: 'c3', to: 3, checkpoint: 3 };
const posted = (actions: Action[]): string[][] =>
  actions.flatMap((action) => (action.do === 'post' ? [action.frames.map((frame) => frame.t)] : []));
/** How it dials now, null if it does not. */
const dials = (actions: Action[]): 'socket' | 'poll' | null =>
  actions.reduce<'socket' | 'poll' | null>(
    (how, action) => (action.do === 'dial' ? (action.poll ? 'poll' : 'socket') : how),
    null,
  );
const framesOf = (actions: Action[]): ClientFrame[] =>
  actions.flatMap((action) => (action.do === 'post' ? action.frames : []));

/** A device whose sockets break although tickets are given, until it polls. */
function polling(change: ConstructorParameters<typeof Bench>[0] = {}): { bench: Bench; dialled: Action[] } {
  const bench = new Bench({ stand: HELD, ...change });
  let dialled = bench.on({ on: 'start' });
  for (let n = 0; n < 3; n += 1) {
    bench.on({ on: 'reached', link: bench.link });
    bench.drop();
    bench.now = bench.wakeAt ?? bench.now;
    dialled = bench.on({ on: 'tick' });
  }
  return { bench, dialled };
}

function answered(bench: Bench, pull = true): Action[] {
  return bench.on({ on: 'answered', link: bench.link, pull });
}

/** Greets the polling device and answers its first question for rows. */
function polled(bench: Bench): Action[] {
  bench.on({ on: 'reached', link: bench.link });
  bench.greeted();
  answered(bench, false);
  const received = bench.frame(page({ cursor: 'c9', to: 9 }));
  answered(bench);
  return bench.committing(received);
}

describe('a device whose sockets break', () => {
  it('polls after the third that broke although the server was there', () => {
    const { dialled } = polling();

    expect(dials(dialled)).toBe('poll');
  });

  it('does not when the server itself cannot be reached', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    let dialled: Action[] = [];
    for (let n = 0; n < 5; n += 1) {
      bench.drop();
      bench.now = bench.wakeAt ?? bench.now;
      dialled = bench.on({ on: 'tick' });
    }

    expect(dials(dialled)).toBe('socket');
  });

  it('does not when the server answered through the socket, whatever it said', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    let dialled: Action[] = [];
    for (let n = 0; n < 5; n += 1) {
      bench.on({ on: 'reached', link: bench.link });
      bench.drop(4503, '10');
      bench.now = bench.wakeAt ?? bench.now;
      dialled = bench.on({ on: 'tick' });
    }

    expect(dials(dialled)).toBe('socket');
  });

  it('gives a socket that opens and says nothing twenty seconds', () => {
    const bench = new Bench();
    bench.on({ on: 'start' });
    bench.on({ on: 'reached', link: 1 });
    bench.on({ on: 'opened', link: 1, ticket: 't' });
    bench.now += 20_000;

    bench.on({ on: 'tick' });

    expect(bench.core.state).toBe('backoff');
  });
});

describe('a device that polls', () => {
  it('posts a hello before whatever it says, with the cursor as it is then', () => {
    const { bench } = polling({ intents: [intent('a', 1)], feat: ['zlib'] });
    bench.on({ on: 'reached', link: bench.link });

    const hello = bench.on({ on: 'opened', link: bench.link, ticket: '' });
    bench.frame({ t: 'welcome', v: 1, epoch: 'e1', head: 9, now: '', limits: {}, mode: 'live' });
    const first = answered(bench, false);

    expect(posted(hello)).toEqual([['hello']]);
    expect(posted(first)).toEqual([['hello', 'push', 'pull']]);
    expect(framesOf(first)[0]).toMatchObject({ t: 'hello', ticket: '', cursor: 'c3', feat: [] });
  });

  it('asks on when a page is on disk, from there, and says what it holds', () => {
    const { bench } = polling();

    const next = polled(bench);

    expect(posted(next)).toEqual([['hello', 'seen', 'pull']]);
    expect(framesOf(next)).toContainEqual({ t: 'pull', cursor: 'c9', credit: 2 });
    expect(bench.core.state).toBe('live');
  });

  it('asks again at once after a long answer without news, and not before a second after one that came at once', () => {
    const { bench } = polling();
    polled(bench);

    bench.now += 25_000;
    bench.frame(page({ cursor: 'c9', to: 9 }));
    expect(posted(answered(bench))).toEqual([['hello', 'pull']]);
    bench.frame(page({ cursor: 'c9', to: 9 }));
    expect(posted(answered(bench))).toEqual([]);
    bench.now += 1_000;

    expect(posted(bench.on({ on: 'tick' }))).toEqual([['hello', 'pull']]);
  });

  it('pushes in the place of a question that waits for news, and waits for the answer to a push', () => {
    const { bench } = polling();
    polled(bench);

    const first = bench.on({ on: 'submitted', intents: [intent('a', 1)] });
    expect(posted(first)).toEqual([['hello', 'push', 'pull']]);
    expect(first).toContainEqual(expect.objectContaining({ do: 'post', instead: true }));
    expect(posted(bench.on({ on: 'submitted', intents: [intent('b', 2)] }))).toEqual([]);
    expect(posted(bench.ack([{ id: 'a', verdict: 'applied', pos: 10 }]))).toEqual([]);

    const second = answered(bench);
    expect(posted(second)).toEqual([['hello', 'push']]);
    expect(second).not.toContainEqual(expect.objectContaining({ instead: true }));
  });

  it('tests whether the server is there without waiting for news', () => {
    const { bench } = polling();
    polled(bench);

    expect(posted(bench.on({ on: 'kick' }))).toEqual([['hello', 'ping']]);
    bench.frame({ t: 'pong' });
    expect(posted(answered(bench, false))).toEqual([['hello', 'pull']]);
  });

  it('tries a socket again after five minutes, and polls on after one failure', () => {
    const { bench } = polling();
    polled(bench);
    for (let n = 0; n < 12 && bench.core.state === 'live'; n += 1) {
      bench.now += 25_000;
      bench.frame(page({ cursor: 'c9', to: 9 }));
      answered(bench);
      bench.on({ on: 'tick' });
    }
    expect(dials(bench.on({ on: 'tick' }))).toBe('socket');
    bench.on({ on: 'reached', link: bench.link });
    bench.drop();

    expect(dials(bench.on({ on: 'tick' }))).toBe('poll');
  });

  it('begins anew when rows have another shape by now', () => {
    const { bench } = polling();
    polled(bench);

    bench.frame({ t: 'welcome', v: 1, epoch: 'e2', head: 9, now: '', limits: {}, mode: 'live' });

    expect(bench.core.state).toBe('backoff');
  });
});
