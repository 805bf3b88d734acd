/** What the device layer and the screens say to each other: plain data only, so that it can cross to a worker. */
import type {
  CaseBody,
  Commands,
  CopyFor,
  FileRef,
  Json,
  QueueBody,
  RowBodies,
  StatusBody,
  Text,
} from '../protocol/generated';

export type { CaseBody, Commands, FileRef, Json, QueueBody, StatusBody, Text };

/** Who uses the device. `null` where a person is asked for means a guest. */
export interface Principal {
  id: string;
  kind: 'resident' | 'staff';
  name?: string;
}

/** Kinds of rows and their bodies. */
export type Bodies = RowBodies;

export type Kind = keyof Bodies;

const EVERY_KIND: Record<Kind, true> = {
  status: true,
  queue: true,
  case: true,
  colleague: true,
  vault: true,
  device: true,
  appointment: true,
  ticket: true,
  'own-ticket': true,
  line: true,
  counter: true,
  panel: true,
  'rating-invitation': true,
  rating: true,
  rated: true,
  rectification: true,
  'rating-tally': true,
  course: true,
  topic: true,
  policy: true,
  qa: true,
  'certificate-kind': true,
  'bank-question': true,
  scenario: true,
  learner: true,
  trainee: true,
  asked: true,
  exam: true,
  'exam-paper': true,
  candidate: true,
  certificate: true,
  'issued-certificate': true,
};
/** Every kind, so that what arrives can be told by kind. */
export const KINDS = Object.keys(EVERY_KIND) as Kind[];

/**
 * What an own act on a case has come to.
 *
 * `waiting`: on this device only. `sent`: offered, no answer yet. `held`: the centre waits for something (`code`), for
 * instance photographs still on their way. `applied`: done, the row that shows it is on its way. `conflict`,
 * `refused`, `quarantined`: not done; the person must choose (outbox page).
 */
export type MarkState = 'waiting' | 'sent' | 'held' | 'applied' | 'conflict' | 'refused' | 'quarantined';

export interface Mark {
  intent: string;
  type: IntentType;
  state: MarkState;
  code: string | null;
  /** Device clock, ISO. */
  at: string;
}

/** A row as screens show it: the server's row with the person's own unsettled acts laid over it. */
export interface LocalRow<K extends Kind = Kind> {
  id: string;
  kind: K;
  /** Position of the last change of the server's row; 0 for a row that exists on this device only. */
  pos: number;
  body: Bodies[K];
  /** Own acts that are not settled yet, oldest first; empty for a plain row. */
  marks: Mark[];
}

export type IntentType = keyof Commands;

/** A form that has not been handed in. Its id becomes the case id. */
export interface Draft {
  id: string;
  item_id: string;
  item_version: number;
  item_name: Text | null;
  answers: Record<string, Json>;
  declarations: string[];
  /** Checked copies that take the place of pages. */
  copies?: CopyFor[];
  /** Papers that shall follow later. */
  later?: string[];
  /** The items of a linked filing, each with the id that its case will have; then `item_id` names the bundle. */
  children?: ChildDraft[];
  /** Where in the form the person stood; the form decides what it means. */
  step: string;
  created_at: string;
  saved_at: string;
}

/** One of the cases that a linked filing becomes. */
export interface ChildDraft {
  case: string;
  item_id: string;
  item_version: number;
  item_name: Text;
}

/** A photographed or chosen page on this device. */
export interface LocalPage {
  /** Attachment id; the `file` of `PageOf`. */
  file: string;
  /** Draft or case id. */
  lane: string;
  material: string;
  number: number;
  sha256: string;
  /** Bytes after downscaling. */
  size: number;
  media_type: string;
  /** A photograph that may be hard to read; a hint, never a refusal. */
  warning: 'dark' | 'blurred' | null;
  /** `local` until an intent names it, then `queued`, `uploading`, `sent` (all bytes delivered, not yet checked). */
  state: 'local' | 'queued' | 'uploading' | 'sent';
  /** Bytes that the server has confirmed. */
  sent: number;
  intent: string | null;
  /** Why the server would not take its bytes, null while nothing is wrong (`file-refused`, or the server's own code). */
  problem: string | null;
  added_at: string;
}

/**
 * Why a page could not be kept. `too-large`: over 20 MB after downscaling (PDF: 50 MB). `no-space`: the device is full;
 * nothing that was kept before is touched.
 */
export type PageProblem = 'undecodable' | 'too-large' | 'wrong-type' | 'empty' | 'no-space' | 'storage';

/** An error with a code that the screens word. */
export class DeviceError extends Error {
  constructor(
    readonly code:
      | PageProblem
      | 'intent-too-large'
      | 'unknown-file'
      | 'not-signed-in'
      | 'offline'
      | 'not-found'
      /** The act has been offered to the centre and can no longer be changed or cancelled. */
      | 'already-sent'
      /** The lease is over: nothing is shown or done until the same person has signed in again. */
      | 'locked'
      /** The file holds somebody else's work. */
      | 'other-person'
      /** The file is no rescue file, or a damaged one. */
      | 'unreadable',
    readonly params: Record<string, Json> = {},
  ) {
    super(code);
    this.name = 'DeviceError';
  }
}

