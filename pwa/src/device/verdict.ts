/** Giving an act and waiting for the centre's word; without a signal it is kept and sent later. */
import { type ComputedRef, computed, ref, watch } from 'vue';
import { refreshOutbox, useDevice } from './store';
import type { OutboxEntry } from './types';

const CAME_BACK: ReadonlySet<OutboxEntry['state']> = new Set(['refused', 'quarantined', 'conflict']);

export interface Verdict {
  /**
   * Gives an act unless another one is still waited for.
   *
   * @throws DeviceError as `submit` does; nothing is waited for then
   */
  give: (submit: () => Promise<OutboxEntry>) => Promise<void>;
  /** An act was given and the centre has not said yet what it makes of it. */
  waiting: ComputedRef<boolean>;
}

/** `done` is called once the act has been applied, `back` with the act that was not. */
export function useVerdict(told: { done: () => void; back: (entry: OutboxEntry) => void }): Verdict {
  const device = useDevice();
  const giving = ref(false);
  const sent = ref<string | null>(null);
  const entry = computed(() => device.outbox.find(({ id }) => id === sent.value));

  async function give(submit: () => Promise<OutboxEntry>): Promise<void> {
    if (giving.value) return;
    giving.value = true;
    try {
      const { id } = await submit();
      // From here on an act that is not in the outbox has been in it, and was applied.
      await refreshOutbox();
      sent.value = id;
    } catch (error) {
      giving.value = false;
      throw error;
    }
  }

  watch(
    () => [sent.value, entry.value?.state] as const,
    ([id, state]) => {
      const { value: was } = entry;
      if (id === null) return;
      if (state === undefined || state === 'applied') end(told.done);
      else if (was && CAME_BACK.has(state)) end(() => told.back(was));
    },
  );

  function end(tell: () => void): void {
    sent.value = null;
    giving.value = false;
    tell();
  }

  return { give, waiting: computed(() => giving.value) };
}
