/**
 * A seeded world: devices with the real state machine, a model server, and a network that delays, cuts and loses; devices crash
 * between any two steps, lose their cache, the server restarts and changes the shape of its rows. When faults stop, the
 * invariants of protocol section 10 must hold.
 */
import { describe, expect, it } from 'vitest';
import type { ClientFrame, Row, ServerFrame } from '../../src/protocol/generated';
import { type Action, type Commit, type Event, type Pending, SyncCore } from '../../src/sync/core';
import { Digest } from '../../src/sync/digest';
import { NOTHING, type Stand } from '../../src/sync/replica';
import { Centre, ServerSession } from './model';
import { seeded } from './seeded';

const SEEDS = Number(process.env['SYNC_SEEDS'] ?? 300);
const STEPS = 160;
const CASES = ['c0', 'c1', 'c2', 'c3', 'c4'];
const STEP_MS = 400;

/** A device's disk: survives crashes; `cache` may be evicted, `outbox` never is. */
class Disk {
  outbox = new Map<string, Pending>();
  settled = new Map<string, number | null>();
  rows = new Map<string, Row>();
  shadow: Map<string, Row> | null = null;
  stand: Stand = NOTHING;
  nextSeq = 1;
  /** A row was lost, and no boot has put it right yet. */
  damaged = false;

  commit(commit: Commit): void {
    if (commit.start) this.shadow = new Map();
    const into = this.shadow ?? this.rows;
    for (const row of commit.rows) into.set(row.id, row);
    for (const gone of commit.gone) into.delete(gone.id);
    if (commit.finish && this.shadow) {
      [this.rows, this.shadow] = [this.shadow, null];
      this.damaged = false;
    }
    const { epoch, cursor, to } = commit;
    const checkpoint = commit.complete ? to : commit.start ? 0 : this.stand.checkpoint;
    if (this.stand.epoch === epoch && !commit.start && to < this.stand.to) throw new Error('I7: the cursor went back');
    this.stand = { epoch, cursor, to, checkpoint, booting: this.shadow !== null, rows: [] };
  }

  get digest(): string {
    return new Digest([...(this.shadow ?? this.rows).values()]).text;
  }

  /** A row is lost without anybody noticing. */
  damage(random: () => number): void {
    const ids = [...this.rows.keys()];
    this.rows.delete(ids[Math.floor(random() * ids.length)] ?? '');
    this.damaged = true;
  }

  evictCache(): void {
    this.rows.clear();
    this.shadow = null;
    this.stand = NOTHING;
  }

  seed(): Stand {
    return { ...this.stand, digest: this.digest, rows: [...(this.shadow ?? this.rows).values()] };
  }
}

interface Wire {
  link: number;
  server: ServerSession;
  up: ClientFrame[];
  down: ServerFrame[];
}

class Device {
  readonly disk = new Disk();
  core: SyncCore;
  wire: Wire | null = null;
  dialling: number | null = null;
  wakeAt: number | null = null;
  made: string[] = [];
  /** Actions that have been asked for and not yet carried out. */
  private todo: Action[] = [];
  private seen = new Map<string, Set<string>>();

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {
    this.core = this.wake();
  }

  private wake(): SyncCore {
    const { disk } = this;
    const intents = [...disk.outbox.values()].map((intent) => ({ ...intent }));
    const seed = { app: '1', device: this.name, feat: [], stand: disk.seed(), intents, next_seq: disk.nextSeq };
    return new SyncCore(seed, this.world.random);
  }

  on(event: Event): void {
    this.todo.push(...this.core.handle(event, this.world.now));
  }

  /** The browser is closed in the middle of whatever it was doing, and opened again. */
  crash(): void {
    this.todo = [];
    this.wire = null;
    this.dialling = null;
    this.core = this.wake();
    this.on({ on: 'start' });
  }

  act(type: string, lane: string): void {
    const { disk } = this;
    const seq = disk.nextSeq;
    const id = `${this.name}.${seq}`;
    const open = [...disk.outbox.values()].filter(
      (one) => one.lane === lane && ['queued', 'sent', 'held'].includes(one.state),
    );
    const needs = open.filter((one) => one.body.includes('case.file')).map((one) => one.id);
    const after = open.slice(-1).map((one) => one.id);
    const body = JSON.stringify({ id, seq, lane, type, args: {}, after, needs, at: '', by: this.name });
    const intent: Pending = { id, seq, lane, needs, body, state: 'queued', pos: null };
    disk.outbox.set(id, intent);
    disk.nextSeq += 1;
    this.made.push(id);
    this.on({ on: 'submitted', intents: [{ ...intent }] });
  }

