/** A page of a case as it can be shown: from the service, or from this device where the service does not give it. */
import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { extras } from './extras-client';
import { useDevice } from './store';

export interface KeptView {
  /** The copy on this device; null while the service is asked, or where there is none. */
  kept: Ref<{ url: string; storedAt: string } | null>;
  /** Neither the service nor this device has it. */
  missing: Ref<boolean>;
  /** The service did not give the page: look on this device. */
  find: () => Promise<void>;
  /** Ask the service again. */
  again: () => void;
}

/** Shows the page `file` of `lane`; without a signal the copy on this device is looked for at once. */
export function useKeptPage(lane: () => string, file: () => string): KeptView {
  const device = useDevice();
  const kept = shallowRef<{ url: string; storedAt: string } | null>(null);
  const missing = ref(false);
  let asked = 0;

  function drop(): void {
    if (kept.value) URL.revokeObjectURL(kept.value.url);
    kept.value = null;
  }

  async function find(): Promise<void> {
    asked += 1;
    const turn = asked;
    const found = await extras.keptPage(lane(), file()).catch(() => null);
    if (turn !== asked) return;
    drop();
    missing.value = found === null;
    if (found) kept.value = { url: URL.createObjectURL(found.blob), storedAt: found.stored_at };
  }

  function again(): void {
    asked += 1;
    drop();
    missing.value = false;
  }

  const isAway = (): boolean => ['backoff', 'dial'].includes(device.state.connection);
  watch(
    [lane, file],
    () => {
      again();
      if (isAway()) void find();
    },
    { immediate: true },
  );
  onScopeDispose(drop);
  return { kept, missing, find, again };
}
