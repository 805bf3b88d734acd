/** When the next connection is made, and how long the present one may stay silent (protocol, "How a connection ends"). */
import { fullJitter, type Random } from './backoff';
import type { Line } from './line';
import type { Transport } from './transport';

const SILENCE_MS = 45_000;
const PROBE_MS = 10_000;
const STUCK_MS = 2_000;
const STEADY_MS = 60_000;
const LONGEST_RESTART_MS = 60_000;
const SENT_AWAY_FAILURES = 5;
const CLOSE = { replaced: 4409, slowDown: 4429, restarting: 4503 } as const;

export class Dialling {
  /** When to dial. */
  at: number | null = null;
  /** When the connection is given up. */
  deadline: number | null = null;
  /** When a live connection makes earlier failures forgotten. */
  steadyAt: number | null = null;
  private failures = 0;
  private dialledAt = 0;

  constructor(
    private readonly line: Line,
    private readonly transport: Transport,
    private readonly random: Random,
  ) {}

  /** A connection is being made. */
  begin(): void {
    const { line, transport } = this;
    line.link += 1;
    this.at = null;
    this.dialledAt = line.now;
    this.deadline = line.now + transport.patience;
    transport.dialling(line.now);
    line.enter('dial');
    line.do({ do: 'dial', link: line.link, ...(transport.polling ? { poll: true as const } : {}) });
  }

  /** It is open; the welcome must follow. */
  opened(): void {
    this.deadline = this.line.now + (this.transport.welcomePatience ?? SILENCE_MS);
  }

  heard(): void {
    this.deadline = this.line.now + SILENCE_MS;
  }

  /** There is reason to doubt: a sign of life must come soon. */
  probe(): void {
    this.deadline = Math.min(this.deadline ?? Infinity, this.line.now + PROBE_MS);
  }

  /** A dial that began before the network was back may hang for long: a new one is quicker. */
  get isStuck(): boolean {
    return this.line.phase === 'dial' && this.line.now > this.dialledAt + STUCK_MS;
  }

  live(): void {
    this.steadyAt = this.line.now + STEADY_MS;
  }

  ticked(): void {
    if (!this.line.isDue(this.steadyAt)) return;
    this.failures = 0;
    this.steadyAt = null;
  }

  forgetFailures(): void {
    this.failures = 0;
  }

  failedAtLeast(times: number): void {
    this.failures = Math.max(this.failures, times);
  }

  /** Milliseconds until the next dial; a restarting server spreads its devices itself. */
  after(code: number, reason: string): number {
    const told = Number(reason);
    if (code === CLOSE.restarting && reason !== '' && Number.isFinite(told))
      return Math.min(Math.max(told, 0), LONGEST_RESTART_MS);
    if (code === CLOSE.replaced || code === CLOSE.slowDown) this.failedAtLeast(SENT_AWAY_FAILURES);
    const after = fullJitter(this.failures, this.random);
    this.failures += 1;
    return after;
  }

  /** The connection is gone; `after` milliseconds lie before the next, null if it is not made by itself. */
  end(after: number | null): void {
    this.deadline = null;
    this.steadyAt = null;
    this.at = after === null ? null : this.line.now + after;
  }
}
