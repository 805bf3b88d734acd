/** Finds a place for the engine: a dedicated worker, or the page itself where module workers are missing. */
import { base } from '../base';
import type { Prepared } from './images';
import { DeviceError, type DeviceEvents, type LocalPage } from './types';
import { type Call, errorOf, type Reply } from './wire';

export interface EnginePort {
  call: (method: string, args: unknown[]) => Promise<unknown>;
  addPage: (lane: string, material: string, number: number, file: Blob) => Promise<LocalPage>;
}

type Emit = (event: keyof DeviceEvents, payload: unknown) => void;
type CallEngine = EnginePort['call'];

const WORKER_PATIENCE_MS = 4_000;

export async function connectEngine(emit: Emit): Promise<EnginePort> {
  const call = (await inWorker(emit).catch(() => null)) ?? (await inPage(emit));
  watchForKicks(call);
  return { call: persisting(call), addPage: (...page) => addPage(call, ...page) };
}

/** @throws when the worker cannot be started here */
async function inWorker(emit: Emit): Promise<CallEngine> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: base });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  const call: CallEngine = (method, args) =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      worker.postMessage({ call: calls, method, args } satisfies Call);
    });
  const take = (reply: Reply): void => {
    if ('event' in reply) emit(reply.event as keyof DeviceEvents, reply.payload);
    if (!('reply' in reply)) return;
    const asked = waiting.get(reply.reply);
    waiting.delete(reply.reply);
    if (reply.ok) asked?.resolve(reply.value);
    else asked?.reject(errorOf(reply));
  };
  return new Promise((resolve, reject) => {
    const give = (): void => {
      worker.terminate();
      reject(new Error('no worker'));
    };
    const timer = setTimeout(give, WORKER_PATIENCE_MS);
    worker.onerror = give;
    worker.onmessage = ({ data }: { data: Reply }) => {
      if (!('ready' in data)) {
        take(data);
        return;
      }
      clearTimeout(timer);
      worker.onerror = null;
      letGoWhenLeft(worker, call);
      resolve(call);
    };
  });
}

/**
 * A page that is left may be kept for the way back, its worker with it, and would hold the lock and the databases that the next page
 * waits for. So its worker ends, and a page that comes back is loaded anew. WebKit freezes a worker at once, even within a
 * transaction; elsewhere there is time for what is being written.
 */
function letGoWhenLeft(worker: Worker, call: CallEngine): void {
  const end = (): void => worker.terminate();
  const isFrozen = navigator.vendor.startsWith('Apple');
  // After the forms have handed in what they were about to keep. Safari on a telephone does not say so beforehand.
  if (isFrozen) addEventListener('beforeunload', () => setTimeout(() => void call('leaving', [])));
  addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) return;
    if (isFrozen) end();
    else void call('quiet', []).then(end, end);
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

async function inPage(emit: Emit): Promise<CallEngine> {
  const [{ Engine }, { browserEnv }] = await Promise.all([import('./engine'), import('./env')]);
  const engine = new Engine(browserEnv(), emit);
  return (method, args) => engine.call(method, args);
}

/**
 * Asks the browser not to evict what is stored, when the first thing worth keeping is kept: a page can ask, a worker cannot, and some
 * browsers ask the person.
 */
function persisting(call: CallEngine): CallEngine {
  let asked = false;
  return (method, args) => {
    if (!asked && (method === 'saveDraft' || method === 'submit')) {
      asked = true;
      void navigator.storage?.persist?.().catch(() => undefined);
    }
    return call(method, args);
  };
}

/** Moments at which the network may be back; hints only, since engines report them differently or not at all. */
function watchForKicks(call: CallEngine): void {
  const kick = (): void => {
    if (document.visibilityState === 'visible') void call('kick', []).catch(() => undefined);
  };
  addEventListener('online', kick);
  addEventListener('pageshow', kick);
  document.addEventListener('visibilitychange', kick);
}

/** A worker that cannot draw, or cannot read this format, leaves the preparing to the page. */
async function addPage(
  call: CallEngine,
  lane: string,
  material: string,
  number: number,
  file: Blob,
): Promise<LocalPage> {
  try {
    return (await call('addPage', [lane, material, number, file])) as LocalPage;
  } catch (error) {
    if (!(error instanceof DeviceError) || error.params['why'] === undefined) throw error;
    const { prepare } = await import('./images');
    const ready: Prepared = await prepare(file);
    return (await call('keepPage', [lane, material, number, ready])) as LocalPage;
  }
}