  /** Carries out some of what is asked for, in order. */
  work(most: number): void {
    for (let n = 0; n < most; n += 1) {
      const action = this.todo.shift();
      if (!action) return;
      this.carryOut(action);
    }
  }

  private carryOut(action: Action): void {
    const { disk } = this;
    switch (action.do) {
      case 'dial':
        this.dialling = action.link;
        return;
      case 'send':
        if (this.wire?.link === action.link) this.wire.up.push(action.frame);
        return;
      case 'close':
        this.wire = null;
        return;
      case 'phase':
        if (action.phase === 'backoff') this.wire = null;
        return;
      case 'commit':
        disk.commit(action.commit);
        this.on({ on: 'committed', n: action.commit.n, digest: disk.digest });
        return;
      case 'wake':
        this.wakeAt = action.at;
        return;
      default:
        this.writeOutbox(action);
    }
  }

  private writeOutbox(action: Action): void {
    const { outbox, settled } = this.disk;
    if (action.do === 'sent') for (const id of action.ids) this.change(id, { state: 'sent' });
    if (action.do === 'judge') for (const { id, state, pos } of action.changes) this.change(id, { state, pos });
    if (action.do !== 'settle') return;
    for (const id of action.ids) {
      settled.set(id, outbox.get(id)?.pos ?? null);
      outbox.delete(id);
    }
  }

  private change(id: string, change: Partial<Pending>): void {
    const intent = this.disk.outbox.get(id);
    if (intent) this.disk.outbox.set(id, { ...intent, ...change });
  }

  /** Own acts that the person sees on a case: in its row, or laid over it. */
  visible(lane: string): Set<string> {
    const row = this.disk.rows.get(lane);
    const over = [...this.disk.outbox.values()].filter((one) => one.lane === lane && !ASIDE.has(one.state));
    return new Set([...((row?.body as { notes: string[] } | undefined)?.notes ?? []), ...over.map((one) => one.id)]);
  }

  /** I6: an own acknowledged act never disappears from view. */
  watch(): void {
    if (this.disk.damaged) {
      this.forgetSeen();
      return;
    }
    for (const lane of CASES) {
      const now = this.visible(lane);
      for (const id of this.seen.get(lane) ?? []) {
        const judged = this.world.centre.receipts.get(id);
        if (judged?.verdict === 'applied' && id.startsWith(`${this.name}.`) && !now.has(id)) {
          throw new Error(`I6: ${id} disappeared from ${lane}`);
        }
      }
      this.seen.set(lane, now);
    }
  }

  forgetSeen(): void {
    this.seen.clear();
  }
}

const ASIDE: ReadonlySet<string> = new Set(['conflict', 'refused', 'quarantined']);

class World {
  now = Date.parse('2026-11-23T01:00:00Z');
  readonly centre = new Centre();
  readonly devices: Device[];
  faults = true;

  constructor(readonly random: () => number) {
    this.devices = ['ann', 'bo', 'desk'].map((name) => new Device(name, this));
    for (const device of this.devices) device.on({ on: 'start' });
  }

  chance(share: number): boolean {
    return this.faults && this.random() < share;
  }

  step(): void {
    this.now += STEP_MS;
    for (const device of this.devices) {
      this.troubles(device);
      device.work(this.faults ? Math.floor(this.random() * 6) : 50);
      this.network(device);
      this.alarm(device);
      device.watch();
    }
  }

  /** A timer fires once, and at times a little before its instant. */
  private alarm(device: Device): void {
    const early = this.chance(0.3) ? STEP_MS * this.random() : 0;
    if (device.wakeAt === null || this.now < device.wakeAt - early) return;
    device.wakeAt = null;
    device.on({ on: 'tick' });
  }

  private troubles(device: Device): void {
    if (this.chance(0.02)) device.crash();
    if (this.chance(0.01)) {
      device.disk.evictCache();
      device.forgetSeen();
      device.crash();
    }
    if (this.chance(0.005)) {
      device.disk.damage(this.random);
      device.forgetSeen();
    }
    if (this.chance(0.05)) device.on({ on: 'kick' });
    if (this.chance(0.04) && device.wire) {
      const { link } = device.wire;
      device.wire = null;
      device.on({ on: 'closed', link, code: this.random() < 0.3 ? 4503 : 1006, reason: '' });
    }
    if (this.chance(0.02) && device.wire) device.wire.server.fallBehind();
  }

