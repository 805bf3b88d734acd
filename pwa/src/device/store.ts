/** The device layer as Vue sees it: shallow mirrors of rows, outbox and state that screens read. */
import { type ComputedRef, computed, type ShallowRef, shallowReactive, shallowRef } from 'vue';
import { client } from './client';
import { NO_STATE } from './health-blank';
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
const rowsByKind = new Map<Kind, ShallowRef<LocalRow[] | null>>();

async function readRows(kind: Kind): Promise<void> {
  const mirrored = rowsByKind.get(kind);
  if (mirrored) mirrored.value = Object.freeze(await client.rows(kind)) as LocalRow[];
}

async function readOutbox(): Promise<void> {
  mirror.outbox = await client.outbox();
}

async function readDrafts(): Promise<void> {
  mirror.drafts = await client.drafts.list();
}

const readAllRows = (): Promise<unknown> => Promise.all([...rowsByKind.keys()].map(readRows));

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
  const outboxChanged = coalesced(() => Promise.all([readOutbox(), readAllRows()]));
  const draftsChanged = coalesced(readDrafts);
  const rowsChanged = new Map<Kind, () => void>();
  client.on('state', (state) => {
    mirror.state = state;
  });
  client.on('uploads', (changed) => {
    mirror.uploads = new Map([...mirror.uploads, ...changed.map((one) => [one.file, one] as const)]);
  });
  client.on('outbox', outboxChanged);
  client.on('drafts', draftsChanged);
  client.on('rows', ({ kinds }) => {
    for (const kind of kinds) {
      const changed = rowsChanged.get(kind) ?? coalesced(() => readRows(kind));
      rowsChanged.set(kind, changed);
      changed();
    }
  });
}

/** Nothing of one person may stay in sight of the next. */
function forget(): void {
  mirror.state = NO_STATE;
  mirror.outbox = [];
  mirror.uploads = new Map();
  mirror.drafts = [];
  for (const rows of rowsByKind.values()) rows.value = null;
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
  await Promise.all([readOutbox(), readDrafts(), readAllRows()]);
  mirror.loaded = true;
  // A screen that opened meanwhile has asked for kinds that were not among those just read.
  await Promise.all([...rowsByKind].filter(([, rows]) => rows.value === null).map(([kind]) => readRows(kind)));
}

/** State, outbox, uploads by page and drafts, reactive. */
export function useDevice(): Readonly<Mirror> {
  return mirror;
}

/** Rows of one kind with own acts laid over them; null until the first read is done. */
export function useRows<K extends Kind>(kind: K): Readonly<ShallowRef<LocalRow<K>[] | null>> {
  let mirrored = rowsByKind.get(kind);
  if (!mirrored) {
    mirrored = shallowRef(null);
    rowsByKind.set(kind, mirrored);
    // Before the device layer is open there is nothing to read; opening it reads every kind that is looked at.
    if (mirror.loaded) void readRows(kind).catch(() => undefined);
  }
  return mirrored as unknown as ShallowRef<LocalRow<K>[] | null>;
}

/** One row, undefined until read, null if the device has none. */
export function useRow<K extends Kind>(kind: K, id: () => string): ComputedRef<LocalRow<K> | null | undefined> {
  const rows = useRows(kind);
  return computed(() => (rows.value === null ? undefined : (rows.value.find((row) => row.id === id()) ?? null)));
}
