// A client of doorstep.sync.1 in plain JavaScript, written from docs/reference/protocol.md alone; tests/app/test_stranger.py
// drives it: lines of JSON on standard input say where to dial and what to do, lines on standard output say what came of it.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { crc32, inflateSync } from 'node:zlib';

const MODULUS = 2n ** 52n;
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

class Client {
  rows = new Map(); // "kind id" -> row
  shadow = null; // filled while booting
  cursor = null;
  position = 0;
  epoch = null;
  origin = null;
  outbox = new Map(); // id -> {body, lane, state, pos, code}
  seq = 0;
  batch = 0;
  flying = new Map(); // b -> ids
  attempts = 0;
  live = false;
  mismatches = 0;

  constructor(job) {
    Object.assign(this, job); // base, page (its origin), cookie, person, device
  }

  async dial() {
    const headers = { cookie: this.cookie, origin: this.page };
    const answer = await fetch(`${this.base}/session/ticket`, { method: 'POST', headers });
    const { ticket } = await answer.json();
    this.socket = new WebSocket(`${this.base.replace('http', 'ws')}/sync`, {
      protocols: ['doorstep.sync.1'],
      headers: { origin: this.page },
    });
    this.socket.binaryType = 'arraybuffer';
    this.socket.onopen = () => this.hello(ticket);
    this.socket.onmessage = ({ data }) => {
      const text = typeof data === 'string' ? data : inflateSync(new Uint8Array(data)).toString();
      this.hear(JSON.parse(text));
    };
    this.socket.onclose = ({ code, reason }) => this.closed(code, reason);
  }

  hello(ticket) {
    const hello = { t: 'hello', v: [1, 1], app: '9.0.0', device: this.device, ticket, feat: ['zlib'] };
    this.send({ ...hello, cursor: this.cursor, outbox: this.owed(), wall: new Date().toISOString() });
  }

