/** A small model of the server's side: judges intents once by id, keeps rows, answers pulls; enough to test the device's side. */
import type { ClientFrame, IntentBody, Row, ServerFrame, Verdict, Welcome } from '../../src/protocol/generated';
import { Digest } from '../../src/sync/digest';

interface Fact {
  pos: number;
  id: string;
  lane: string;
  type: string;
  seq: number;
}

interface Doc {
  pos: number;
  owner: string | null;
  notes: string[];
}

export interface Peer {
  person: string;
  pulling: boolean;
  live: boolean;
  credit: number;
  reached: { pos: number; id: string };
}

const PAGE_ROWS = 3;

/** The centre: its log, its receipts and its rows. `epoch` changes when the rows get another shape. */
export class Centre {
  log: Fact[] = [];
  receipts = new Map<string, Verdict>();
  docs = new Map<string, Doc>();
  epoch = 1;
  /** What a welcome says besides. */
  greeting: Partial<Welcome> = {};
  /** The code with which every push is turned away, null while none is. */
  turnsAway: string | null = null;
  private head = 0;
  private readonly changed: ((lanes: string[]) => void)[] = [];

  watch(listener: (lanes: string[]) => void): void {
    this.changed.push(listener);
  }

  get position(): number {
    return this.head;
  }

  /** Judges intents in order; a second offer gets the first answer. */
  judge(person: string, bodies: readonly IntentBody[]): Verdict[] {
    return bodies.map((body) => this.judgeOne(person, body));
  }

  private judgeOne(person: string, body: IntentBody): Verdict {
    const known = this.receipts.get(body.id);
    if (known) return known.verdict === 'applied' ? { ...known, verdict: 'duplicate' } : known;
    const waits = (body.after ?? []).some((id) => !this.receipts.has(id));
    if (waits) return { id: body.id, verdict: 'held', code: 'after-pending' };
    const verdict = this.decide(person, body);
    this.receipts.set(body.id, verdict);
    return verdict;
  }

  private decide(person: string, body: IntentBody): Verdict {
    const doc = this.docs.get(body.lane);
    if (body.type === 'test.poison@1') return { id: body.id, verdict: 'quarantined', code: 'server-fault' };
    if (body.type === 'case.file@1' && !doc) this.docs.set(body.lane, { pos: 0, owner: null, notes: [] });
    else if (!doc) return { id: body.id, verdict: 'refused', code: 'not-found' };
    if (body.type === 'case.claim@1' && doc?.owner && doc.owner !== person) {
      return { id: body.id, verdict: 'conflict', code: 'already-claimed', options: ['watch'] };
    }
    return { id: body.id, verdict: 'applied', pos: this.record(person, body) };
  }

  private record(person: string, body: IntentBody): number {
    this.head += 1 + (body.seq % 2); // positions have gaps
    const doc = this.docs.get(body.lane);
    if (!doc) throw new Error('no document');
    if (body.type === 'case.claim@1') doc.owner = person;
    doc.notes = [...doc.notes, body.id];
    doc.pos = this.head;
    this.log.push({ pos: this.head, id: body.id, lane: body.lane, type: body.type, seq: body.seq });
    for (const listener of this.changed) listener([body.lane]);
    return this.head;
  }

  rowsAfter(after: { pos: number; id: string }): Row[] {
    return [...this.docs]
      .filter(([id, doc]) => doc.pos > after.pos || (doc.pos === after.pos && after.id !== '' && id > after.id))
      .sort(([a, x], [b, y]) => x.pos - y.pos || a.localeCompare(b))
      .map(([id, doc]) => this.row(id, doc));
  }

  get digest(): string {
    return new Digest([...this.docs].map(([id, doc]) => this.row(id, doc))).text;
  }

  row(id: string, doc: Doc): Row {
    return { id, kind: 'status', pos: doc.pos, body: { notes: [...doc.notes], owner: doc.owner } };
  }
}

/** The server's side of one connection. Frames for the device come out of `out`. */
export class ServerSession {
  out: ServerFrame[] = [];
  private readonly peer: Peer;
  private doubted = false;

  constructor(
    private readonly centre: Centre,
    person: string,
  ) {
    this.peer = { person, pulling: false, live: false, credit: 0, reached: { pos: 0, id: '' } };
    centre.watch((lanes) => this.moved(lanes));
  }

