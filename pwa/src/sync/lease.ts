/** How long a staff device may be used without being heard of, in milliseconds of the device's own clock. */

export class Lease {
  private term: number | null = null;

  constructor(private until: number | null) {}

  /** The welcome names the end of the lease by the server's clock; returns whether the instant here has changed. */
  named(leaseUntil: string | null | undefined, serverNow: string, now: number): boolean {
    this.term = leaseUntil ? Date.parse(leaseUntil) - Date.parse(serverNow) : null;
    return this.moved(this.term === null ? null : now + this.term);
  }

  /** The server is heard now: the lease runs from here; returns whether the instant has changed. */
  heard(now: number): boolean {
    return this.term !== null && this.moved(now + this.term);
  }

  private moved(until: number | null): boolean {
    if (until === this.until) return false;
    this.until = until;
    return true;
  }

  get endsAt(): number | null {
    return this.until;
  }

  isOver(now: number): boolean {
    return this.until !== null && now >= this.until;
  }
}
