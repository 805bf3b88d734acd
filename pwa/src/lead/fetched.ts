/** Something asked of the service while a screen is open: what came, that it is coming, or why it did not. */
import { onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { ApiError, get } from '../api';
import { refusalWords } from '../i18n/refusals';
import { w } from './words';

export interface Fetched<Answer> {
  answer: Readonly<Ref<Answer | null>>;
  trouble: Readonly<Ref<string | null>>;
  again: () => Promise<void>;
}

/** Asks `path()` now and whenever it changes; the last answer stays while a new one comes. */
export function useFetched<Answer>(path: () => string): Fetched<Answer> {
  const answer = shallowRef<Answer | null>(null);
  const trouble = shallowRef<string | null>(null);
  let asked = 0;

  async function again(): Promise<void> {
    asked += 1;
    const mine = asked;
    try {
      const came = await get<Answer>(path());
      if (mine !== asked) return;
      answer.value = came;
      trouble.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === asked)
        trouble.value = error.code === 'no-connection' ? w('offline') : refusalWords(error.code, error.params);
    }
  }

  watch(path, () => void again(), { immediate: true });
  onScopeDispose(() => {
    asked += 1;
  });
  return { answer, trouble, again };
}
