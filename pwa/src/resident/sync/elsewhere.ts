/** What the centre keeps of own acts that were not done on other devices. */
import { type ComputedRef, computed, onMounted, shallowRef } from 'vue';
import { ApiError, get, post } from '../../api';
import { useDevice } from '../../device/store';
import type { Json, SetAsideBody } from '../../protocol/generated';

/** An act that was not done, as the centre keeps it. */
export interface Kept extends SetAsideBody {
  id: string;
  args: Json;
}

interface Answer {
  rows: Kept[];
}

export interface Elsewhere {
  /** Not done, still open, and not among the acts of this device. */
  acts: ComputedRef<Kept[]>;
  /** Resolves to whether the centre took it; false without a signal. */
  move: (id: string, how: 'withdraw' | 'hand-to-desk') => Promise<boolean>;
}

/** Asks once when the screen opens; without a signal there is nothing to show, and nothing is lost. */
export function useElsewhere(): Elsewhere {
  const device = useDevice();
  const rows = shallowRef<Kept[]>([]);
  const acts = computed(() => {
    const here = new Set(device.outbox.map((entry) => entry.id));
    return rows.value.filter((row) => row.state === 'open' && !here.has(row.id));
  });

  async function read(): Promise<void> {
    try {
      rows.value = (await get<Answer>('/api/set-aside')).rows;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async function move(id: string, how: 'withdraw' | 'hand-to-desk'): Promise<boolean> {
    try {
      await post(`/api/set-aside/${id}`, { do: how });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
    rows.value = rows.value.filter((row) => row.id !== id); // the list of the service follows a moment later
    return true;
  }

  onMounted(read);
  return { acts, move };
}
