/** What goes into the state machine and what comes out of it. */
import type { ClientFrame, ServerFrame } from '../protocol/generated';
import type { Judgement, Pending } from './lanes';
import type { Commit, Stand } from './replica';
import type { Tree } from './witness';

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
  | 'upgrade-held'
  /** A staff device was not heard of for too long: nothing is shown or done until the same person has signed in again. */
  | 'lease-expired'
  /** The log is another one, and nothing says that it was restored from a backup: the outbox is not handed to it. */
  | 'origin-changed'
  /** The log does not begin with what this device has seen of it: it was altered, and nothing is handed to it or shown. */
  | 'log-altered';

/** The app is older than the server wants; `hard`: it cannot go on, else it can until `by`. */
export interface UpgradeWanted {
  min_app: string;
  hard: boolean;
  by: string | null;
}

export type Event =
  | { on: 'start' }
  | { on: 'stop' }
  /** Something suggests that now is a good moment: the network is back, the app is looked at, "sync now". */
  | { on: 'kick' }
  /** The server has just answered another request: it is there. */
  | { on: 'reachable' }
  | { on: 'signed-in' }
  | { on: 'tick' }
  /** The server gave a ticket: it is there, and the socket is being opened. */
  | { on: 'reached'; link: number }
  | { on: 'opened'; link: number; ticket: string }
  | { on: 'closed'; link: number; code: number; reason: string }
  /** `POST /session/ticket` said that nobody is signed in. */
  | { on: 'ticket-refused'; link: number }
  /** A ticket for renewing the sign-in on the open connection. */
  | { on: 'ticket'; link: number; ticket: string }
  | { on: 'frame'; link: number; frame: ServerFrame }
  /** All frames of an answer to `post` have been given; `pull` if a pull was among what was posted. */
  | { on: 'answered'; link: number; pull: boolean }
  /** A commit is on disk; `digest` is that of the rows held after it. */
  | { on: 'committed'; n: number; digest?: string | null }
  | { on: 'commit-failed' }
  | { on: 'submitted'; intents: readonly Pending[] }
  | { on: 'removed'; ids: readonly string[] }
  /** These were about to leave and did not, because the person has changed what they say; `submitted` follows. */
  | { on: 'withheld'; ids: readonly string[] }
  /** Everything in this batch was cancelled before it left. */
  | { on: 'batch-empty'; b: number }
  /** All bytes of a page of this lane have been delivered. */
  | { on: 'uploaded'; lane: string }
  /** Answer to `reoffer`: intents applied in the last seven days, and open ones that were offered before. */
  | { on: 'kept'; intents: readonly Pending[] };

export type Action =
  /** Get a ticket, open the socket, report `opened`, `ticket-refused` or `closed`; with `poll` there is no socket to open. */
  | { do: 'dial'; link: number; poll?: true }
  | { do: 'renew'; link: number }
  | { do: 'send'; link: number; frame: ClientFrame }
  /**
   * Post these frames with a ticket of their own, give what is answered as `frame`s, then report `answered`; with `instead` the post
   * before is given up, and its answer is of no interest.
   */
  | { do: 'post'; link: number; frames: readonly ClientFrame[]; instead?: true }
  | { do: 'close'; link: number; code: number }
  /** Write rows and cursor in one transaction, report `committed` or `commit-failed`. */
  | { do: 'commit'; commit: Commit }
  /** Take rows away; all of them when `ids` is null. */
  | { do: 'forget'; ids: readonly string[] | null }
  | { do: 'sent'; ids: readonly string[] }
  | { do: 'judge'; changes: readonly Judgement[] }
  /** The effect of these intents shows in rows now: take them out of the outbox and keep them for seven days. */
  | { do: 'settle'; ids: readonly string[] }
  /** The log was restored from a backup: report `kept`. */
  | { do: 'reoffer' }
  /** Write down, beside the outbox, which log this device agrees with. */
  | { do: 'origin'; origin: string }
  /** Write down, beside the outbox, what the log had become. */
  | { do: 'tree'; tree: Tree }
  /** Write down until when, by the device's clock, it may be used without being heard again. */
  | { do: 'lease'; until: number | null }
  /** The device is blocked: drop drafts, and photographs that no act names. */
  | { do: 'blocked' }
  | { do: 'phase'; phase: Phase; upgrade: UpgradeWanted | null }
  /** Call again with `tick` at this instant; replaces the earlier one. */
  | { do: 'wake'; at: number | null };

/** What the machine starts from. */
export interface Seed {
  app: string;
  /** Form of intents and rows that this build knows. */
  schema?: number;
  device: string;
  feat: string[];
  stand: Stand;
  intents: readonly Pending[];
  /** Sequence number that the next intent will get. */
  next_seq: number;
  /** When the lease ends, in milliseconds of the device's clock; null if there is none. */
  lease?: number | null;
}
