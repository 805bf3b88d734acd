/** What a trainer has written and not published: kept on this device, so that neither a reload nor a new version takes it. */
import { onScopeDispose, type Ref, ref, watch } from 'vue';
import { client } from '../../device/client';
import type { Json } from '../../device/types';
import { deviceReady } from '../../device-ready';

const KEEP_AFTER_MS = 400;

interface Kept {
  version: number;
  draft: Json;
}

/** What was kept of `version`; of an older one it would undo what a colleague has published since. */
export const keptOf = (kept: Kept | null, version: number): Json | null =>
  kept !== null && kept.version === version ? kept.draft : null;

/**
 * Keeps `draft` shortly after each change under `place`, until it is published or begun again.
 *
 * `begin` fills it with what was kept, or else with what it is given; `found` tells that the first was so.
 */
export function useKeptDraft<Draft extends object>(draft: Ref<Draft | null>) {
  const found = ref(false);
  let place = '';
  let version = 0;
  let begun = '';
  let due: (() => void) | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function now(): void {
    clearTimeout(waiting);
    due?.();
    due = null;
  }

  function save(text: string): void {
    const kept = text === begun ? null : { version, draft: JSON.parse(text) as Json };
    void client.work.save(`learn ${place}`, kept).catch(() => undefined);
  }

  async function begin(fresh: Draft, at: { place: string; version: number }): Promise<void> {
    ({ place, version } = at);
    begun = JSON.stringify(fresh);
    await deviceReady;
    const kept = keptOf(await client.work.get<Kept>(`learn ${place}`).catch(() => null), version);
    found.value = kept !== null;
    draft.value = (kept as Draft | null) ?? fresh;
  }

  /** Throws away what was kept and begins once more. */
  function startAgain(): void {
    found.value = false;
    draft.value = JSON.parse(begun) as Draft;
  }

  /** It stands in the outbox now, or is not wanted. */
  function forget(): void {
    clearTimeout(waiting);
    due = null;
    save(begun);
  }

  /** It came back unpublished. */
  function keepAgain(): void {
    if (draft.value) save(JSON.stringify(draft.value));
  }

  watch(
    draft,
    (value) => {
      if (value === null || place === '') return;
      const text = JSON.stringify(value);
      due = () => save(text);
      clearTimeout(waiting);
      waiting = setTimeout(now, KEEP_AFTER_MS);
    },
    { deep: true },
  );
  onScopeDispose(now);
  return { found, begin, startAgain, forget, keepAgain };
}
