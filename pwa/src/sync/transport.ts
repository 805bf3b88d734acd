/**
 * Whether to use a socket or to poll: some networks let requests through and break WebSockets.
 *
 * T1 three sockets in a row that broke before the welcome, although the server gave a ticket each time, mean: poll.
 * T2 while polling the socket is tried again after 5 minutes, then after twice as long each time, at most an hour; one failure is
 *    enough to go back to polling.
 * T3 a close code of the protocol is an answer that came through the socket; it counts for nothing here.
 */
const ENOUGH = 3;
const AGAIN_MS = 300_000;
const LONGEST_MS = 3_600_000;
const FIRST_OWN_CODE = 4000;
const DIAL_MS = 30_000;
const PROBE_MS = 10_000;
const WELCOME_MS = 20_000;

export class Transport {
  private broken = 0;
  private reachedNow = false;
  private polls = false;
  private again = AGAIN_MS;
  private socketAt: number | null = null;

  get polling(): boolean {
    return this.polls;
  }

  /** When the socket is to be tried again, null while it is in use. */
  get tryAt(): number | null {
    return this.polls ? this.socketAt : null;
  }

  /** How long a dial may take, in milliseconds. */
  get patience(): number {
    return this.broken > 0 ? PROBE_MS : DIAL_MS;
  }

  /** How long an open connection may stay without a welcome once the server is known to be there. */
  get welcomePatience(): number | null {
    return this.reachedNow ? WELCOME_MS : null;
  }

  dialling(now: number): void {
    this.reachedNow = false;
    if (this.polls && this.socketAt !== null && now >= this.socketAt) this.polls = false;
  }

  reached(): void {
    this.reachedNow = true;
  }

  welcomed(): void {
    if (this.polls) return;
    this.broken = 0;
    this.again = AGAIN_MS;
    this.socketAt = null;
  }

  /** A connection ended before its welcome; returns whether the next one polls from now on. */
  brokeEarly(code: number, now: number): boolean {
    if (this.polls || !this.reachedNow || code >= FIRST_OWN_CODE) return false;
    this.broken += 1;
    if (this.broken < ENOUGH) return false;
    this.polls = true;
    this.socketAt = now + this.again;
    this.again = Math.min(this.again * 2, LONGEST_MS);
    return true;
  }
}
