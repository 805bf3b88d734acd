/**
 * The outbox as the protocol sees it: which intents may go now, in what order, and what each verdict means.
 *
 * L1 intents of one lane go in the order of `seq`; lanes are independent.
 * L2 an intent waits for the intents it `needs`. One that needs a refused one is offered all the same: the server refuses it
 *    too, and so keeps its words. One that needs a quarantined one waits, and only it. One that is not here any more and that the
 *    server, when asked, does not know or has quarantined was taken out by the person: what needs it is set aside.
 * L3 `retry`, `auth` and `held` charge nothing and keep the lane's place.
 * L4 an intent sent without an answer is pushed again with the same id after a reconnect; the server answers `duplicate`.
 * L5 whatever closes the connection as malformed is found by pushing one intent at a time; it is set aside, unless the server knows
 *    it when asked: then something else was malformed. So is what the server leaves out of an answer twice.
 * L6 what the person takes out of the tray takes what needed it along: that is set aside, never dropped.
 * L7 an intent held behind one that this device no longer owes comes after the lane's last one before it that it does owe, else
 *    it would wait for ever.
 * L8 an intent is offered in the same words ever after, or it would not be known again where an answer to it was lost. What it
 *    waits for now travels beside them.
 */
import type { IntentBody, Limits, SignedIntent, Verdict } from '../protocol/generated';
import { fullJitter, type Random } from './backoff';

export type PendingState = 'queued' | 'sent' | 'held' | 'applied' | 'conflict' | 'refused' | 'quarantined';

/** What the state machine must know of an intent; `body` is the exact text that travels, and once offered never changes. */
export interface Pending {
  id: string;
  seq: number;
  lane: string;
  needs: readonly string[];
  body: string;
  sig?: string | null;
  /** What it comes after now, null if that and `needs` are what the text says. */
  after?: readonly string[] | null;
  state: PendingState;
  /** Set once applied: its effect shows in rows from this position on; null if the server named none. */
  pos: number | null;
  /** Device clock when it was queued, ISO. */
  at?: string;
}

/** A change to an intent that must be written down. */
export interface Judgement {
  id: string;
  state: PendingState;
  pos: number | null;
  code: string | null;
  params: Verdict['params'];
  options: readonly string[];
  /** What it comes after from now on, null if that stays. */
  after: readonly string[] | null;
}

/** What an `ack` comes to; `auth` are the verdicts that ask for a sign-in. */
export interface Judged {
  changes: Judgement[];
  auth: readonly Verdict[];
}

interface Slot extends Pending {
  /** Not offered before this instant, in milliseconds. */
  notBefore: number;
  tries: number;
  malformed: number;
}

const ASIDE: ReadonlySet<PendingState> = new Set(['conflict', 'refused', 'quarantined']);
const REFUSED: ReadonlySet<PendingState> = new Set(['conflict', 'refused']);
const FINAL: ReadonlySet<PendingState> = new Set(['applied', ...ASIDE]);

/** How long a hold lasts before the intent is offered again by itself; what it waits for usually wakes it earlier. */
const HOLD_MS: Record<string, number> = { 'file-missing': 30_000, 'app-too-old': 600_000 };
const AFTER_PENDING_MS = 1_000;
const WORDS_FOLLOW_MS = 1_000;
const MALFORMED_ONCE_MORE = 2;
const MOST_ASKED = 200;
/** Number of the answer to a question; batches are counted from 1. */
const ASKED = 0;

export const isAside = (state: PendingState): boolean => ASIDE.has(state);

const utf8 = new TextEncoder();
/** Bytes that the intent takes up inside a `push` frame. */
const wireBytes = (slot: Pending): number => utf8.encode(JSON.stringify(signed(slot))).length + 1;

function judgementOf({ id, state, pos }: Slot, verdict: Partial<Verdict> = {}): Judgement {
  const { code = null, params = null, options } = verdict;
  return { id, state, pos, code, params, options: options ?? [], after: null };
}

function setAsideWith(slot: Slot, needs: readonly string[]): Judgement {
  slot.state = 'refused';
  return { ...judgementOf(slot), code: 'needs-refused', params: { needs: [...needs] } };
}

function signed({ body, sig, after, needs }: Pending): SignedIntent {
  return {
    body,
    ...(sig == null ? {} : { sig }),
    ...(after == null ? {} : { links: { after: [...after], needs: [...needs] } }),
  };
}

/** Whether an intent says or waits for something else than is known here. */
const saysOther = (known: Pending, now: Pending): boolean =>
  JSON.stringify(signed(known)) !== JSON.stringify(signed(now)) || !same(known.needs, now.needs);

/** What an intent says, null if it cannot be read. */
function bodyOf(slot: Pending): Partial<IntentBody> | null {
  try {
    return JSON.parse(slot.body) as Partial<IntentBody>;
  } catch {
    return null;
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, at) => id === b[at]);

export class Lanes {
  private readonly slots = new Map<string, Slot>();
  private readonly flights = new Map<number, { ids: readonly string[]; since: number }>();
  private batches = 0;
  private suspects = new Set<string>();
  private readonly accused = new Set<string>();

