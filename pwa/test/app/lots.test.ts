/** A long screen goes up in lots: at once what can be seen, the rest when somebody moves towards it, asks for it, or in time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ref } from 'vue';
import { allLots, useLots } from '../../src/lots';

vi.mock('vue', async (load) => ({ ...(await load<typeof import('vue')>()), onUnmounted: () => undefined }));

const SCREEN_PX = 800;
const LOT_PX = 400;
const LOTS = 9;
/** One screen and a half is 1200 px: the third lot ends there, the fourth goes beyond. */
const SEEN = 4;

let lot: Readonly<Ref<number>>;
let listeners: Map<string, Set<() => void>>;

/** A telephone, or a screen of another width, that stands at `scrollY`; each lot makes the document longer. */
function show(innerWidth = 390): void {
  vi.stubGlobal('innerWidth', innerWidth);
  vi.stubGlobal('innerHeight', SCREEN_PX);
  vi.stubGlobal('scrollY', 0);
  vi.stubGlobal('document', {
    documentElement: {
      get scrollHeight() {
        return lot.value * LOT_PX;
      },
    },
  });
  vi.stubGlobal('addEventListener', (name: string, heard: () => void) => {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(heard));
  });
  vi.stubGlobal('removeEventListener', (name: string, heard: () => void) => listeners.get(name)?.delete(heard));
  lot = useLots(LOTS, () => true);
}

function scrollTo(scrollY: number): void {
  vi.stubGlobal('scrollY', scrollY);
  for (const heard of listeners.get('scroll') ?? []) heard();
}

beforeEach(() => {
  vi.useFakeTimers();
  listeners = new Map();
});

afterEach(() => {
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

  it('has all of it when a place far down is gone to', async () => {
    show();
    await vi.advanceTimersByTimeAsync(1000);
    const all = allLots();
    await vi.advanceTimersByTimeAsync(100);
    await all;
    expect(lot.value).toBe(LOTS);
  });

  it('has all of it at once where there is a second column', async () => {
    show(1180);
    await vi.advanceTimersByTimeAsync(100);
    expect(lot.value).toBe(LOTS);
  });
});
