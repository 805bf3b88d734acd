/** The only thing screens import to reach the device layer: a typed facade over the engine, wherever that runs. */
import type { Commands } from '../protocol/generated';
import { deviceId } from '../session';
import { reloadOnce } from '../shell';
import { connectEngine, type EnginePort } from './host';
import { keptHere, note } from './noted';
import type {
  Bodies,
  DeviceEvents,
  DeviceState,
  Draft,
  IntentType,
  Json,
  Kind,
  LocalPage,
  LocalRow,
  OutboxEntry,
  Principal,
  Resolution,
  SubmitOptions,
} from './types';

export * from './types';

type Listener<K extends keyof DeviceEvents> = (payload: DeviceEvents[K]) => void;

const listeners = new Map<keyof DeviceEvents, Set<(payload: never) => void>>();
const pageUrls = new Map<string, string>();
let port: Promise<EnginePort> | undefined;

function emit(event: keyof DeviceEvents, payload: unknown): void {
  if (event === 'noted') note(payload as DeviceEvents['noted']);
  if (event === 'broken') reloadOnce();
  for (const listener of listeners.get(event) ?? []) (listener as (payload: unknown) => void)(payload);
}

const engine = (): Promise<EnginePort> => {
  port ??= connectEngine(emit);
  return port;
};

export const call = async <R>(method: string, ...args: unknown[]): Promise<R> =>
  (await engine()).call(method, args) as Promise<R>;

function forgetUrl(file: string): void {
  const url = pageUrls.get(file);
  if (url === undefined) return;
  URL.revokeObjectURL(url);
  pageUrls.delete(file);
}

async function pageUrl(file: string): Promise<string | null> {
  const known = pageUrls.get(file);
  if (known !== undefined) return known;
  const blob = await call<Blob | null>('pageBlob', file);
  if (blob === null) return null;
  const url = URL.createObjectURL(blob);
  pageUrls.set(file, url);
  return url;
}

