/** A long screen goes up in lots: at once what can be seen, the rest when somebody moves towards it, asks for it, or in time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Ref, ref } from 'vue';

const leave = vi.hoisted(() => ({ screen: (): void => undefined }));
vi.mock('vue', async (load) => ({
  ...(await load<typeof import('vue')>()),
  onUnmounted: (left: () => void) => {
    leave.screen = left;
  },
}));

const SCREEN_PX = 800;
const LOT_PX = 400;
const LOTS = 9;
/** One screen and a half is 1200 px: the third lot ends there, the fourth goes beyond. */
const SEEN = 4;

let lot: Readonly<Ref<number>>;
let listeners: Map<string, Set<(event: Event) => void>>;
let ready: Ref<boolean>;
let lots: typeof import('../../src/lots');

/** A telephone, or a screen of another width, that stands at its start; each lot makes the document longer. */
function show({ innerWidth = 390, isReady = true, hash = '' } = {}): void {
  vi.stubGlobal('location', { hash });
  vi.stubGlobal('innerWidth', innerWidth);
  vi.stubGlobal('innerHeight', SCREEN_PX);
  vi.stubGlobal('scrollY', 0);
  vi.stubGlobal('window', {});
  vi.stubGlobal('document', {
    documentElement: {
      get scrollHeight() {
        return lot.value * LOT_PX;
      },
    },
  });
  vi.stubGlobal('addEventListener', (name: string, heard: (event: Event) => void) => {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(heard));
  });
  vi.stubGlobal('removeEventListener', (name: string, heard: () => void) => listeners.get(name)?.delete(heard));
  ready = ref(isReady);
  lot = lots.useLots(LOTS, () => ready.value);
}

function happens(name: string, event: Partial<KeyboardEvent> = {}): void {
  for (const heard of listeners.get(name) ?? []) heard(event as Event);
}

function scrollTo(scrollY: number): void {
  vi.stubGlobal('scrollY', scrollY);
  happens('scroll');
}

beforeEach(async () => {
  vi.resetModules();
  lots = await import('../../src/lots');
  vi.useFakeTimers();
  listeners = new Map();
});

afterEach(async () => {
  leave.screen();
  await vi.advanceTimersByTimeAsync(100);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a screen in lots', () => {
  it('has at once what can be seen, and no more', async () => {
    show();
    await vi.advanceTimersByTimeAsync(1000);
    expect(lot.value).toBe(SEEN);
  });

  it('has the rest after a while, all of it, and listens no more', async () => {
    show();
    await vi.advanceTimersByTimeAsync(2000);
    expect(lot.value).toBe(LOTS);
    expect([...listeners.values()].every((heard) => heard.size === 0)).toBe(true);
  });

  it('has more as soon as the person moves towards it, as far as that goes', async () => {
    show();
    await vi.advanceTimersByTimeAsync(1000);
    scrollTo(LOT_PX);
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(SEEN + 1);
  });

  it.each([
    ['Tab', {}],
    ['f', { ctrlKey: true }],
    ['p', { metaKey: true }],
  ])('has all of it when %s is pressed, which may lead anywhere', async (key, held) => {
    show();
    await vi.advanceTimersByTimeAsync(1000);
    happens('keydown', { key, ...held });
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(LOTS);
  });

  it('is all there before it is printed', () => {
    show();
    happens('beforeprint');
    expect(lot.value).toBe(LOTS);
  });

  it.each([0, 1000])('has all of it when a place far down is gone to after %i ms', async (after) => {
    show();
    await vi.advanceTimersByTimeAsync(after);
    const all = lots.allLots();
    await vi.advanceTimersByTimeAsync(100);
    await all;
    expect(lot.value).toBe(LOTS);
  });

  it('has all of it at once where a place on it is wanted', async () => {
    show({ hash: '#evidence' });
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(LOTS);
  });

  it('has all of it at once where the app has shown such a screen before', async () => {
    show();
    leave.screen();
    show();
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(LOTS);
  });

  it('has all of it at once where there is a second column', async () => {
    show({ innerWidth: 1180 });
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(LOTS);
  });
});

describe('what is fetched for later', () => {
  it('waits until the screen is whole, be it that the case comes late', async () => {
    show({ isReady: false });
    const rested = vi.fn();
    void lots.whenAtRest().then(rested);
    await vi.advanceTimersByTimeAsync(5000);
    ready.value = true;
    await vi.advanceTimersByTimeAsync(2000);
    expect(rested).not.toHaveBeenCalled();

    await vi.advanceTimersByTimeAsync(2000);

    expect(lot.value).toBe(LOTS);
    expect(rested).toHaveBeenCalled();
  });

  it('does not wait for ever for a screen that has nothing to show', async () => {
    show({ isReady: false });
    const rested = vi.fn();
    void lots.whenAtRest().then(rested);

    await vi.advanceTimersByTimeAsync(24_000);

    expect(rested).toHaveBeenCalled();
  });
});
