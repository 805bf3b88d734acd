/** What goes into the state machine and what comes out of it. */
import type { ClientFrame, ServerFrame } from '../protocol/generated';
import type { Judgement, Pending } from './lanes';
import type { Commit, Stand } from './replica';

export type Phase =
  | 'off'
  | 'dial'
  | 'hello'
  | 'boot'
  | 'catchup'
  | 'live'
  | 'backoff'
  | 'warming'
  | 'auth-held'
  | 'upgrade-held';

export type Event =
  | { on: 'start' }
  | { on: 'stop' }
  /** Something suggests that now is a good moment: the network is back, the app is looked at, "sync now". */
  | { on: 'kick' }
  /** The server has just answered another request: it is there. */
  | { on: 'reachable' }
  | { on: 'signed-in' }
  | { on: 'tick' }
  | { on: 'opened'; link: number; ticket: string }
  | { on: 'closed'; link: number; code: number; reason: string }
  /** `POST /session/ticket` said that nobody is signed in. */
  | { on: 'ticket-refused'; link: number }
  /** A ticket for renewing the sign-in on the open connection. */
  | { on: 'ticket'; link: number; ticket: string }
  | { on: 'frame'; link: number; frame: ServerFrame }
  | { on: 'committed'; n: number }
  | { on: 'commit-failed' }
  | { on: 'submitted'; intents: readonly Pending[] }
  | { on: 'removed'; ids: readonly string[] }
  /** Everything in this batch was cancelled before it left. */
  | { on: 'batch-empty'; b: number }
  /** All bytes of a page of this lane have been delivered. */
  | { on: 'uploaded'; lane: string };

export type Action =
  /** Get a ticket, open the socket, report `opened`, `ticket-refused` or `closed`. */
  | { do: 'dial'; link: number }
  | { do: 'renew'; link: number }
  | { do: 'send'; link: number; frame: ClientFrame }
  | { do: 'close'; link: number; code: number }
  /** Write rows and cursor in one transaction, report `committed` or `commit-failed`. */
  | { do: 'commit'; commit: Commit }
  /** Take rows away; all of them when `ids` is null. */
  | { do: 'forget'; ids: readonly string[] | null }
  | { do: 'sent'; ids: readonly string[] }
  | { do: 'judge'; changes: readonly Judgement[] }
  /** The effect of these intents shows in rows now: drop them. */
  | { do: 'settle'; ids: readonly string[] }
  | { do: 'phase'; phase: Phase; upgrade: { min_app: string; hard: boolean } | null }
  /** Call again with `tick` at this instant; replaces the earlier one. */
  | { do: 'wake'; at: number | null };

/** What the machine starts from. */
export interface Seed {
  app: string;
  device: string;
  feat: string[];
  stand: Stand;
  intents: readonly Pending[];
  /** Sequence number that the next intent will get. */
  next_seq: number;
}