export const client = {
  /**
   * Opens the person's own databases and starts to sync; guest when null. Call it again when the person changes: drafts
   * kept as a guest move to the person who signs in.
   */
  start: (person: Principal | null): Promise<void> =>
    call('start', person, deviceId(), person ? (keptHere()[person.id] ?? null) : null),

  /** Closes the connection. The outbox stays, locked to its person, and how much it still holds is returned. */
  stop: (): Promise<{ unsent: number; drafts: number; photos: number }> => call('stop'),

  /** Unsent work of other people that this browser keeps; whose it is, is not said. */
  othersHere: async (): Promise<{ unsent: number; at: string }[]> => {
    const mine = (await client.state()).person?.id;
    const others = Object.entries(keptHere()).filter(([sub, { n }]) => sub !== mine && n > 0);
    return others.map(([, { n, at }]) => ({ unsent: n, at }));
  },

  /** Tells the device that a sign-in has been renewed (same person), so that held work goes on. */
  signedIn: (): Promise<void> => call('signedIn'),

  drafts: {
    list: (): Promise<Draft[]> => call('drafts'),
    get: (id: string): Promise<Draft | null> => call('draft', id),
    /** Resolves when the draft is on disk. */
    save: (draft: Draft): Promise<void> => call('saveDraft', draft),
    /** Removes the draft and its pages. */
    remove: (id: string): Promise<void> => call('removeDraft', id),
  },

  /** Half-done work of a staff member on a case (ticks, sentences), kept on this device; null removes it. */
  work: {
    get: <W>(lane: string): Promise<W | null> => call('work', lane),
    save: (lane: string, work: Json | null): Promise<void> => call('saveWork', lane, work),
  },

  /** A new UUIDv7, for drafts. */
  newId: (): Promise<string> => call('newId'),

  /**
   * Keeps a photographed or chosen page: photographs are downscaled to at most 4 Mpx JPEG without EXIF, PDF passes through.
   * Resolves when it is on disk.
   *
   * @param lane draft or case id
   * @throws DeviceError with a `PageProblem` code
   */
  addPage: async (lane: string, material: string, number: number, file: Blob): Promise<LocalPage> =>
    (await engine()).addPage(lane, material, number, file),
  /** Pages of a draft or case that are still on this device, by material and number. */
  pages: (lane: string): Promise<LocalPage[]> => call('pages', lane),
  /** Removes a page that no act names yet. */
  removePage: async (file: string): Promise<void> => {
    await call('removePage', file);
    forgetUrl(file);
  },
  /** Numbers the pages of one material from 1 in the order given. */
  orderPages: (lane: string, material: string, files: readonly string[]): Promise<void> =>
    call('orderPages', lane, material, [...files]),
  /** Object URL of a page that is still on this device, else null (ask the server then). */
  pageUrl,

  /**
   * Keeps an act in the outbox; resolves when it is on disk, whether or not there is a signal. A filing takes the draft of
   * the same id out of the drafts.
   */
  submit: <T extends IntentType>(
    type: T,
    lane: string,
    args: Commands[T],
    options: SubmitOptions = {},
  ): Promise<OutboxEntry> => call('submit', type, lane, args, options),

  rows: <K extends Kind>(kind: K, ids: readonly string[] | null = null): Promise<LocalRow<K>[]> =>
    call('rows', kind, ids),
  /** The next rows of a kind in the order of their ids; not for `status`. */
  rowsAfter: <K extends Kind>(kind: K, after: string, most: number): Promise<LocalRow<K>[]> =>
    call('rowsAfter', kind, after, most),
  row: <K extends Kind>(kind: K, id: string): Promise<LocalRow<K> | null> => call('row', kind, id),
  /**
   * A staff member opens a case: the full row from the device if it is claimed, else from the server (the read is recorded),
   * else the copy of an earlier opening.
   *
   * @throws DeviceError `offline` when there is neither signal nor copy, `not-found`
   */
  openCase: (id: string): Promise<LocalRow<'case'>> => call('openCase', id),

  /** The copy of a case that is on this device, as `openCase` would show it without asking the server; null if there is none. */
  caseHere: (id: string): Promise<LocalRow<'case'> | null> => call('caseHere', id),

  /** Everything not settled, oldest first, acts that were not done included. */
  outbox: (): Promise<OutboxEntry[]> => call('outbox'),
  /**
   * Returns the new act for `retry` and `note`, the draft id for `edit`. An act that has left the device and is not judged yet
   * cannot be discarded: it stays.
   *
   * @throws DeviceError `offline` for `hand-to-desk` without a signal, `not-found` if the centre does not keep it
   */
  resolve: (intent: string, how: Resolution): Promise<string | null> => call('resolve', intent, how),
  /**
   * Changes what an act says that has never left this device; it keeps its id and its place.
   *
   * @throws DeviceError `already-sent`, `not-found`, `intent-too-large`
   */
  edit: (intent: string, args: Commands[IntentType]): Promise<OutboxEntry> => call('edit', intent, args),
  /** Replaces the args of a refused act and sends it again as a new one. */
  resend: (intent: string, args: Commands[IntentType]): Promise<OutboxEntry> => call('resend', intent, args),

  state: (): Promise<DeviceState> => call('state'),
  /** Dial at once, offer everything again. */
  syncNow: (): Promise<void> => call('kick'),
  /** Some request was answered by the server: a connection that waits to dial again does so at once. */
  reachable: (): Promise<void> => call('reachable'),
  /** Bytes left on the device, null if the browser does not say. Ask before the camera opens. */
  spaceLeft: (): Promise<number | null> => call('spaceLeft'),
  /** One file with everything not yet sent, photographs included, for the service desk; only these acts where `ids` are named. */
  rescueFile: (ids?: readonly string[]): Promise<Blob> => call('rescueFile', ids ? [...ids] : null),
  /**
   * Brings such a file in on this device, for the person whose work it holds: same ids, so nothing happens twice.
   *
   * @throws DeviceError `unreadable`, `other-person`, `no-space`
   */
  importRescue: (file: Blob): Promise<{ acts: number; drafts: number }> => call('importRescue', file),
  /** Settles when nothing is being written, so that a new version of the app can take over. */
  quiet: (): Promise<void> => call('quiet'),

  on<K extends keyof DeviceEvents>(event: K, listener: Listener<K>): () => void {
    const set = listeners.get(event) ?? new Set();
    listeners.set(event, set);
    set.add(listener as (payload: never) => void);
    return () => set.delete(listener as (payload: never) => void);
  },
};

export type Client = typeof client;
export type { Bodies };
