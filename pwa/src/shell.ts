/** What concerns the whole window rather than one screen: its title, and a screen whose code could not be fetched. */
import { readonly, shallowRef } from 'vue';
import { t } from './i18n';

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
