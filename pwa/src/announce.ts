/** What a screen reader is told, and the short message that shows itself: one at a time, in the words on the screen. */
import { readonly, shallowRef } from 'vue';

/** A short message with at most one thing to press. */
export interface Toast {
  words: string;
  action?: { words: string; run: () => void };
}

const SHOWN_MS = 6000;
const said = shallowRef('');
const shown = shallowRef<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** The text of the polite live region. */
export const announcement = readonly(said);
/** The message on show. */
export const toast = readonly(shown);

/** Tells a change of status to those who cannot see it. */
export function announce(words: string): void {
  said.value = '';
  queueMicrotask(() => {
    said.value = words;
  });
}

/** Shows a short message for a while, and says it. */
export function showToast(message: Toast): void {
  clearTimeout(timer);
  shown.value = message;
  announce(message.words);
  timer = setTimeout(hideToast, SHOWN_MS);
}

/** Takes the message away. */
export function hideToast(): void {
  clearTimeout(timer);
  shown.value = null;
}