  owed() {
    const n = [...this.outbox.values()].filter((one) => ['queued', 'sent', 'held'].includes(one.state)).length;
    return { n, next_seq: this.seq + 1 };
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  closed(code, reason) {
    this.live = false;
    this.flying.clear();
    for (const one of this.outbox.values()) if (one.state === 'sent') one.state = 'queued';
    if (this.stopped || [4401, 4403, 4409, 4426].includes(code)) return say({ closed: code });
    const wait = code === 4503 ? Number(reason) : Math.random() * Math.min(60_000, 20 * 2 ** this.attempts++);
    setTimeout(() => this.dial().catch(() => this.closed(1006, '')), wait);
  }

  hear(frame) {
    switch (frame.t) {
      case 'welcome': {
        if (this.origin && frame.origin !== this.origin && frame.restored?.origin !== this.origin) return this.stop();
        this.origin = frame.origin;
        if (this.epoch !== frame.epoch) this.cursor = null;
        this.epoch = frame.epoch;
        this.limits = frame.limits;
        const doubtful = [...this.outbox].filter(([, one]) => one.state === 'queued').map(([id]) => id);
        this.send({ t: 'ask', ids: doubtful.slice(0, 200) });
        return this.pull();
      }
      case 'page':
        return this.paged(frame);
      case 'delta':
        if (frame.from > this.position) return this.pull();
        if (frame.to > this.position) this.commit(this.rows, frame);
        return this.settle(false);
      case 'behind':
        return this.pull();
      case 'reset':
        this.cursor = null;
        return this.pull();
      case 'revoke':
        if (frame.cases?.length) for (const key of this.rows.keys()) if (frame.cases.includes(key.split(' ')[1])) this.rows.delete(key);
        if (frame.wipe && !frame.cases?.length) this.rows.clear();
        if (frame.wipe) say({ wiped: true });
        return;
      case 'wait':
        return void setTimeout(() => this.pull(), frame.retry_ms);
      case 'ack':
        return this.judged(frame);
      case 'ping':
        return this.send({ t: 'pong' });
      default:
        return say({ told: frame.t, why: frame.why ?? frame.code ?? frame.min_app });
    }
  }

  pull() {
    this.live = false;
    if (this.cursor === null) this.shadow = new Map();
    this.send({ t: 'pull', cursor: this.cursor, credit: 2 });
  }

  paged(frame) {
    this.commit(this.shadow ?? this.rows, frame);
    if (frame.more) return this.send({ t: 'credit', n: 1 });
    if (this.shadow) [this.rows, this.shadow] = [this.shadow, null];
    if (frame.digest && frame.digest !== this.digest() && this.mismatches++ === 0) {
      this.cursor = null;
      return this.pull();
    }
    this.live = true;
    this.attempts = 0;
    this.settle(true);
    this.send({ t: 'seen', cursor: this.cursor, digest: this.digest(), outbox: this.owed() });
    say({ live: true, digest: frame.digest ?? null, mine: this.digest() });
    this.push();
  }

  commit(rows, { cursor, to, rows: came, gone = [] }) {
    for (const one of gone) rows.delete(`${one.kind} ${one.id}`);
    for (const row of came) rows.set(`${row.kind} ${row.id}`, row);
    this.cursor = cursor;
    this.position = to;
  }

  digest() {
    let sum = 0n;
    for (const row of this.rows.values()) sum += BigInt(crc32(`${row.kind} ${row.id} ${row.pos}`));
    return `${this.rows.size.toString(16)}-${(sum % MODULUS).toString(16)}`;
  }

  act({ type, args, lane }) {
    const before = [...this.outbox].filter(([, one]) => one.lane === lane && !one.verdict).map(([id]) => id);
    const id = randomUUID();
    const at = new Date().toISOString();
    const intent = { id, seq: ++this.seq, lane, type, args, after: before.slice(-1), needs: [], files: [], at, by: this.person };
    this.outbox.set(id, { body: JSON.stringify(intent), lane, state: 'queued' });
    if (this.live) this.push();
  }

  push() {
    const ready = [...this.outbox].filter(([, one]) => one.state === 'queued').slice(0, this.limits.intents);
    if (ready.length === 0 || this.flying.size >= this.limits.inflight) return;
    for (const [, one] of ready) one.state = 'sent';
    this.flying.set(++this.batch, ready.map(([id]) => id));
    this.send({ t: 'push', b: this.batch, intents: ready.map(([, { body }]) => ({ body })) });
    this.push();
  }

  judged({ b, r }) {
    this.flying.delete(b);
    for (const { id, verdict, pos, code, retry_ms } of r) {
      const one = this.outbox.get(id);
      if (!one || one.verdict) continue;
      if (verdict === 'retry' || verdict === 'held') {
        one.state = 'held';
        setTimeout(() => Object.assign(one, { state: 'queued' }) && this.live && this.push(), retry_ms ?? 100);
      } else if (verdict !== 'auth') {
        Object.assign(one, { state: verdict === 'duplicate' ? 'applied' : verdict, verdict, pos, code });
      }
    }
    this.settle(false);
    if (this.live) this.push();
  }

  settle(isCheckpoint) {
    for (const one of this.outbox.values()) {
      const came = [...this.rows.values()].some((row) => row.id === one.lane && row.pos >= one.pos);
      if (one.state === 'applied' && (came || (isCheckpoint && this.position >= one.pos))) one.state = 'settled';
    }
    const all = [...this.outbox.values()];
    if (all.length > 0 && all.every((one) => one.verdict)) say({ answered: all.map((one) => one.verdict) });
  }

  stop() {
    this.stopped = true;
    this.socket.close();
    say({ rows: [...this.rows.values()], outbox: [...this.outbox.values()], digest: this.digest() });
  }
}

let client = null;
createInterface({ input: process.stdin }).on('line', (line) => {
  const job = JSON.parse(line);
  if (job.dial) (client = new Client(job.dial)).dial();
  for (const one of job.acts ?? []) client.act(one);
  if (job.stop) client.stop();
});
