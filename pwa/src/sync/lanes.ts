/**
 * The outbox as the protocol sees it: which intents may go now, in what order, and what each verdict means.
 *
 * L1 intents of one lane go in the order of `seq`; lanes are independent.
 * L2 an intent waits for the intents it `needs`; one that was set aside keeps it waiting, and only it.
 * L3 `retry`, `auth` and `held` charge nothing and keep the lane's place.
 * L4 an intent sent without an answer is pushed again with the same id after a reconnect; the server answers `duplicate`.
 * L5 whatever closes the connection as malformed is found by pushing one intent at a time, and set aside.
 */
import type { Limits, SignedIntent, Verdict } from '../protocol/generated';
import { fullJitter, type Random } from './backoff';

export type PendingState = 'queued' | 'sent' | 'held' | 'applied' | 'conflict' | 'refused' | 'quarantined';

/** What the state machine must know of an intent; `body` is the exact text that travels. */
export interface Pending {
  id: string;
  seq: number;
  lane: string;
  needs: readonly string[];
  body: string;
  sig?: string | null;
  state: PendingState;
  /** Set once applied: its effect shows in rows from this position on; null if the server named none. */
  pos: number | null;
}

/** A change to an intent that must be written down. */
export interface Judgement {
  id: string;
  state: PendingState;
  pos: number | null;
  code: string | null;
  params: Verdict['params'];
  options: readonly string[];
}

interface Slot extends Pending {
  /** Not offered before this instant, in milliseconds. */
  notBefore: number;
  tries: number;
  malformed: number;
}

const ASIDE: ReadonlySet<PendingState> = new Set(['conflict', 'refused', 'quarantined']);
const FINAL: ReadonlySet<PendingState> = new Set(['applied', ...ASIDE]);

/** How long a hold lasts before the intent is offered again by itself; what it waits for usually wakes it earlier. */
const HOLD_MS: Record<string, number> = { 'file-missing': 30_000, 'app-too-old': 600_000 };
const AFTER_PENDING_MS = 1_000;
const MALFORMED_ONCE_MORE = 2;

export const isAside = (state: PendingState): boolean => ASIDE.has(state);

const utf8 = new TextEncoder();
/** Bytes that the intent takes up inside a `push` frame. */
const wireBytes = (slot: Pending): number => utf8.encode(JSON.stringify(signed(slot))).length + 1;

function signed(slot: Pending): SignedIntent {
  return slot.sig == null ? { body: slot.body } : { body: slot.body, sig: slot.sig };
}

export class Lanes {
  private readonly slots = new Map<string, Slot>();
  private readonly flights = new Map<number, { ids: readonly string[]; since: number }>();
  private batches = 0;
  private suspects = new Set<string>();

  constructor(private readonly random: Random) {}

  /** Adds intents in the order of `seq`; one that is known stays as it is. */
  add(intents: readonly Pending[]): void {
    for (const intent of intents) {
      if (!this.slots.has(intent.id)) this.slots.set(intent.id, { ...intent, notBefore: 0, tries: 0, malformed: 0 });
    }
    const sorted = [...this.slots.values()].sort((a, b) => a.seq - b.seq);
    this.slots.clear();
    for (const slot of sorted) this.slots.set(slot.id, slot);
  }

  /** Takes intents out that the person cancelled, discarded or replaced. */
  remove(ids: readonly string[]): void {
    for (const id of ids) this.slots.delete(id);
  }

  /** The next batch to push, null if nothing may go now. */
  next(limits: Required<Limits>, now: number): { b: number; intents: SignedIntent[]; ids: string[] } | null {
    const isolating = this.suspects.size > 0;
    if (this.flights.size >= (isolating ? 1 : limits.inflight)) return null;
    const chosen = this.choose(isolating ? { ...limits, intents: 1 } : limits, now);
    if (chosen.length === 0) return null;
    this.batches += 1;
    const ids = chosen.map((slot) => slot.id);
    this.flights.set(this.batches, { ids, since: now });
    for (const slot of chosen) slot.state = 'sent';
    return { b: this.batches, intents: chosen.map(signed), ids };
  }

  private choose(limits: Required<Limits>, now: number): Slot[] {
    const inFlight = new Set(this.inFlight());
    const stopped = new Set<string>();
    const chosen: Slot[] = [];
    const going = new Set(inFlight);
    let bytes = 0;
    for (const slot of this.slots.values()) {
      if (FINAL.has(slot.state) || inFlight.has(slot.id) || stopped.has(slot.lane)) continue;
      const need = this.neediness(slot, going);
      if (need === 'aside') continue;
      if (need === 'later' || slot.notBefore > now) {
        stopped.add(slot.lane);
        continue;
      }
      const size = wireBytes(slot);
      if (chosen.length >= limits.intents || (chosen.length > 0 && bytes + size > limits.bytes)) break;
      bytes += size;
      chosen.push(slot);
      going.add(slot.id);
    }
    return chosen;
  }

