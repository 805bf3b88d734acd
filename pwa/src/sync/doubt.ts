/**
 * Intents applied in a log that was since restored from a backup: asked for by id, those that it does not know are offered again.
 *
 * Nothing else is pushed until all is answered, so that a newer act of a lane does not overtake one that is offered again; and the
 * new log counts as known only then, so that a device that ends in between asks again.
 */
import type { Verdict } from '../protocol/generated';
import type { Pending } from './lanes';

const AT_ONCE = 200;
const PATIENCE_MS = 60_000;

export class Doubt {
  private asked: Pending[][] = [];
  private newOrigin: string | null = null;
  private by: number | null = null;

  /** The log was restored; what this device knows of it is in doubt from now on. */
  begin(origin: string, now: number): void {
    this.newOrigin = origin;
    this.by = now + PATIENCE_MS;
  }

  /** Origin of the log that is being asked, null when nothing is in doubt. */
  get origin(): string | null {
    return this.newOrigin;
  }

  /** When an answer is overdue, null if none is awaited. */
  get due(): number | null {
    return this.by;
  }

  get isOpen(): boolean {
    return this.asked.length > 0;
  }

  /** Ids to ask for, one list a frame. */
  ask(intents: readonly Pending[], now: number): string[][] {
    for (let at = 0; at < intents.length; at += AT_ONCE) this.asked.push(intents.slice(at, at + AT_ONCE));
    this.by = now + PATIENCE_MS;
    return this.asked.map((frame) => frame.map(({ id }) => id));
  }

  /** The answer to the oldest question; returns what the log does not know. */
  answered(verdicts: readonly Verdict[], now: number): Pending[] {
    const known = new Set(verdicts.map(({ id }) => id));
    this.by = now + PATIENCE_MS;
    return (this.asked.shift() ?? []).filter(({ id }) => !known.has(id));
  }

  end(): void {
    this.asked = [];
    this.newOrigin = null;
    this.by = null;
  }
}
