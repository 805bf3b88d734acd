/** What the server is told of the device: what it holds and still owes, at checkpoints and once a minute if something moved. */
import type { Lease } from './lease';
import type { Line } from './line';
import type { Offering } from './offering';
import type { Replica } from './replica';

const SEEN_MS = 60_000;

export class Reporting {
  /** When to say it again. */
  at: number | null = null;
  private last = '';

  constructor(
    private readonly line: Line,
    private readonly replica: Replica,
    private readonly offering: Offering,
    private readonly lease: Lease,
  ) {}

  /** The server is there: the lease runs from now, and it is told what it does not know yet. */
  say(): void {
    const { line, replica } = this;
    this.at = line.now + SEEN_MS;
    if (this.lease.heard(line.now)) this.tellLease();
    const { cursor } = replica;
    const digest = replica.digest(line.now);
    const outbox = this.offering.owed;
    const seen = JSON.stringify([cursor, digest, outbox]);
    if (cursor === null || seen === this.last) return;
    this.last = seen;
    line.send({ t: 'seen', cursor, ...(digest === null ? {} : { digest }), outbox });
  }

  /** Until when the device may be used without being heard is written down. */
  tellLease(): void {
    this.line.do({ do: 'lease', until: this.lease.endsAt });
  }

  /** The connection is gone. */
  end(): void {
    this.at = null;
    this.last = '';
  }
}