  private neediness(slot: Slot, going: ReadonlySet<string>): 'met' | 'later' | 'aside' {
    let result: 'met' | 'later' = 'met';
    for (const id of slot.needs) {
      const needed = this.slots.get(id);
      if (needed === undefined || needed.state === 'applied' || going.has(id)) continue;
      if (ASIDE.has(needed.state)) return 'aside';
      result = 'later';
    }
    return result;
  }

  /** Takes the verdicts of an `ack`; returns what must be written, and whether the sign-in has ended. */
  judge(b: number, verdicts: readonly Verdict[], now: number): { changes: Judgement[]; auth: boolean } {
    this.flights.delete(b);
    const changes: Judgement[] = [];
    let auth = false;
    for (const verdict of verdicts) {
      const slot = this.slots.get(verdict.id);
      if (!slot || FINAL.has(slot.state)) continue;
      this.suspects.delete(slot.id);
      auth ||= verdict.verdict === 'auth';
      this.take(slot, verdict, now);
      changes.push({
        id: slot.id,
        state: slot.state,
        pos: slot.pos,
        code: verdict.code ?? null,
        params: verdict.params ?? null,
        options: verdict.options ?? [],
      });
    }
    return { changes, auth };
  }

  private take(slot: Slot, verdict: Verdict, now: number): void {
    switch (verdict.verdict) {
      case 'applied':
      case 'duplicate':
        slot.state = 'applied';
        slot.pos = verdict.pos ?? null;
        return;
      case 'conflict':
      case 'refused':
      case 'quarantined':
        slot.state = verdict.verdict;
        return;
      case 'held':
        slot.state = 'held';
        slot.notBefore = now + (verdict.retry_ms ?? this.holdMs(slot, verdict.code ?? ''));
        slot.tries += 1;
        return;
      default:
        slot.state = 'queued';
        slot.notBefore =
          verdict.verdict === 'auth' ? 0 : now + (verdict.retry_ms ?? fullJitter(slot.tries, this.random));
        slot.tries += 1;
    }
  }

  private holdMs(slot: Slot, code: string): number {
    return HOLD_MS[code] ?? AFTER_PENDING_MS + fullJitter(slot.tries, this.random);
  }

  /** The connection is gone: what was in flight is in doubt and will be pushed again. */
  disconnected(malformed: boolean): Judgement[] {
    const doubtful = this.inFlight();
    this.flights.clear();
    if (!malformed) return [];
    if (doubtful.length !== 1) {
      this.suspects = new Set(doubtful);
      return [];
    }
    return doubtful.flatMap((id) => this.charge(id));
  }

  private inFlight(): string[] {
    return [...this.flights.values()].flatMap(({ ids }) => ids);
  }

  /** When the oldest batch that has no answer was pushed, null if all have one. */
  get waitingSince(): number | null {
    const [oldest] = this.flights.values();
    return oldest?.since ?? null;
  }

  private charge(id: string): Judgement[] {
    const slot = this.slots.get(id);
    if (!slot) return [];
    this.suspects.add(id);
    slot.malformed += 1;
    if (slot.malformed < MALFORMED_ONCE_MORE) return [];
    this.suspects.delete(id);
    slot.state = 'quarantined';
    return [{ id, state: 'quarantined', pos: null, code: 'malformed', params: null, options: [] }];
  }

  /** Everything that waits for time may go now. */
  rush(lane?: string): void {
    for (const slot of this.slots.values()) {
      if (lane === undefined || slot.lane === lane) slot.notBefore = 0;
    }
  }

  /** The earliest instant after `now` at which a waiting intent may go, null if none waits for time. */
  wakeAt(now: number): number | null {
    let earliest: number | null = null;
    for (const slot of this.slots.values()) {
      if (FINAL.has(slot.state) || slot.notBefore <= now) continue;
      earliest = earliest === null ? slot.notBefore : Math.min(earliest, slot.notBefore);
    }
    return earliest;
  }

  /** Drops applied intents whose effect has come back, as `shown` tells, and returns their ids. */
  settle(shown: (lane: string, pos: number) => boolean): string[] {
    const settled = [...this.slots.values()]
      .filter((slot) => slot.state === 'applied' && (slot.pos === null || shown(slot.lane, slot.pos)))
      .map((slot) => slot.id);
    this.remove(settled);
    return settled;
  }

  /** How many have no final verdict, and the sequence number after the last. */
  owed(): { n: number; last_seq: number } {
    let n = 0;
    let last_seq = 0;
    for (const slot of this.slots.values()) {
      if (!FINAL.has(slot.state)) n += 1;
      last_seq = Math.max(last_seq, slot.seq);
    }
    return { n, last_seq };
  }

  /** Intents as they stand, in order of `seq`. */
  all(): readonly Readonly<Pending>[] {
    return [...this.slots.values()];
  }
}
