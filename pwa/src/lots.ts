/** A long screen is put up in lots, its upper part first, so that a slow telephone draws and hears the finger in between. */
import { onUnmounted, type Ref, ref, watch } from 'vue';

const REST_MS = 1000;
/** A screen that never comes to rest keeps nothing waiting for longer. */
const RESTLESS_MS = 10_000;
const UNSEEN_MS = 1500;
const UNDRAWN_MS = 200;
const SECOND_COLUMN_PX = 1000;
const MOVES = ['scroll', 'wheel', 'touchstart', 'keydown', 'focusin'];
const FAR_KEYS: readonly unknown[] = ['Tab', 'End', 'PageDown'];

/** A screen that is being put up; `isReady` once it has something to show, `whole` when all of it is there or it was left. */
interface Screen {
  isReady: boolean;
  whole: Promise<void>;
  hurry: () => void;
}

const screens = new Set<Screen>();
/** The app has just begun, and has much else to do. */
let isFirst = true;

/**
 * The number of the lot up to which a screen shows its parts, from 1 to `count`: the first as soon as it is `ready`, each of the
 * others in a task of its own. On the first such screen since the app began, unless a place on it is wanted, what is half a screen
 * below the window's edge waits until somebody moves towards it, looks for something or prints, or for a second and a half.
 */
export function useLots(count: number, ready: () => boolean): Readonly<Ref<number>> {
  const lot = ref(1);
  let gone = false;
  let hasHaste = !isFirst || location.hash !== '';
  isFirst = false;
  let moved = (): void => undefined;
  let isWhole = (): void => undefined;
  const screen: Screen = {
    isReady: false,
    whole: new Promise((resolve) => {
      isWhole = resolve;
    }),
    hurry() {
      hasHaste = true;
      moved();
    },
  };
  screens.add(screen);
  const stop = watch(
    ready,
    (is) => {
      if (!is) return;
      queueMicrotask(() => stop());
      screen.isReady = true;
      void putUp();
    },
    { immediate: true },
  );
  onUnmounted(() => {
    gone = true;
    screen.hurry();
    finish();
  });

  async function putUp(): Promise<void> {
    const late = setTimeout(screen.hurry, UNSEEN_MS);
    addEventListener('beforeprint', putAllUp);
    while (lot.value < count && !gone) {
      await new Promise((next) => setTimeout(next));
      if (!hasHaste && farBelow()) await aMove();
      if (lot.value < count) lot.value += 1;
    }
    clearTimeout(late);
    removeEventListener('beforeprint', putAllUp);
    finish();
  }

  function putAllUp(): void {
    lot.value = count;
    screen.hurry();
  }

  async function aMove(): Promise<void> {
    for (const name of MOVES) addEventListener(name, heard, { capture: true, passive: true });
    await new Promise<void>((resolve) => {
      moved = resolve;
    });
    for (const name of MOVES) removeEventListener(name, heard, { capture: true });
  }

  function heard(event: Event): void {
    if (goesFar(event)) screen.hurry();
    else moved();
  }

  function finish(): void {
    screens.delete(screen);
    isWhole();
  }

  return lot;
}

/** Whether what comes next is out of sight: in one column, and half a screen away. */
function farBelow(): boolean {
  return innerWidth < SECOND_COLUMN_PX && document.documentElement.scrollHeight > scrollY + 1.5 * innerHeight;
}

/** Whether a key was pressed that may lead anywhere on the page, or begins a search in it. */
function goesFar(event: Event): boolean {
  const { key, ctrlKey = false, metaKey = false } = event as Partial<KeyboardEvent>;
  return FAR_KEYS.includes(key) || ctrlKey || metaKey;
}

/** Waits until every screen that has something to show has all its lots, so that a place far down can be gone to. */
export async function allLots(): Promise<void> {
  const shown = [...screens].filter(({ isReady }) => isReady);
  for (const { hurry } of shown) hurry();
  await Promise.all(shown.map(({ whole }) => whole));
}

/** Resolves once what stands on the screen now has been drawn; in a window that draws nothing, after a fifth of a second. */
export function drawn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, UNDRAWN_MS);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}

/** Resolves when the browser has nothing better to do, after two seconds at the latest. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 50);
  });
}

/**
 * Resolves a second after the screen that is being put up is whole, be it that what it shows still has to come from the
 * centre: what is fetched for later must not slow it down. Where a screen never is, it resolves after ten seconds.
 */
export async function whenAtRest(): Promise<void> {
  const ends = Date.now() + RESTLESS_MS;
  do {
    const whole = Promise.all([...screens].map((screen) => screen.whole));
    await Promise.race([whole, new Promise((resolve) => setTimeout(resolve, RESTLESS_MS))]);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  } while (screens.size > 0 && Date.now() < ends);
  await whenIdle();
}
