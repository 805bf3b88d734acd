/** The service worker and new versions of the app: a new one waits until the person agrees and no form is unsaved. */
import { reactive, readonly } from 'vue';

interface State {
  ready: boolean;
  offlineReady: boolean;
  unsaved: number;
}

const state = reactive<State>({ ready: false, offlineReady: false, unsaved: 0 });
let waiting: ServiceWorker | null = null;
let agreed = false;

/** `ready`: a new version waits; `offlineReady`: the app opens without a network; `unsaved`: forms not yet on disk. */
export const appVersion = readonly(state);

/** Registers the service worker and watches for a new one. Without a secure context there is none, and no harm done. */
export async function watchVersions(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  state.offlineReady = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    state.offlineReady = true;
    if (agreed) location.reload();
  });
  const registration = await serviceWorker.register('/sw.js').catch(() => null);
  if (!registration) return;
  offer(registration.waiting);
  registration.addEventListener('updatefound', () => follow(registration));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

/** Marks something as not yet kept while `work` runs, so that no new version takes over meanwhile. */
export async function whileUnsaved<Result>(work: () => Promise<Result>): Promise<Result> {
  state.unsaved += 1;
  try {
    return await work();
  } finally {
    state.unsaved -= 1;
  }
}

/** The person agreed: the waiting version takes over and the page loads anew. */
export function takeNewVersion(): void {
  if (!waiting || state.unsaved > 0) return;
  agreed = true;
  waiting.postMessage({ type: 'take-over' });
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
