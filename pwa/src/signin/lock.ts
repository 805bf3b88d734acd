/** The lock of the staff's screens: whether it is on, for whom, and when it comes on by itself. In all tabs at once. */
import { computed, ref } from 'vue';
import { session } from '../session';
import type { KeptPin } from './pin';

export const LOCKS_AFTER_MINUTES = 10;
const LOCKED_KEY = 'doorstep.locked';
const TOUCHED_KEY = 'doorstep.touched';
const LOOK_EVERY_MS = 15_000;
const MINUTE_MS = 60_000;
const locked = ref(recall(LOCKED_KEY));

/** Whether the screen is locked for whoever is signed in; for anybody else there is nothing to lock. */
export const isLocked = computed(() => session.person?.kind === 'staff' && locked.value === session.person.id);

/** What is kept of the PIN of whoever is signed in; null if they have none on this device. */
export function keptPin(): KeptPin | null {
  try {
    return JSON.parse(recall(pinKey()) ?? 'null') as KeptPin | null;
  } catch {
    return null;
  }
}

/** Keeps that of their PIN from now on. */
export function keepPin(kept: KeptPin): void {
  remember(pinKey(), JSON.stringify(kept));
}

/** Remembers whether they have a passkey, with which the lock opens too. */
export function keepHasKey(has: boolean): void {
  remember(keyKey(), has ? 'yes' : null);
}

/** Whether they were seen to have a passkey. */
export const hasKey = (): boolean => recall(keyKey()) !== null;

/** Locks the screen, here and in the other tabs. */
export function lock(): void {
  locked.value = session.person?.id ?? null;
  remember(LOCKED_KEY, locked.value);
}

/** Lets whoever is signed in go on. */
export function unlock(): void {
  locked.value = null;
  remember(LOCKED_KEY, null);
  touched();
}

/** Locks by itself when nobody has touched the screen for a while, also while it was closed. @returns how to stop */
export function lockWhenLeft(now: () => number = Date.now): () => void {
  const look = (): void => {
    const last = Number(recall(TOUCHED_KEY) ?? now());
    if (keptPin() && !isLocked.value && now() - last >= LOCKS_AFTER_MINUTES * MINUTE_MS) lock();
  };
  const touch = (): void => {
    look();
    if (!isLocked.value) touched(now());
  };
  const follow = (event: StorageEvent): void => {
    if (event.key === LOCKED_KEY) locked.value = event.newValue;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  addEventListener('pointerdown', touch, { capture: true, passive: true });
  addEventListener('keydown', touch, { capture: true, passive: true });
  addEventListener('storage', follow);
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearInterval(timer);
    removeEventListener('pointerdown', touch, { capture: true });
    removeEventListener('keydown', touch, { capture: true });
    removeEventListener('storage', follow);
    document.removeEventListener('visibilitychange', look);
  };
}

function touched(at = Date.now()): void {
  remember(TOUCHED_KEY, String(at));
}

const keyKey = (): string => `doorstep.has-key.${session.person?.id ?? ''}`;
const pinKey = (): string => `doorstep.pin.${session.person?.id ?? ''}`;

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Where nothing can be kept there is no PIN either, and the lock is not offered.
  }
}