  private network(device: Device): void {
    if (device.dialling !== null) this.connect(device);
    const { wire } = device;
    if (!wire) return;
    const half = (frames: unknown[]): number =>
      this.faults ? Math.floor(this.random() * (frames.length + 1)) : frames.length;
    for (const frame of wire.up.splice(0, half(wire.up))) {
      if (this.chance(0.01)) {
        cut(device); // this frame and what is behind it never arrive
        return;
      }
      wire.server.receive(structuredClone(frame));
    }
    wire.down.push(...wire.server.out.splice(0));
    for (const frame of wire.down.splice(0, half(wire.down))) {
      device.on({ on: 'frame', link: wire.link, frame: structuredClone(frame) });
      if (this.chance(0.03)) device.on({ on: 'frame', link: wire.link, frame: structuredClone(frame) });
    }
  }

  private connect(device: Device): void {
    const link = device.dialling as number;
    device.dialling = null;
    if (this.chance(0.2)) {
      device.on({ on: 'closed', link, code: 1006, reason: '' });
      return;
    }
    device.wire = { link, server: new ServerSession(this.centre, device.name), up: [], down: [] };
    device.on({ on: 'opened', link, ticket: 't' });
  }
}

function run(seed: number): World {
  const random = seeded(seed);
  const world = new World(random);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (let step = 0; step < STEPS; step += 1) {
    if (random() < 0.5) {
      const type = pick(['case.file@1', 'case.note@1', 'case.note@1', 'case.note@1', 'case.claim@1', 'test.poison@1']);
      pick(world.devices).act(type, pick(CASES));
    }
    if (random() < 0.01) {
      world.centre.epoch += 1;
      for (const device of world.devices) if (device.wire) cut(device);
    }
    world.step();
  }
  world.faults = false;
  // A closing and opening of every app, at which what it holds is compared.
  for (const device of world.devices) {
    device.forgetSeen();
    device.crash();
  }
  for (let step = 0; step < 500; step += 1) world.step();
  return world;
}

function cut(device: Device): void {
  const link = device.wire?.link ?? 0;
  device.wire = null;
  device.on({ on: 'closed', link, code: 1006, reason: '' });
}

function check(world: World): void {
  const { centre } = world;
  const effects = centre.log.map((fact) => fact.id);
  expect(new Set(effects).size, 'I2: one effect per intent').toBe(effects.length);
  for (const device of world.devices) {
    const { disk } = device;
    const aside = [...disk.outbox.values()].filter((one) => ASIDE.has(one.state)).map((one) => one.id);
    const waiting = [...disk.outbox.values()].filter((one) => !ASIDE.has(one.state));
    const blocked = waiting.filter((one) => one.needs.some((id) => aside.includes(id)));
    expect(waiting, 'I10: nothing is left but what needs a set-aside act').toEqual(blocked);
    const kept = [...disk.settled.keys(), ...disk.outbox.keys()].sort();
    expect(kept, 'I1: nothing vanished').toEqual([...device.made].sort());
    for (const [id, pos] of disk.settled) {
      expect(centre.log.find((fact) => fact.id === id)?.pos, `I3: ${id} is in the log`).toBe(pos);
    }
    for (const lane of CASES) {
      const seqs = centre.log
        .filter((fact) => fact.lane === lane && fact.id.startsWith(device.name))
        .map((fact) => fact.seq);
      expect(seqs, 'I4: order within a lane').toEqual([...seqs].sort((a, b) => a - b));
    }
    const rows = Object.fromEntries([...disk.rows].map(([id, row]) => [id, row.body]));
    const truth = Object.fromEntries([...centre.docs].map(([id, doc]) => [id, centre.row(id, doc).body]));
    expect(rows, 'I10: the replica is the truth').toEqual(truth);
    expect(disk.stand.booting).toBe(false);
  }
}

describe('the seeded world', () => {
  it(`keeps its promises in ${SEEDS} seeds`, { timeout: 120_000 }, () => {
    let facts = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      try {
        const world = run(seed);
        check(world);
        facts += world.centre.log.length;
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    expect(facts).toBeGreaterThan(SEEDS);
  });
});