/** An act in the outbox, from the moment it is kept until its effect has come back as a row. */
export interface OutboxEntry {
  id: string;
  seq: number;
  lane: string;
  type: IntentType;
  args: Json;
  base: { pos: number } | null;
  /** What it comes after and needs now; with `relinked` that is not what the text says. */
  after: string[];
  needs: string[];
  relinked?: boolean;
  files: FileRef[];
  /** Device clock, ISO. */
  at: string;
  by: string;
  /** Exact text that travels; once offered, it never changes, so that a second push is the same bytes. */
  body: string;
  state: 'queued' | 'sent' | 'held' | 'applied' | 'conflict' | 'refused' | 'quarantined';
  pos: number | null;
  code: string | null;
  params: Record<string, Json> | null;
  /** What the person may choose, for a conflict. */
  options: string[];
  judged_at: string | null;
  /** What the screens need to name it before the server knows it; never sent. */
  about: About | null;
  /** It has left this device at least once; until then it may be edited or cancelled. */
  offered: boolean;
}

/** Local words for an act. */
export interface About {
  item_name?: Text;
  applicant?: string;
  number?: string;
  agent?: string;
  /** The cases that a linked filing becomes. */
  children?: ChildDraft[];
  /** Lets a refused filing return to the form where it was left. */
  draft?: Draft;
}

export interface SubmitOptions {
  /** Ids of local pages that the command names; their bytes follow after it. */
  files?: readonly string[];
  /** Intents that must have been applied first; an unsettled filing of the same lane is added by itself. */
  needs?: readonly string[];
  /** Position of the row on which the act was based; taken from the device's row when left out. */
  base?: number | null;
  about?: About;
}

export type Connection =
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
  /** A staff device was not heard of for too long: rows are hidden and nothing can be done until the same person signs in. */
  | 'lease-expired'
  /** The centre's log is another one, for no reason that it gives: nothing is sent; reading and queueing go on. */
  | 'origin-changed'
  /** The centre's log does not begin with what this device has seen of it: nothing is sent, and staff see no rows. */
  | 'log-altered'
  /** Another tab of this device keeps the connection and this one follows it. */
  | 'follower';

/** What the person may be told about the device, in one object. */
export interface DeviceState {
  person: Principal | null;
  connection: Connection;
  /** Own acts that the centre has not answered yet. */
  queued: number;
  /** Own acts that were not done and wait for the person. */
  aside: number;
  /** Pages whose bytes are not all delivered, though an act names them. */
  uploads: number;
  /** When the server was last heard, ISO, also from an earlier run; null if never. */
  last_contact: string | null;
  /** Rows are complete up to a checkpoint. */
  ready: boolean;
  /**
   * `persistent`: the browser will not evict; `best-effort`: it may; `none`: nothing can be kept on this device; `stuck`: the browser
   * has not answered for long what it was asked to keep or to read, and may not before it is started anew.
   */
  storage: 'persistent' | 'best-effort' | 'none' | 'stuck';
  /** Bytes in use and bytes left, null if the browser does not say. */
  storage_used: number | null;
  storage_left: number | null;
  /** Set when the app is too old for the server; it can go on until `by` unless `hard`. */
  upgrade: { min_app: string; hard: boolean; by: string | null } | null;
  /** Id of this device. */
  device: string;
  /** Device clock at which the oldest act without an answer was taken, ISO; null if there is none. */
  oldest_unsent: string | null;
  /** Photographs that acts name and whose bytes are not all delivered. */
  photos_waiting: { n: number; bytes: number };
  /** How far the device's clock is ahead of the centre's, in milliseconds; null if never measured. */
  clock_skew_ms: number | null;
  /** Until when a staff device may be used without being heard, ISO; null for residents. */
  lease_until: string | null;
  /** Set while rows are hidden and nothing can be done. */
  locked: 'lease' | 'log' | null;
  origin_changed: boolean;
  /** When this device found that the centre's log does not begin with what it had seen of it, ISO. */
  log_altered_at: string | null;
  /** What the centre's log had become when this device saw it last; null if it never did. */
  log_seen: { origin: string; size: number; root: string } | null;
  /** When this device heard that the centre's log was restored from a backup, ISO. */
  restored_at: string | null;
  blocked: boolean;
  /** Acts that this browser had promised to keep and has thrown away: how many were unsent, and when that was last known. */
  evicted: { n: number; at: string } | null;
  /** Sockets get through, or the device asks every 25 seconds. */
  transport: 'socket' | 'poll';
  /** The centre cannot give rows yet. */
  wait: { why: 'warming' | 'lagging' | 'log-away'; done: number; total: number } | null;
}

/** What a browser noted of a person's outbox outside of the databases, so that their loss is found out. */
export interface Noted {
  n: number;
  next_seq: number;
  at: string;
}

/** Progress of one page. */
export interface UploadProgress {
  file: string;
  lane: string;
  material: string;
  number: number;
  sent: number;
  size: number;
  state: LocalPage['state'];
}

export interface DeviceEvents {
  /** Rows of these kinds changed, those with `ids` alone where that is known; read them again. */
  rows: { kinds: Kind[]; ids: string[] | null };
  outbox: Record<string, never>;
  state: DeviceState;
  uploads: UploadProgress[];
  drafts: Record<string, never>;
  /** What the outbox holds, to be noted outside of the databases. */
  noted: { sub: string; noted: Noted };
  /** The databases cannot be used by this page any more: it must be loaded anew. */
  broken: Record<string, never>;
}

/**
 * What to do with an act that was not done.
 *
 * `discard`: keep nothing of it in the tray. `retry`: send it again as a new act on the state as it is now (an act
 * that is queued or held is merely offered at once). `edit`: a filing becomes a draft again. `note`: keep only its
 * words, as a note on the case. `hand-to-desk`: the centre shows it to the desk; needs a signal.
 */
export type Resolution = 'discard' | 'retry' | 'edit' | 'note' | 'hand-to-desk';
