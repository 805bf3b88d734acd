/** Drives the sync state machine: carries its actions out one after another and tells it what came of them. */
import type { ClientFrame, Gone, Row, ServerFrame, Wait, Welcome } from '../protocol/generated';
import type { Action, Commit, Event, Judgement, Pending, Phase, SyncCore, UpgradeWanted } from '../sync/core';
import type { Tree } from '../sync/witness';
import type { Offered } from './outbox';
import type { Posted } from './poll';

/** The part of a WebSocket that is used. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send: (text: string) => void;
  close: (code?: number) => void;
}

export interface LinkIo {
  /** A one-use ticket; null when nobody is signed in. Rejects when the service cannot be reached. */
  ticket: () => Promise<string | null>;
  connect: () => Socket;
  /** Posts frames where sockets do not get through. */
  post: (frames: readonly ClientFrame[], ticket: string, signal: AbortSignal) => Promise<Posted>;
  /** Turns a zlib frame into text. */
  inflate: (bytes: ArrayBuffer) => Promise<string>;
  now: () => number;
  setTimer: (job: () => void, ms: number) => unknown;
  clearTimer: (timer: unknown) => void;
  /** Whether another tab has written rows: this one begins anew then, and must not say what it holds. */
  isOvertaken: () => Promise<boolean>;
  /** Returns the digest of the rows held then. */
  commit: (commit: Commit) => Promise<string | null>;
  forget: (ids: readonly string[] | null) => Promise<void>;
  /** Marks intents as offered; returns those that are no longer there, and those that say something else by now. */
  markSent: (offered: readonly Offered[]) => Promise<{ gone: string[]; changed: string[] }>;
  judge: (changes: readonly Judgement[]) => Promise<void>;
  settle: (ids: readonly string[]) => Promise<void>;
  /** Intents applied in the last seven days, and open ones that were offered before. */
  kept: () => Promise<Pending[]>;
  /** Writes down which log this device agrees with. */
  follow: (origin: string) => Promise<void>;
  remember: (tree: Tree) => Promise<void>;
  /** Writes down until when the device may be used without being heard. */
  lease: (until: number | null) => Promise<void>;
  /** The device is blocked. */
  blocked: () => Promise<void>;
  /** The server was heard. */
  contact: () => void;
  welcomed: (frame: Welcome) => void;
  /** The server cannot give rows yet. */
  waiting: (frame: Wait) => void;
  phase: (phase: Phase, upgrade: UpgradeWanted | null) => void;
  /** Rows changed on disk; null for all of them. */
  rows: (changed: { rows: readonly Row[]; gone: readonly Gone[] } | null) => void;
  outbox: () => void;
  /** The centre does not know the key with which this device signs. */
  notSigned: () => void;
}

type Write = Extract<
  Action,
  { do: 'commit' | 'forget' | 'judge' | 'settle' | 'reoffer' | 'origin' | 'tree' | 'lease' | 'blocked' }
>;

export class Link {
  private socket: Socket | null = null;
  private posts = new AbortController();
  private timer: unknown = null;
  /** The connection being made or kept; a ticket that comes late must not disturb it. */
  private latest = 0;
  private work: Promise<void> = Promise.resolve();
  private reading: Promise<void> = Promise.resolve();
  private transport: 'socket' | 'poll' = 'socket';
  /** A commit could not be written: those behind it would leave a hole, and the machine has forgotten them. */
  private hole = false;

  constructor(
    readonly core: SyncCore,
    private readonly io: LinkIo,
  ) {}

  get over(): 'socket' | 'poll' {
    return this.transport;
  }

  /** Gives the machine an event and carries out what it answers. */
  handle(event: Event): void {
    for (const action of this.core.handle(event, this.io.now())) {
      this.work = this.work.then(() => this.carryOut(action)).catch(() => undefined);
    }
  }

