/** A long screen is put up in lots, its upper part first, so that a slow telephone draws and hears the finger in between. */
import { onUnmounted, type Ref, ref, watch } from 'vue';

const REST_MS = 3000;
const UNSEEN_MS = 1500;
const SECOND_COLUMN_PX = 1000;
const MOVES = ['scroll', 'wheel', 'touchstart', 'keydown', 'focusin'];
const underWay = new Set<Promise<void>>();
const waiting = new Set<() => void>();

/**
 * The number of the lot up to which a screen shows its parts, from 1 to `count`: the first as soon as it is `ready`, each of the
 * others in a task of its own. What is half a screen below the window's edge waits until somebody moves towards it, or until
 * the browser has had time for all else.
 */
export function useLots(count: number, ready: () => boolean): Readonly<Ref<number>> {
  const lot = ref(1);
  let gone = false;
  const stop = watch(
    ready,
    (is) => {
      if (!is) return;
      queueMicrotask(() => stop());
      const up = putUp();
      underWay.add(up);
      void up.finally(() => underWay.delete(up));
    },
    { immediate: true },
  );
  onUnmounted(() => (gone = true));

  async function putUp(): Promise<void> {
    let patient = true;
    while (lot.value < count && !gone) {
      await new Promise((next) => setTimeout(next));
      if (patient && farBelow()) patient = await moved();
      lot.value += 1;
    }
  }

  return lot;
}

/** Whether what comes next is out of sight: in one column, and half a screen away. */
function farBelow(): boolean {
  return innerWidth < SECOND_COLUMN_PX && document.documentElement.scrollHeight > scrollY + 1.5 * innerHeight;
}

/** Resolves with true when the person moves, with false after a while or when somebody needs all lots. */
function moved(): Promise<boolean> {
  return new Promise((resolve) => {
    const move = (): void => end(true);
    const go = (): void => end(false);
    const late = setTimeout(go, UNSEEN_MS);
    waiting.add(go);
    for (const name of MOVES) addEventListener(name, move, { capture: true, passive: true });

    function end(byThePerson: boolean): void {
      clearTimeout(late);
      waiting.delete(go);
      for (const name of MOVES) removeEventListener(name, move, { capture: true });
      resolve(byThePerson);
    }
  });
}

/** Waits until every screen has all its lots, so that a place far down can be gone to. */
export async function allLots(): Promise<void> {
  for (const go of waiting) go();
  await Promise.all(underWay);
}

/** Resolves when the browser has nothing better to do, after two seconds at the latest. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 50);
  });
}

/** Resolves three seconds after the screen that is being put up is whole: what is fetched for later must not slow it down. */
export async function whenAtRest(): Promise<void> {
  await Promise.all(underWay);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  await whenIdle();
}