  constructor(private readonly random: Random) {}

  /** Adds intents in the order of `seq`; one that is known stays as it is, but for what was changed elsewhere. */
  add(intents: readonly Pending[]): void {
    const flying = new Set(this.inFlight());
    for (const intent of intents) {
      const known = this.slots.get(intent.id);
      if (!known) this.slots.set(intent.id, { ...intent, notBefore: 0, tries: 0, malformed: 0 });
      else if (!FINAL.has(known.state) && !flying.has(intent.id) && saysOther(known, intent))
        Object.assign(known, {
          body: intent.body,
          sig: intent.sig ?? null,
          needs: intent.needs,
          after: intent.after ?? null,
          notBefore: 0,
        });
    }
    const sorted = [...this.slots.values()].sort((a, b) => a.seq - b.seq);
    this.slots.clear();
    for (const slot of sorted) this.slots.set(slot.id, slot);
  }

  /** Takes intents out that the person cancelled, discarded or replaced; returns what is set aside with them (L6). */
  remove(ids: readonly string[]): Judgement[] {
    const undone = ids.filter((id) => this.slots.has(id) && this.slots.get(id)?.state !== 'applied');
    for (const id of ids) {
      this.slots.delete(id);
      this.suspects.delete(id);
      this.accused.delete(id);
    }
    return this.orphan(undone);
  }

  private orphan(undone: readonly string[]): Judgement[] {
    const lost = new Set(undone);
    const changes: Judgement[] = [];
    for (let before = -1; before < changes.length; ) {
      before = changes.length;
      for (const slot of this.slots.values()) {
        const needs = FINAL.has(slot.state) ? [] : slot.needs.filter((id) => lost.has(id));
        if (needs.length === 0) continue;
        lost.add(slot.id);
        this.suspects.delete(slot.id);
        this.accused.delete(slot.id);
        changes.push(setAsideWith(slot, needs));
      }
    }
    return changes;
  }

  /** These did not leave with their batch, because the person has just changed them: their new words follow in a moment. */
  withhold(ids: readonly string[], now: number): void {
    const held = new Set(ids);
    for (const flight of this.flights.values()) flight.ids = flight.ids.filter((id) => !held.has(id));
    for (const id of ids) {
      const slot = this.slots.get(id);
      if (slot) Object.assign(slot, { state: 'queued', notBefore: now + WORDS_FOLLOW_MS });
    }
  }

  /**
   * Takes intents back that were applied in a log which has lost them. What they and the others of their lanes name in `after` may
   * be lost with them: each names the one before it now.
   */
  requeue(intents: readonly Pending[]): Judgement[] {
    const lost = intents.filter(({ id }) => !isAside(this.slots.get(id)?.state ?? 'queued'));
    this.add(lost);
    for (const { id } of lost) {
      const slot = this.slots.get(id);
      if (slot) Object.assign(slot, { state: 'queued', pos: null, notBefore: 0, tries: 0 });
    }
    const back = new Set(lost.map(({ id }) => id));
    const moved = this.chain(new Set(lost.map(({ lane }) => lane)));
    return [...this.slots.values()]
      .filter(({ id }) => back.has(id) || moved.has(id))
      .map((slot) => ({ ...judgementOf(slot), after: moved.get(slot.id) ?? null }));
  }

  /** Lets each open intent of these lanes come after the one before it; returns those that came after others. */
  private chain(lanes: ReadonlySet<string>): Map<string, readonly string[]> {
    const last = new Map<string, string>();
    const moved = new Map<string, readonly string[]>();
    for (const slot of this.slots.values()) {
      const body = lanes.has(slot.lane) && !FINAL.has(slot.state) ? bodyOf(slot) : null;
      if (body === null) continue;
      const before = last.get(slot.lane);
      const wanted = before === undefined ? [] : [before];
      if (!same(slot.after ?? body.after ?? [], wanted)) {
        slot.after = wanted;
        moved.set(slot.id, wanted);
      }
      if (this.owes(slot.id)) last.set(slot.lane, slot.id);
    }
    return moved;
  }

  /** Number of the last batch that was sent. */
  get lastBatch(): number {
    return this.batches;
  }

