/** A long screen is put up in lots, its upper part first, so that a slow telephone draws and hears the finger in between. */
import { onUnmounted, type Ref, ref, watch } from 'vue';

const underWay = new Set<Promise<void>>();

/**
 * The number of the lot up to which a screen shows its parts, from 1 to `count`: the first as soon as it is `ready`, each of the
 * others in a task of its own.
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
    while (lot.value < count && !gone) {
      await new Promise((next) => setTimeout(next));
      lot.value += 1;
    }
  }

  return lot;
}

/** Waits until every screen has all its lots, so that a place far down can be gone to. */
export async function allLots(): Promise<void> {
  await Promise.all(underWay);
}
