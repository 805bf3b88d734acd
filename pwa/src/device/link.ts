/** Drives the sync state machine: carries its actions out one after another and tells it what came of them. */
import type { ClientFrame, Gone, Row, ServerFrame } from '../protocol/generated';
import type { Action, Commit, Event, Judgement, Phase, SyncCore } from '../sync/core';

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
  /** Turns a zlib frame into text. */
  inflate: (bytes: ArrayBuffer) => Promise<string>;
  now: () => number;
  setTimer: (job: () => void, ms: number) => unknown;
  clearTimer: (timer: unknown) => void;
  commit: (commit: Commit) => Promise<void>;
  forget: (ids: readonly string[] | null) => Promise<void>;
  /** Marks intents as offered; returns those that are no longer there. */
  markSent: (ids: readonly string[]) => Promise<string[]>;
  judge: (changes: readonly Judgement[]) => Promise<void>;
  settle: (ids: readonly string[]) => Promise<void>;
  /** The server was heard. */
  contact: () => void;
  phase: (phase: Phase, upgrade: { min_app: string; hard: boolean } | null) => void;
  /** Rows changed on disk; null for all of them. */
  rows: (changed: { rows: readonly Row[]; gone: readonly Gone[] } | null) => void;
  outbox: () => void;
}

export class Link {
  private socket: Socket | null = null;
  private timer: unknown = null;
  /** The connection being made or kept; a ticket that comes late must not disturb it. */
  private latest = 0;
  private work: Promise<void> = Promise.resolve();
  private reading: Promise<void> = Promise.resolve();
  private readonly cancelled = new Set<string>();

  constructor(
    readonly core: SyncCore,
    private readonly io: LinkIo,
  ) {}

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
        void this.dial(action.link);
        return;
      case 'renew':
        void this.renew(action.link);
        return;
      case 'send':
        this.send(action.frame);
        return;
      case 'close':
        this.drop(action.code);
        return;
      case 'wake':
        this.wake(action.at);
        return;
      case 'phase':
        if (action.phase === 'backoff' || action.phase.endsWith('held')) this.drop(1000);
        this.io.phase(action.phase, action.upgrade);
        return;
      default:
        await this.write(action);
    }
  }

  private async write(
    action: Extract<Action, { do: 'commit' | 'forget' | 'sent' | 'judge' | 'settle' }>,
  ): Promise<void> {
    switch (action.do) {
      case 'commit':
        await this.commit(action.commit);
        return;
      case 'forget':
        await this.io.forget(action.ids);
        this.io.rows(null);
        return;
      case 'sent':
        await this.markSent(action.ids);
        return;
      case 'judge':
        await this.io.judge(action.changes).finally(() => this.io.outbox());
        return;
      case 'settle':
        await this.io.settle(action.ids).finally(() => this.io.outbox());
    }
  }

  private async commit(commit: Commit): Promise<void> {
    try {
      await this.io.commit(commit);
    } catch {
      this.handle({ on: 'commit-failed' });
      return;
    }
    this.handle({ on: 'committed', n: commit.n });
    if (commit.finish) this.io.rows(null);
    if (commit.rows.length > 0 || commit.gone.length > 0) this.io.rows(commit);
  }

  /** An act that was cancelled in another tab meanwhile must not travel. */
  private async markSent(ids: readonly string[]): Promise<void> {
    const missing = await this.io.markSent(ids).catch((): string[] => []);
    for (const id of missing) this.cancelled.add(id);
    if (missing.length > 0) this.handle({ on: 'removed', ids: missing });
    this.io.outbox();
  }

  // Socket

  private async dial(link: number): Promise<void> {
    this.latest = link;
    const ticket = await this.io.ticket().catch(() => undefined);
    if (link !== this.latest) return;
    if (ticket === undefined) this.handle({ on: 'closed', link, code: 1006, reason: '' });
    else if (ticket === null) this.handle({ on: 'ticket-refused', link });
    else this.connect(link, ticket);
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
      if (frame) this.handle({ on: 'frame', link, frame });
    });
  }

  private async decode(data: unknown): Promise<ServerFrame | null> {
    try {
      return JSON.parse(typeof data === 'string' ? data : await this.io.inflate(data as ArrayBuffer)) as ServerFrame;
    } catch {
      return null;
    }
  }

  private send(frame: ClientFrame): void {
    if (frame.t !== 'push' || this.cancelled.size === 0) {
      this.put(frame);
      return;
    }
    const intents = frame.intents.filter(({ body }) => !this.cancelled.has((JSON.parse(body) as { id: string }).id));
    this.cancelled.clear();
    if (intents.length > 0) this.put({ ...frame, intents });
    else this.handle({ on: 'batch-empty', b: frame.b });
  }

  private put(frame: ClientFrame): void {
    try {
      this.socket?.send(JSON.stringify(frame));
    } catch {
      // A socket that is closing reports it by itself.
    }
  }

  private drop(code: number): void {
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
        : this.io.setTimer(() => this.handle({ on: 'tick' }), Math.max(0, Math.ceil(at - this.io.now())));
  }
}