  /** Intents that look malformed or that are missed: the server is asked before they, or what needs them, go aside. */
  ask(now: number): string[] {
    if (this.accused.size === 0 || this.flights.has(ASKED)) return [];
    const ids = [...this.accused].slice(0, MOST_ASKED);
    this.flights.set(ASKED, { ids, since: now });
    return ids;
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

  private neediness(slot: Slot, going: ReadonlySet<string>, above: readonly string[] = []): 'met' | 'later' | 'aside' {
    let result: 'met' | 'later' = 'met';
    for (const id of slot.needs) {
      if (above.includes(id)) continue;
      const needed = this.slots.get(id);
      if (needed === undefined || needed.state === 'applied' || going.has(id)) continue;
      if (needed.state === 'quarantined') return 'aside';
      if (ASIDE.has(needed.state)) continue;
      if (this.neediness(needed, going, [...above, slot.id]) === 'aside') return 'aside';
      result = 'later';
    }
    return result;
  }

  /** Takes the verdicts of an `ack`; returns what must be written, and the verdicts that ask for a sign-in. */
  judge(b: number, verdicts: readonly Verdict[], now: number): Judged {
    const flight = this.flights.get(b)?.ids ?? [];
    this.flights.delete(b);
    const changes: Judgement[] = [];
    for (const verdict of verdicts) {
      const slot = this.slots.get(verdict.id);
      if (!slot && b === ASKED) changes.push(...this.toldOfMissing(verdict));
      if (!slot || FINAL.has(slot.state)) continue;
      this.suspects.delete(slot.id);
      this.accused.delete(slot.id);
      this.take(slot, verdict, now);
      changes.push(this.pending(slot, verdict) ?? judgementOf(slot, verdict));
    }
    const answered = new Set(verdicts.map(({ id }) => id));
    for (const id of flight.filter((one) => !answered.has(one))) {
      if (b === ASKED) changes.push(...this.unknown(id));
      else this.charge(id);
    }
    return { changes, auth: verdicts.filter(({ verdict }) => verdict === 'auth') };
  }

  /** A batch of which nothing has left. */
  abandoned(b: number): void {
    this.flights.delete(b);
  }

  /** What is held behind an intent that this device was told will not be done, or no longer owes. */
  private pending(slot: Slot, verdict: Verdict): Judgement | null {
    if (verdict.verdict !== 'held' || verdict.code !== 'after-pending') return null;
    const refused = slot.needs.filter((id) => REFUSED.has(this.slots.get(id)?.state ?? 'queued'));
    if (refused.length > 0) return setAsideWith(slot, refused);
    // What is not here was perhaps taken out while no core heard it.
    for (const id of slot.needs) if (id === verdict.params?.['after'] && !this.slots.has(id)) this.accused.add(id);
    const after = slot.after ?? bodyOf(slot)?.after ?? [];
    if (after.length === 0 || after.some((id) => this.owes(id))) return null;
    const earlier = [...this.slots.values()].filter(
      (one) => one.lane === slot.lane && one.seq < slot.seq && this.owes(one.id),
    );
    slot.after = earlier.slice(-1).map(({ id }) => id);
    return { ...judgementOf(slot, verdict), after: slot.after };
  }

  /** Whether the intent will be judged one day: one that waits for a quarantined one may not. */
  private owes(id: string): boolean {
    const slot = this.slots.get(id);
    return slot !== undefined && !FINAL.has(slot.state) && this.neediness(slot, new Set()) !== 'aside';
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
  disconnected(malformed: boolean): void {
    this.flights.delete(ASKED);
    const doubtful = this.inFlight();
    this.flights.clear();
    if (!malformed) return;
    this.suspects = new Set(doubtful);
    const [only] = doubtful;
    if (only !== undefined && doubtful.length === 1) this.charge(only);
  }

  private inFlight(): string[] {
    return [...this.flights.values()].flatMap(({ ids }) => ids);
  }

  /** When the oldest batch that has no answer was pushed, null if all have one. */
  get waitingSince(): number | null {
    const [oldest] = this.flights.values();
    return oldest?.since ?? null;
  }

  private charge(id: string): void {
    const slot = this.slots.get(id);
    if (!slot || FINAL.has(slot.state)) return;
    slot.malformed += 1;
    if (slot.malformed < MALFORMED_ONCE_MORE) return;
    this.suspects.delete(id);
    this.accused.add(id);
  }

  /** The server speaks of an intent that is not here. One that it has set aside too was taken out of the tray by the person. */
  private toldOfMissing({ id, verdict }: Verdict): Judgement[] {
    this.accused.delete(id);
    return verdict === 'quarantined' ? this.orphan([id]) : [];
  }

  /** The server was asked for it and does not know it. */
  private unknown(id: string): Judgement[] {
    const slot = this.slots.get(id);
    this.accused.delete(id);
    if (!slot) return this.orphan([id]);
    if (FINAL.has(slot.state)) return [];
    slot.state = 'quarantined';
    return [{ ...judgementOf(slot), code: 'malformed' }];
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

  /** Whether an applied act waits for its effect to show. */
  get unsettled(): boolean {
    return [...this.slots.values()].some((slot) => slot.state === 'applied');
  }

  /** How many have no final verdict, when the oldest of them was queued, and the highest sequence number. */
  owed(): { n: number; oldest_at: string | null; last_seq: number } {
    let n = 0;
    let oldest_at: string | null = null;
    let last_seq = 0;
    for (const slot of this.slots.values()) {
      last_seq = Math.max(last_seq, slot.seq);
      if (FINAL.has(slot.state)) continue;
      n += 1;
      oldest_at ??= slot.at ?? null;
    }
    return { n, oldest_at, last_seq };
  }

  /** Intents as they stand, in order of `seq`. */
  all(): readonly Readonly<Pending>[] {
    return [...this.slots.values()];
  }
}