  /** Settles when everything asked for so far is done. */
  async idle(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.work;
      await Promise.all([seen, this.reading]);
    } while (seen !== this.work);
  }

  private async carryOut(action: Action): Promise<void> {
    switch (action.do) {
      case 'dial':
        this.hole = false;
        void this.dial(action.link, action.poll ?? false);
        return;
      case 'renew':
        void this.renew(action.link);
        return;
      case 'send':
        if (action.frame.t === 'hello' && (await this.io.isOvertaken())) return;
        for (const frame of await this.offering([action.frame])) this.put(frame);
        return;
      case 'post':
        if (action.instead) this.giveUpPosts();
        void this.post(action.link, await this.offering(action.frames));
        return;
      case 'close':
        this.drop(action.code);
        return;
      case 'wake':
        this.wake(action.at);
        return;
      case 'phase':
        if (HOLDS.has(action.phase)) this.drop(1000);
        this.io.phase(action.phase, action.upgrade);
        return;
      case 'sent':
        return; // Marked with the very words, when the push that follows leaves.
      default:
        await this.write(action);
    }
  }

  private async write(action: Write): Promise<void> {
    switch (action.do) {
      case 'commit':
        await this.commit(action.commit);
        return;
      case 'forget':
        await this.io.forget(action.ids);
        this.io.rows(null);
        return;
      case 'judge':
        await this.io.judge(action.changes).finally(() => this.io.outbox());
        return;
      case 'settle':
        await this.io.settle(action.ids).finally(() => this.io.outbox());
        return;
      case 'reoffer':
        this.handle({ on: 'kept', intents: await this.io.kept() });
        return;
      case 'origin':
        await this.io.follow(action.origin);
        return;
      case 'tree':
        await this.io.remember(action.tree);
        return;
      case 'lease':
        await this.io.lease(action.until);
        return;
      case 'blocked':
        await this.io.blocked();
    }
  }

  private async commit(commit: Commit): Promise<void> {
    if (this.hole) return;
    let digest: string | null;
    try {
      digest = await this.io.commit(commit);
    } catch {
      this.hole = true;
      this.handle({ on: 'commit-failed' });
      return;
    }
    this.handle({ on: 'committed', n: commit.n, digest });
    if (commit.finish) this.io.rows(null);
    if (commit.rows.length > 0 || commit.gone.length > 0) this.io.rows(commit);
  }

  /** Marks what is about to be pushed as offered; an act that was cancelled or changed meanwhile does not travel. */
  private async offering(frames: readonly ClientFrame[]): Promise<ClientFrame[]> {
    const going: ClientFrame[] = [];
    for (const frame of frames) {
      if (frame.t !== 'push') going.push(frame);
      else going.push(...(await this.offered(frame)));
    }
    return going;
  }

  private async offered(frame: Extract<ClientFrame, { t: 'push' }>): Promise<ClientFrame[]> {
    const offered = frame.intents.map(({ body, links }) => ({
      id: (JSON.parse(body) as { id: string }).id,
      body,
      after: links?.after ?? null,
    }));
    // What could not be marked must stay: it could still be changed or cancelled here while it is being judged there.
    const unmarked = { gone: [], changed: offered.map(({ id }) => id) };
    const { gone, changed } = await this.io.markSent(offered).catch(() => unmarked);
    this.io.outbox();
    const staying = new Set([...gone, ...changed]);
    if (staying.size === 0) return [frame];
    if (changed.length > 0) this.handle({ on: 'withheld', ids: changed });
    if (gone.length > 0) this.handle({ on: 'removed', ids: gone });
    const intents = frame.intents.filter((_, at) => !staying.has(offered[at]?.id ?? ''));
    if (intents.length > 0) return [{ ...frame, intents }];
    this.handle({ on: 'batch-empty', b: frame.b });
    return [];
  }

  // Socket

  private async dial(link: number, poll: boolean): Promise<void> {
    this.latest = link;
    const ticket = await this.io.ticket().catch(() => undefined);
    if (link !== this.latest) return;
    if (ticket === undefined) this.handle({ on: 'closed', link, code: 1006, reason: '' });
    else if (ticket === null) this.handle({ on: 'ticket-refused', link });
    else {
      this.transport = poll ? 'poll' : 'socket';
      this.handle({ on: 'reached', link });
      if (poll) this.handle({ on: 'opened', link, ticket: '' });
      else this.connect(link, ticket);
    }
  }

  private connect(link: number, ticket: string): void {
    this.drop(1000);
    let socket: Socket;
    try {
      socket = this.io.connect();
    } catch {
      this.handle({ on: 'closed', link, code: 1006, reason: '' });
      return;
    }
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.handle({ on: 'opened', link, ticket });
    socket.onmessage = ({ data }) => this.hear(link, data);
    socket.onclose = ({ code, reason }) => {
      this.reading = this.reading.then(() => this.handle({ on: 'closed', link, code, reason }));
    };
  }

  /** Each post shows a ticket of its own: the cookie alone could be somebody else's by now. */
  private async post(link: number, frames: readonly ClientFrame[]): Promise<void> {
    const { signal } = this.posts;
    const ticket = await this.io.ticket().catch(() => undefined);
    if (signal.aborted) return;
    if (ticket === null) this.handle({ on: 'ticket-refused', link });
    const posted: Posted = ticket ? await this.io.post(frames, ticket, signal) : { code: 1006, reason: '' };
    if (signal.aborted || ticket === null) return;
    if ('code' in posted) {
      this.handle({ on: 'closed', link, ...posted });
      return;
    }
    this.io.contact();
    for (const frame of posted.frames) this.take(link, frame);
    this.handle({ on: 'answered', link, pull: frames.some((frame) => frame.t === 'pull') });
  }

  private async renew(link: number): Promise<void> {
    const ticket = await this.io.ticket().catch(() => undefined);
    if (ticket === null) this.handle({ on: 'ticket-refused', link });
    else if (ticket !== undefined) this.handle({ on: 'ticket', link, ticket });
  }

  /** Frames are read in the order in which they came, although unpacking takes time. */
  private hear(link: number, data: unknown): void {
    this.io.contact();
    this.reading = this.reading.then(async () => {
      const frame = await this.decode(data);
      if (frame) this.take(link, frame);
    });
  }

  private take(link: number, frame: ServerFrame): void {
    if (frame.t === 'welcome') this.io.welcomed(frame);
    if (frame.t === 'wait') this.io.waiting(frame);
    if (frame.t === 'ack' && frame.r.some(({ code }) => code === 'not-signed')) this.io.notSigned();
    this.handle({ on: 'frame', link, frame });
  }

  private async decode(data: unknown): Promise<ServerFrame | null> {
    try {
      return JSON.parse(typeof data === 'string' ? data : await this.io.inflate(data as ArrayBuffer)) as ServerFrame;
    } catch {
      return null;
    }
  }

  private put(frame: ClientFrame): void {
    try {
      this.socket?.send(JSON.stringify(frame));
    } catch {
      // A socket that is closing reports it by itself.
    }
  }

  private giveUpPosts(): void {
    this.posts.abort();
    this.posts = new AbortController();
  }

  private drop(code: number): void {
    this.giveUpPosts();
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code);
  }

  private wake(at: number | null): void {
    if (this.timer !== null) this.io.clearTimer(this.timer);
    this.timer =
      at === null
        ? null
        : this.io.setTimer(
            () => this.handle({ on: 'tick' }),
            Math.max(0, Math.ceil(Math.min(at - this.io.now(), FARTHEST_MS))),
          );
  }
}

/** Timers further away ring at once; one that rings early is set again. */
const FARTHEST_MS = 2_000_000_000;

/** No connection is kept in these. */
const HOLDS: ReadonlySet<Phase> = new Set([
  'backoff',
  'auth-held',
  'upgrade-held',
  'lease-expired',
  'origin-changed',
  'log-altered',
]);
