/** The device layer as Vue sees it: shallow mirrors of rows, outbox and state that screens read. */
import { type ComputedRef, computed, type ShallowRef, shallowReactive } from 'vue';
import { client } from './client';
import { NO_STATE } from './health-blank';
import { Mirrored } from './mirrored';
import type { DeviceState, Draft, Kind, LocalRow, OutboxEntry, Principal, UploadProgress } from './types';

interface Mirror {
  state: DeviceState;
  outbox: OutboxEntry[];
  uploads: ReadonlyMap<string, UploadProgress>;
  drafts: Draft[];
  /** False until the first read of this person's outbox and drafts is done. */
  loaded: boolean;
}

const mirror: Mirror = shallowReactive({ state: NO_STATE, outbox: [], uploads: new Map(), drafts: [], loaded: false });
const rowsByKind = new Map<Kind, Mirrored>();

/** Reads the outbox again: what it holds when this is called can be seen once it settles. */
export async function refreshOutbox(): Promise<void> {
  mirror.outbox = await client.outbox();
}

async function readDrafts(): Promise<void> {
  mirror.drafts = await client.drafts.list();
}

const readRows = (ids: readonly string[] | null): Promise<unknown> =>
  Promise.all([...rowsByKind.values()].map((one) => one.read(ids)));

/** Own acts lie over the rows of their lanes: those of before, where one is gone, and those of now. */
async function readOutboxAndRows(): Promise<void> {
  const before = mirror.outbox;
  await refreshOutbox();
  const lanes = new Set([...before, ...mirror.outbox].map(({ lane }) => lane));
  await readRows([...lanes]);
}

/** One reading at a time and one more if something happened meanwhile: a burst of changes costs two reads, not fifty. */
function coalesced(read: () => Promise<unknown>): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await read().catch(() => undefined);
    } while (again);
    running = false;
  };
  return () => {
    if (running) again = true;
    else void run();
  };
}

function listen(): void {
  const outboxChanged = coalesced(readOutboxAndRows);
  const draftsChanged = coalesced(readDrafts);
  client.on('state', (state) => {
    const isOther = state.locked !== mirror.state.locked;
    mirror.state = state;
    // A locked device shows no rows.
    if (isOther) void readRows(null).catch(() => undefined);
  });
  client.on('uploads', (changed) => {
    mirror.uploads = new Map([...mirror.uploads, ...changed.map((one) => [one.file, one] as const)]);
  });
  client.on('outbox', outboxChanged);
  client.on('drafts', draftsChanged);
  client.on('rows', ({ kinds, ids }) => {
    for (const kind of kinds) {
      void rowsByKind
        .get(kind)
        ?.read(ids)
        .catch(() => undefined);
    }
  });
}

/** Nothing of one person may stay in sight of the next. */
function forget(): void {
  mirror.state = NO_STATE;
  mirror.outbox = [];
  mirror.uploads = new Map();
  mirror.drafts = [];
  for (const one of rowsByKind.values()) one.forget();
}

let listening = false;

/** Starts the device layer for a person (or a guest) and fills the mirror. */
export async function startDevice(person: Principal | null): Promise<void> {
  if (!listening) listen();
  listening = true;
  mirror.loaded = false;
  if (mirror.state.person?.id !== person?.id) forget();
  await client.start(person);
  mirror.state = await client.state();
  await Promise.all([refreshOutbox(), readDrafts(), readRows(null)]);
  mirror.loaded = true;
  // A screen that opened meanwhile has asked for kinds that were not among those just read.
  await Promise.all([...rowsByKind.values()].filter(({ rows }) => rows.value === null).map((one) => one.read(null)));
}

/** State, outbox, uploads by page and drafts, reactive. */
export function useDevice(): Readonly<Mirror> {
  return mirror;
}

/** Rows of one kind with own acts laid over them; null until the first read is done. */
export function useRows<K extends Kind>(kind: K): Readonly<ShallowRef<LocalRow<K>[] | null>> {
  let mirrored = rowsByKind.get(kind);
  if (!mirrored) {
    mirrored = new Mirrored(kind, client);
    rowsByKind.set(kind, mirrored);
    // Before the device layer is open there is nothing to read; opening it reads every kind that is looked at.
    if (mirror.loaded) void mirrored.read(null).catch(() => undefined);
  }
  return mirrored.rows as unknown as ShallowRef<LocalRow<K>[] | null>;
}

/** One row, undefined until read, null if the device has none. */
export function useRow<K extends Kind>(kind: K, id: () => string): ComputedRef<LocalRow<K> | null | undefined> {
  const rows = useRows(kind);
  return computed(() => (rows.value === null ? undefined : (rows.value.find((row) => row.id === id()) ?? null)));
}
