/** The app's own core of sync over the `ws` library, with rows in memory: the jobs of `job.mjs` against the real service. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { WebSocket } from 'ws';
import type { Row, ServerFrame } from '../../../../../../pwa/src/protocol/generated';
import { type Action, type Commit, type Event, type Pending, SyncCore } from '../../../../../../pwa/src/sync/core';
import { Digest } from '../../../../../../pwa/src/sync/digest';
import { NOTHING } from '../../../../../../pwa/src/sync/replica';
// @ts-expect-error: plain JavaScript that all clients share
import { clientRss, collector, fanout, job, n, now, out, port, sleep } from '../job.mjs';

interface Told {
  person: string;
  tokens: string[];
  cases: string[];
}

const told = JSON.parse(readFileSync(process.env.TOLD as string, 'utf8')) as Told;
const origin = `http://127.0.0.1:${port}`;
const feat = process.env.ZLIB === '1' ? ['zlib'] : [];

class Device {
  readonly rows = new Map<string, Row>();
  readonly digest = new Digest();
  applied = 0;
  onApplied = (): void => {};
  onRows: (rows: readonly Row[]) => void = () => {};
  onLive = (): void => {};
  private readonly core: SyncCore;
  private socket: WebSocket | null = null;
  private readonly events: Event[] = [];
  private busy = false;
  private timer: NodeJS.Timeout | undefined;
  private seq: number;

  constructor(
    private readonly token: string,
    intents: readonly Pending[] = [],
  ) {
    this.seq = intents.length;
    const seed = { app: '9.0.0', device: randomUUID(), feat, stand: NOTHING, intents, next_seq: this.seq + 1 };
    this.core = new SyncCore(seed, Math.random);
  }

  start(): void {
    this.feed({ on: 'start' });
  }

  submit(lane: string): void {
    this.seq += 1;
    this.feed({ on: 'submitted', intents: [noted(lane, this.seq, [])] });
  }

  private feed(event: Event): void {
    this.events.push(event);
    if (this.busy) return;
    this.busy = true;
    for (let next = this.events.shift(); next !== undefined; next = this.events.shift()) {
      for (const action of this.core.handle(next, Date.now())) this.carryOut(action);
    }
    this.busy = false;
  }

  private carryOut(action: Action): void {
    switch (action.do) {
      case 'dial':
        void this.dial(action.link);
        return;
      case 'send': {
        const { frame } = action;
        const said = frame.t === 'hello' ? { ...frame, wall: new Date().toISOString() } : frame;
        this.socket?.send(JSON.stringify(said));
        return;
      }
      case 'commit':
        this.commit(action.commit);
        return;
      case 'judge':
        for (const change of action.changes) {
          if (change.state !== 'applied') throw new Error(`${change.state} ${change.code}`);
          this.applied += 1;
        }
        this.onApplied();
        return;
      case 'phase':
        if (action.phase === 'live') this.onLive();
        return;
      case 'wake':
        clearTimeout(this.timer);
        if (action.at !== null) this.timer = setTimeout(() => this.feed({ on: 'tick' }), action.at - Date.now());
    }
  }

  private commit(commit: Commit): void {
    for (const gone of commit.gone) {
      this.rows.delete(`${gone.kind} ${gone.id}`);
      this.digest.drop(gone.kind, gone.id);
    }
    for (const row of commit.rows) {
      this.rows.set(`${row.kind} ${row.id}`, row);
      this.digest.put(row);
    }
    this.feed({ on: 'committed', n: commit.n, digest: this.digest.text });
    this.onRows(commit.rows);
  }

  private async dial(link: number): Promise<void> {
    const headers = { cookie: `doorstep_session=${this.token}`, origin };
    const answer = await fetch(`${origin}/session/ticket`, { method: 'POST', headers });
    const { ticket } = (await answer.json()) as { ticket: string };
    this.feed({ on: 'reached', link });
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/sync`, ['doorstep.sync.1'], {
      origin,
      perMessageDeflate: false,
    });
    this.socket = socket;
    socket.on('open', () => this.feed({ on: 'opened', link, ticket }));
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const text = (isBinary ? inflateSync(data) : data).toString();
      this.feed({ on: 'frame', link, frame: JSON.parse(text) as ServerFrame });
    });
    socket.on('close', (code: number, reason: Buffer) =>
      this.feed({ on: 'closed', link, code, reason: reason.toString() }),
    );
  }
}

/** A note of the desk on a case, as the outbox keeps it. */
function noted(lane: string, seq: number, after: string[]): Pending {
  const id = uuid7();
  const at = new Date().toISOString();
  const args = { text: process.env.NOTE };
  const body = {
    id,
    seq,
    lane,
    type: 'case.note@1',
    args,
    base: null,
    after,
    needs: [],
    files: [],
    at,
    by: told.person,
  };
  return { id, seq, lane, needs: [], body: JSON.stringify(body), state: 'queued', pos: null, at };
}

function uuid7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** As many notes as wanted, over the cases in turn; each comes after the one before it on its case. */
function queued(many: number): Pending[] {
  const last = new Map<string, string>();
  return Array.from({ length: many }, (_, i) => {
    const lane = told.cases[i % told.cases.length] as string;
    const before = last.get(lane);
    const one = noted(lane, i + 1, before === undefined ? [] : [before]);
    last.set(lane, one.id);
    return one;
  });
}

async function cold(): Promise<void> {
  const began = now();
  const device = new Device(told.tokens[0] as string);
  await new Promise<void>((done) => {
    device.onLive = done;
    device.start();
  });
  const seconds = (now() - began) / 1000;
  const held = [...device.rows.values()].filter((row) => row.kind === 'queue').length;
  if (held !== n) throw new Error(`${held} rows of ${n}`);
  out({ seconds, clientRssMB: clientRss() });
}

async function drain(): Promise<void> {
  const device = new Device(told.tokens[0] as string, queued(n));
  const began = now();
  await new Promise<void>((done) => {
    device.onApplied = () => {
      if (device.applied === n) done();
    };
    device.start();
  });
  out({ seconds: (now() - began) / 1000 });
}

async function spread(): Promise<void> {
  const writes = 30;
  const collected = collector(n, writes);
  const devices = told.tokens.slice(0, n + 1).map((token) => new Device(token));
  for (const device of devices) {
    await new Promise<void>((done) => {
      device.onLive = done;
      device.start();
    });
  }
  const [writer, ...receivers] = devices;
  let write = -1;
  for (const device of receivers) {
    let last = -1;
    device.onRows = (rows) => {
      if (write === last || !rows.some((row) => row.kind === 'queue' && row.id === told.cases[write])) return;
      last = write;
      collected.recv(write);
    };
  }
  await sleep(500);
  const figures = await fanout(n, writes, collected, (m: number) => {
    write = m;
    writer?.submit(told.cases[m] as string);
  });
  out(figures);
}

await { cold, drain, fanout: spread }[job as 'cold' | 'drain' | 'fanout']();
