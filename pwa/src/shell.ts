/** What concerns the whole window rather than one screen: its title, a screen whose code could not be fetched, loading anew. */
import { readonly, shallowRef } from 'vue';
import { t } from './i18n';

const RELOADED_KEY = 'doorstep.reloaded';
const RELOAD_AGAIN_MS = 60_000;
const failed = shallowRef(false);

/** Whether the code of the wanted screen could not be fetched. */
export const screenBroken = readonly(failed);

/** Tells the window that a screen could not be fetched. */
export function brokenScreen(): void {
  failed.value = true;
}

/** Names the window after the screen: `租房备案·家门口`. */
export function nameWindow(title: string | null): void {
  failed.value = false;
  document.title = title ? `${title}·${t('app.name')}` : t('app.name');
}

/** Loads the app anew because this page can no longer keep anything; at most once a minute, so that it never goes round and round. */
export function reloadOnce(): void {
  try {
    const last = Number(sessionStorage.getItem(RELOADED_KEY) ?? 0);
    if (Date.now() - last < RELOAD_AGAIN_MS) return;
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
    location.reload();
  } catch {
    // Without a place to remember that it was tried, it is not tried.
  }
}
