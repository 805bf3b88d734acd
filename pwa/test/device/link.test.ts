import { expect, it } from 'vitest';
import { Link, type LinkIo, type Socket } from '../../src/device/link';
import { SyncCore } from '../../src/sync/core';
import { NOTHING } from '../../src/sync/replica';

const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const done = (): Promise<void> => Promise.resolve();

/** A link whose tickets are given by hand. */
function bench(change: Partial<LinkIo> = {}) {
  const tickets: ((ticket: string | null) => void)[] = [];
  const sockets: (Socket & { closed: boolean; sent: string[] })[] = [];
  const clock = { now: 0 };
  const core = new SyncCore({ app: '1', device: 'd', feat: [], stand: NOTHING, intents: [], next_seq: 1 }, () => 0.5);
  const link = new Link(core, {
    ticket: () => new Promise((resolve) => tickets.push(resolve)),
    connect: () => {
      const socket = {
        binaryType: '',
        onopen: null,
        onmessage: null,
        onclose: null,
        closed: false,
        sent: [] as string[],
        send: (text: string) => socket.sent.push(text),
        close: () => {
          socket.closed = true;
        },
      };
      sockets.push(socket as unknown as (typeof sockets)[number]);
      return socket as unknown as Socket;
    },
    inflate: () => Promise.reject(new Error('none')),
    now: () => clock.now,
    setTimer: () => null,
    clearTimer: () => undefined,
    post: () => Promise.resolve({ code: 1006, reason: '' }),
    isOvertaken: () => Promise.resolve(false),
    commit: () => Promise.resolve(null),
    forget: done,
    markSent: () => Promise.resolve({ gone: [], changed: [] }),
    judge: done,
    settle: done,
    kept: () => Promise.resolve([]),
    follow: done,
    remember: done,
    lease: done,
    blocked: done,
    welcomed: () => undefined,
    waiting: () => undefined,
    contact: () => undefined,
    phase: () => undefined,
    rows: () => undefined,
    notSigned: () => undefined,
    outbox: () => undefined,
    ...change,
  });
  return { link, core, tickets, sockets, clock };
}

it('says nothing of rows that another tab has written over', async () => {
  const { link, sockets, tickets } = bench({ isOvertaken: () => Promise.resolve(true) });
  link.handle({ on: 'start' });
  await wait();
  tickets[0]?.('ticket');
  await wait();

  sockets[0]?.onopen?.();
  await wait();

  expect(sockets[0]?.sent).toEqual([]);
});

it('a ticket that comes after another dial has begun disturbs nothing', async () => {
  const { link, core, tickets, sockets, clock } = bench();
  link.handle({ on: 'start' });
  await wait();
  clock.now = 5000;
  link.handle({ on: 'kick' });
  await wait();
  tickets[1]?.('second');
  await wait();
  sockets[0]?.onopen?.();

  tickets[0]?.('first');
  await wait();

  expect([sockets.length, sockets[0]?.closed, core.state]).toEqual([1, false, 'hello']);
});

it('an act that was cancelled in another tab does not travel', async () => {
  const { link, sockets, tickets } = bench({
    markSent: (offered) =>
      Promise.resolve({ gone: offered.map(({ id }) => id).filter((id) => id === 'gone'), changed: [] }),
  });
  const pending = (id: string, seq: number) =>
    ({ id, seq, lane: id, needs: [], body: JSON.stringify({ id }), state: 'queued', pos: null }) as const;
  link.handle({ on: 'submitted', intents: [pending('gone', 1), pending('kept', 2)] });
  link.handle({ on: 'start' });
  await wait();
  tickets[0]?.('t');
  await wait();
  sockets[0]?.onopen?.();
  const limits = { intents: 50, bytes: 61_440, inflight: 4, page: 262_144 };
  sockets[0]?.onmessage?.({
    data: JSON.stringify({ t: 'welcome', v: 1, epoch: 'e', head: 0, now: '', limits, mode: 'live' }),
  });
  await wait();
  await link.idle();

  const pushed = sockets[0]?.sent.map((text) => JSON.parse(text) as { t: string; intents: { body: string }[] });
  expect(pushed?.filter((frame) => frame.t === 'push').map((frame) => frame.intents)).toEqual([
    [{ body: '{"id":"kept"}' }],
  ]);
});

it('an act that could not be marked as offered does not leave, and goes with its words of then a moment later', async () => {
  let broken = true;
  const markSent: LinkIo['markSent'] = () =>
    broken ? Promise.reject(new Error('storage')) : Promise.resolve({ gone: [], changed: [] });
  const { link, sockets, tickets, clock } = bench({ markSent });
  const pending = (body: string) =>
    ({ id: 'a', seq: 1, lane: 'a', needs: [], body, state: 'queued', pos: null }) as const;
  const pushed = () =>
    (sockets[0]?.sent ?? [])
      .map((text) => JSON.parse(text) as { t: string; intents: { body: string }[] })
      .filter((frame) => frame.t === 'push')
      .map((frame) => frame.intents.map(({ body }) => body));
  link.handle({ on: 'submitted', intents: [pending('{"id":"a","text":"first"}')] });
  link.handle({ on: 'start' });
  await wait();
  tickets[0]?.('t');
  await wait();
  sockets[0]?.onopen?.();
  sockets[0]?.onmessage?.({ data: JSON.stringify({ t: 'welcome', v: 1, epoch: 'e', head: 0, now: '', mode: 'live' }) });
  await wait();
  await link.idle();
  expect(pushed()).toEqual([]);

  broken = false;
  link.handle({ on: 'submitted', intents: [pending('{"id":"a","text":"second"}')] });
  clock.now += 1000;
  link.handle({ on: 'tick' });
  await link.idle();

  expect(pushed()).toEqual([['{"id":"a","text":"second"}']]);
});

it('a frame that is no JSON is passed over', async () => {
  const { link, core, sockets, tickets } = bench();
  link.handle({ on: 'start' });
  await wait();
  tickets[0]?.('t');
  await wait();
  sockets[0]?.onopen?.();

  sockets[0]?.onmessage?.({ data: '{"t":' });
  await wait();

  expect(core.state).toBe('hello');
});
