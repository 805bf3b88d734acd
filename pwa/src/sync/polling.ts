/**
 * Where sockets are broken by the network: what is sent while one event is handled is posted together, with a `hello` before it
 * (protocol, "Long poll").
 *
 * There is one post at a time, since the server ends an older one: a post that only waits for news makes way, any other is waited
 * for.
 */
import type { ClientFrame } from '../protocol/generated';
import type { Line } from './line';
import type { Pulling } from './pulling';

/** What brought no news is not asked again before. */
const EMPTY_MS = 1_000;

export class Polling {
  /** What the post that is open is for. */
  private posting: 'asking' | 'saying' | null = null;
  /** What leaves with the next. */
  private outgoing: ClientFrame[] = [];
  private postedAt = 0;

  constructor(
    private readonly line: Line,
    private readonly pulling: Pulling,
    /** Rows must not be asked for now. */
    private readonly isHeld: () => boolean,
  ) {}

  /** Posts what was to be sent, with a question for rows whenever none is open. */
  post(hello: () => ClientFrame): void {
    this.collect();
    if (this.posting === 'saying' || (this.posting === 'asking' && this.outgoing.length === 0)) return;
    const said = this.outgoing.filter((frame) => frame.t !== 'pull');
    const asks = this.mayAsk(said);
    if (said.length === 0 && !asks) return;
    const instead = this.posting === 'asking' ? { instead: true as const } : {};
    const frames = [...(said[0]?.t === 'hello' ? [] : [hello()]), ...said, ...(asks ? [this.question()] : [])];
    this.posting = asks && !said.some((frame) => frame.t === 'push' || frame.t === 'ask') ? 'asking' : 'saying';
    this.outgoing = [];
    this.line.do({ do: 'post', link: this.line.link, frames, ...instead });
  }

  private collect(): void {
    const { line } = this;
    this.outgoing.push(...line.actions.flatMap((action) => (action.do === 'send' ? [action.frame] : [])));
    line.actions = line.actions.filter((action) => action.do !== 'send');
    if (!line.isConnected) this.outgoing = [];
  }

  private mayAsk(said: readonly ClientFrame[]): boolean {
    const wantsRows = this.outgoing.some((frame) => frame.t === 'pull');
    const may = this.line.isReady && !this.isHeld() && (this.pulling.at === null || wantsRows);
    // A ping is answered at once only if nothing waits for news beside it.
    return may && !said.some((frame) => frame.t === 'ping');
  }

  private question(): ClientFrame {
    this.postedAt = this.line.now;
    this.pulling.hasMoved = false;
    return this.pulling.question();
  }

  /** An answer without news that came at once must not be asked for again at once, whatever it was that answered. */
  answered(pull: boolean): void {
    this.posting = null;
    const again = this.postedAt + EMPTY_MS;
    if (pull && !this.pulling.hasMoved && again > this.line.now) this.pulling.at ??= again;
  }

  /** The connection is gone. */
  end(): void {
    this.posting = null;
    this.outgoing = [];
  }
}
