/** What the engine needs from the browser; tests hand in their own. */
import { base } from '../base';
import type { Socket } from './link';

export interface Env {
  /** Where the service is, e.g. `https://example.cn`; in a sandbox of practice with what its addresses begin with. */
  origin: string;
  fetch: typeof fetch;
  connect: (url: string, subprotocol: string) => Socket;
  locks: LockManager | undefined;
  channel: (name: string) => BroadcastChannel | undefined;
  storage: StorageManager | undefined;
  now: () => number;
  random: () => number;
  setTimer: (job: () => void, ms: number) => unknown;
  clearTimer: (timer: unknown) => void;
}

export function browserEnv(): Env {
  return {
    origin: `${location.origin}${base}`,
    fetch: (input, init) => fetch(input, init),
    connect: (url, subprotocol) => new WebSocket(url, subprotocol) as unknown as Socket,
    locks: globalThis.navigator?.locks,
    channel: (name) => (typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(name)),
    storage: globalThis.navigator?.storage,
    now: () => Date.now(),
    random: () => Math.random(),
    setTimer: (job, ms) => setTimeout(job, ms),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  };
}

/** Unpacking of zlib frames, undefined where the browser has none. */
export function inflater(): ((bytes: ArrayBuffer) => Promise<string>) | undefined {
  if (typeof DecompressionStream === 'undefined') return undefined;
  return (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).text();
}
