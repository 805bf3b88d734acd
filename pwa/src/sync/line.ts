/** The connection as every part of the state machine sees it: where it stands, what time it is, and what is to be done. */
import type { ClientFrame } from '../protocol/generated';
import type { Action, Phase, UpgradeWanted } from './events';

const CONNECTED: ReadonlySet<Phase> = new Set(['hello', 'boot', 'catchup', 'live', 'warming']);
const READY: ReadonlySet<Phase> = new Set(['boot', 'catchup', 'live', 'warming']);
/** Only a sign-in leads out of these. */
const SHUT: ReadonlySet<Phase> = new Set(['lease-expired', 'origin-changed', 'log-altered']);
/** A lease that is over is no matter here: nothing is held, or it is being renewed. */
const UNLEASED: ReadonlySet<Phase> = new Set(['off', 'dial', 'hello', 'lease-expired']);

export class Line {
  phase: Phase = 'off';
  /** Number of the connection; what an earlier one still reports is ignored. */
  link = 0;
  /** Time of the event that is being handled, in milliseconds. */
  now = 0;
  /** What is to be done for it, in order. */
  actions: Action[] = [];
  /** The newer app that the server asks for. */
  upgrade: UpgradeWanted | null = null;

  /** Frames can be sent. */
  get isConnected(): boolean {
    return CONNECTED.has(this.phase);
  }

  /** The server has greeted this device. */
  get isReady(): boolean {
    return READY.has(this.phase);
  }

  get isShut(): boolean {
    return SHUT.has(this.phase);
  }

  /** The end of a lease would change something. */
  get isLeased(): boolean {
    return !UNLEASED.has(this.phase);
  }

  do(...actions: Action[]): void {
    this.actions.push(...actions);
  }

  /** Sends a frame, if there is a connection. */
  send(frame: ClientFrame): void {
    if (this.isConnected) this.do({ do: 'send', link: this.link, frame });
  }

  enter(phase: Phase): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.announce();
  }

  announce(): void {
    this.do({ do: 'phase', phase: this.phase, upgrade: this.upgrade });
  }

  isDue(at: number | null): boolean {
    return at !== null && this.now >= at;
  }
}