  receive(frame: ClientFrame): void {
    switch (frame.t) {
      case 'hello':
        this.out.push({
          t: 'welcome',
          v: 1,
          epoch: `e${this.centre.epoch}`,
          head: this.centre.position,
          now: '',
          limits: { intents: 5 },
          mode: 'live',
          ...this.centre.greeting,
        });
        return;
      case 'pull':
        this.pull(frame.cursor ?? null, frame.credit ?? 1);
        return;
      case 'credit':
        this.peer.credit += frame.n ?? 1;
        this.fetch();
        return;
      case 'push': {
        const bodies = frame.intents.map(({ body }) => JSON.parse(body) as IntentBody);
        const { turnsAway } = this.centre;
        const r = turnsAway
          ? bodies.map(({ id }) => ({ id, verdict: 'auth' as const, code: turnsAway }))
          : this.centre.judge(this.peer.person, bodies);
        this.out.push({ t: 'ack', b: frame.b, r });
        return;
      }
      case 'ask': {
        const known = frame.ids.flatMap((id) => this.centre.receipts.get(id) ?? []);
        this.out.push({ t: 'ack', b: 0, r: known });
        return;
      }
      case 'seen':
        this.compare(frame.cursor, frame.digest ?? null);
        return;
      case 'ping':
        this.out.push({ t: 'pong' });
        return;
      default:
    }
  }

  /** A replica that stands at the head and holds something else begins anew, once a connection. */
  private compare(cursor: string, digest: string | null): void {
    const { centre } = this;
    const atHead = cursor === `e${centre.epoch}|${centre.position}|`;
    if (!atHead || digest === null || digest === centre.digest || this.doubted) return;
    this.doubted = true;
    Object.assign(this.peer, { live: false, pulling: false });
    this.out.push({ t: 'reset', epoch: `e${centre.epoch}`, why: 'digest' });
  }

  private pull(cursor: string | null, credit: number): void {
    const [epoch = '', pos = '0', id = ''] = cursor?.split('|') ?? [];
    if (cursor !== null && epoch !== `e${this.centre.epoch}`) {
      this.out.push({ t: 'reset', epoch: `e${this.centre.epoch}`, why: 'epoch' });
      return;
    }
    Object.assign(this.peer, {
      pulling: true,
      live: false,
      credit,
      reached: { pos: Number(pos), id },
      boot: cursor === null,
    });
    this.fetch();
  }

  private fetch(): void {
    while (this.peer.pulling && this.peer.credit > 0) {
      this.peer.credit -= 1;
      this.page();
    }
  }

  private page(): void {
    const rows = this.centre.rowsAfter(this.peer.reached);
    const page = rows.slice(0, PAGE_ROWS);
    const more = rows.length > page.length;
    const last = page.at(-1);
    this.peer.reached = more && last ? { pos: last.pos, id: last.id } : { pos: this.centre.position, id: '' };
    if (!more) Object.assign(this.peer, { pulling: false, live: true });
    const { pos, id } = this.peer.reached;
    const phase = (this.peer as Peer & { boot?: boolean }).boot ? 'boot' : 'delta';
    this.out.push({
      t: 'page',
      cursor: `e${this.centre.epoch}|${pos}|${id}`,
      rows: page,
      more,
      phase,
      to: pos,
      digest: more ? null : this.centre.digest,
    });
  }

  private moved(lanes: readonly string[]): void {
    if (!this.peer.live) return;
    const from = this.peer.reached.pos;
    this.peer.reached = { pos: this.centre.position, id: '' };
    const rows = lanes.flatMap((lane) => {
      const doc = this.centre.docs.get(lane);
      return doc ? [this.centre.row(lane, doc)] : [];
    });
    const to = this.centre.position;
    this.out.push({ t: 'delta', from, to, cursor: `e${this.centre.epoch}|${to}|`, rows });
  }

  /** The connection's queue was full: what is not yet on its way is dropped. */
  fallBehind(): void {
    this.out = this.out.filter((frame) => frame.t === 'ack' || frame.t === 'welcome');
    Object.assign(this.peer, { live: false, pulling: false });
    this.out.push({ t: 'behind', head: this.centre.position });
  }
}
