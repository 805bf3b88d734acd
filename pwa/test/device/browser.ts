/** A browser for tests: IndexedDB in memory, locks and channels shared by tabs, a clock, and a wire to a model server. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import type { Env } from '../../src/device/env';
import type { Socket } from '../../src/device/link';
import type { ClientFrame, ServerFrame } from '../../src/protocol/generated';
import { Centre, ServerSession } from '../sync/model';

export function freshIndexedDb(): void {
  globalThis.indexedDB = new IDBFactory();
}

/** Locks as far as the app uses them: one holder a name, the rest wait; `steal` breaks in. */
export class Locks {
  private readonly holders = new Map<string, { reject: (error: Error) => void }>();
  private readonly waiting = new Map<string, (() => void)[]>();

  asManager(): LockManager {
    const request = (name: string, options: LockOptions, job: () => Promise<void>): Promise<void> =>
      new Promise((resolve, reject) => {
        const run = (): void => {
          if (options.signal?.aborted) {
            reject(new DOMException('aborted', 'AbortError'));
            return;
          }
          this.holders.get(name)?.reject(new DOMException('stolen', 'AbortError'));
          const holder = { reject };
          this.holders.set(name, holder);
          void job().then(() => {
            resolve();
            if (this.holders.get(name) !== holder) return;
            this.holders.delete(name);
            this.waiting.get(name)?.shift()?.();
          });
        };
        if (options.steal || !this.holders.has(name)) run();
        else this.waiting.set(name, [...(this.waiting.get(name) ?? []), run]);
      });
    return { request } as unknown as LockManager;
  }
}

/** Broadcast channels that deliver in the next microtask, never to their own sender. */
export class Channels {
  private readonly open = new Map<string, Set<BroadcastChannel>>();

  channel(name: string): BroadcastChannel {
    const all = this.open.get(name) ?? new Set();
    this.open.set(name, all);
    const channel = {
      onmessage: null as ((event: { data: unknown }) => void) | null,
      postMessage: (data: unknown) => {
        for (const other of all) {
          const { onmessage } = other as unknown as typeof channel;
          if (other !== (channel as unknown)) queueMicrotask(() => onmessage?.({ data: structuredClone(data) }));
        }
      },
      close: () => all.delete(channel as unknown as BroadcastChannel),
    };
    all.add(channel as unknown as BroadcastChannel);
    return channel as unknown as BroadcastChannel;
  }
}

/** The service behind a wire that can be cut. */
export class Service {
  readonly centre = new Centre();
  person: string | null = null;
  up = true;
  readonly sockets = new Set<FakeSocket>();
  readonly received: ClientFrame[] = [];
  /** Whether the network lets WebSockets through. */
  socketsPass = true;
  /** What was posted to other addresses: path and body. */
  readonly posted: [string, unknown][] = [];
  /** Answers to GET /api/cases/{id}. */
  readonly cases = new Map<string, unknown>();

  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    await Promise.resolve();
    if (!this.up) throw new TypeError('network');
    const path = new URL(String(input)).pathname;
    if (path === '/session/ticket')
      return this.person ? Response.json({ ticket: 't', person: this.person }) : new Response(null, { status: 401 });
    if (path === '/sync/x') return this.polled(JSON.parse(String(init.body)) as ClientFrame[], init.signal ?? null);
    if (init.method === 'POST') {
      this.posted.push([path, JSON.parse(String(init.body ?? 'null'))]);
      return Response.json({});
    }
    const row = this.cases.get(path.split('/').at(-1) ?? '');
    return row ? Response.json({ row }) : new Response(null, { status: 404 });
  };

  /** The long poll: a question without news waits for some, or a moment. */
  private async polled(frames: readonly ClientFrame[], signal: AbortSignal | null): Promise<Response> {
    const session = new ServerSession(this.centre, this.person ?? '');
    this.received.push(...frames);
    for (const frame of frames) session.receive(frame);
    const news = session.out.some((frame) => frame.t !== 'welcome' && !(frame.t === 'page' && frame.rows.length === 0));
    if (!news && frames.some((frame) => frame.t === 'pull' && frame.cursor != null)) await this.moment(signal);
    return Response.json(session.out);
  }

  private moment(signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, 20);
      this.centre.watch(() => resolve());
      signal?.addEventListener('abort', () => resolve());
    });
  }

  connect = (): Socket => {
    const socket = new FakeSocket(this);
    this.sockets.add(socket);
    return socket;
  };

  cut(): void {
    this.up = false;
    for (const socket of this.sockets) socket.break(1006);
  }

  mend(): void {
    this.up = true;
  }
}

class FakeSocket implements Socket {
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  private readonly session: ServerSession;
  private open = false;

  constructor(private readonly service: Service) {
    this.session = new ServerSession(service.centre, service.person ?? '');
    service.centre.watch(() => this.deliver());
    queueMicrotask(() => {
      this.open = service.up && service.socketsPass;
      if (this.open) this.onopen?.();
      else this.break(1006);
    });
  }

  send(text: string): void {
    if (!this.open) return;
    const frame = JSON.parse(text) as ClientFrame;
    this.service.received.push(frame);
    this.session.receive(frame);
    this.deliver();
  }

  /** Frames arrive later than they are sent, each in its own turn. */
  deliver(): void {
    for (const frame of this.session.out.splice(0)) setTimeout(() => this.arrive(frame), 0);
  }

  private arrive(frame: ServerFrame): void {
    if (this.open) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  break(code: number): void {
    if (!this.service.sockets.delete(this)) return;
    this.open = false;
    this.onclose?.({ code, reason: '' });
  }

  close(): void {
    this.service.sockets.delete(this);
    this.open = false;
  }
}

export interface Browser {
  service: Service;
  locks: Locks;
  channels: Channels;
}

export const browser = (): Browser => ({ service: new Service(), locks: new Locks(), channels: new Channels() });

/** The environment of one tab. Waiting is shortened a hundredfold; the clock is real. */
export function tab({ service, locks, channels }: Browser, change: Partial<Env> = {}): Env {
  return {
    origin: 'https://doorstep.test',
    fetch: service.fetch as typeof fetch,
    connect: service.connect,
    locks: locks.asManager(),
    channel: (name) => channels.channel(name),
    storage: undefined,
    now: () => Date.now(),
    random: () => 0.5,
    setTimer: (job, ms) => setTimeout(job, Math.min(ms / 100, 50)),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    ...change,
  };
}
