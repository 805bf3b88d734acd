/**
 * The service worker and new versions of the app: a new one waits until the person agrees, no form is unsaved and nothing is being
 * written. Where there is no service worker the app lives from the network alone, and a new version is a page loaded anew.
 */
import { reactive, readonly, watchEffect } from 'vue';
import { APP_BUILD } from './device/build';
import { client } from './device/client';
import { whenAtRest } from './lots';

interface State {
  build: string;
  ready: boolean;
  offlineReady: boolean;
  unsaved: number;
}

const state = reactive<State>({ build: APP_BUILD, ready: false, offlineReady: false, unsaved: 0 });
let waiting: ServiceWorker | null = null;
let registered: ServiceWorkerRegistration | null = null;
let agreed = false;
let asked = '';

/** `ready`: a new version waits; `offlineReady`: the app opens without a network; `unsaved`: forms not yet on disk. */
export const appVersion = readonly(state);

/**
 * Registers the service worker and watches for a new one. Without a secure context there is none, and no harm done.
 *
 * The first worker fetches the whole app, which takes the processor and the line from the screen that a new visitor waits for: it
 * begins when that is whole.
 */
export async function watchVersions(): Promise<void> {
  if (!import.meta.env.PROD) return;
  client.on('state', ({ upgrade }) => wanted(upgrade?.min_app ?? ''));
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  state.offlineReady = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    state.offlineReady = true;
    if (agreed) location.reload();
  });
  if (!state.offlineReady) await whenAtRest();
  const registration = await registerWorker();
  if (!registration) return;
  registered = registration;
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => follow(registration));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

/** Registers the service worker, or returns what it was registered as; null where the browser refuses it. */
export function registerWorker(): Promise<ServiceWorkerRegistration | null> {
  return navigator.serviceWorker.register('/sw.js').catch(() => null);
}

/** The centre asks for a newer app: look for it now, once for each version that it names. */
function wanted(minApp: string): void {
  if (minApp === asked) return;
  asked = minApp;
  if (minApp === '') return;
  if (registered) void registered.update().catch(() => undefined);
  else state.ready = true;
}

/** Marks something as not yet kept while `work` runs, so that no new version takes over meanwhile. */
export async function whileUnsaved<Result>(work: () => Promise<Result>): Promise<Result> {
  const release = holdVersion();
  try {
    return await work();
  } finally {
    release();
  }
}

/** Marks a form as not kept anywhere; returns what takes the mark away. */
export function holdVersion(): () => void {
  let held = true;
  state.unsaved += 1;
  return () => {
    if (held) state.unsaved -= 1;
    held = false;
  };
}

/**
 * The person agreed: once nothing is unsaved or being written, the waiting version takes over and the page loads anew. Pressing the
 * button may itself make a form save what was typed last: that is waited for.
 */
export async function takeNewVersion(): Promise<void> {
  if (!state.ready || agreed) return;
  do {
    await saved();
    await client.quiet().catch(() => undefined);
  } while (state.unsaved > 0);
  agreed = true;
  if (waiting) waiting.postMessage({ type: 'take-over' });
  else location.reload();
}

/** Resolves when no form is unsaved. */
function saved(): Promise<void> {
  return new Promise((resolve) => {
    const stop = watchEffect(() => {
      if (state.unsaved > 0) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

function follow(registration: ServiceWorkerRegistration): void {
  const coming = registration.installing;
  coming?.addEventListener('statechange', () => {
    if (coming.state === 'installed') offer(coming);
  });
}

function offer(worker: ServiceWorker | null): void {
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting = worker;
  state.ready = true;
}
