/** Steps of editing that can be taken back, one after the other, until what is edited is published. */
import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue';

const STEP_MS = 500;
const MOST_STEPS = 100;

/** Steps of `draft`; what is typed without a pause is one. */
export function useUndo<Draft extends object>(draft: Ref<Draft | null>) {
  const past = shallowRef<string[]>([]);
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function step(): void {
    clearTimeout(timer);
    timer = undefined;
    const now = JSON.stringify(draft.value);
    if (now === last) return;
    if (last !== '' && last !== 'null') past.value = [...past.value, last].slice(-MOST_STEPS);
    last = now;
  }

  /** What was before is not to be come back to: `draft` begins anew. */
  function reset(): void {
    clearTimeout(timer);
    timer = undefined;
    past.value = [];
    last = JSON.stringify(draft.value);
  }

  function undo(): void {
    step();
    const before = past.value.at(-1);
    if (before === undefined) return;
    past.value = past.value.slice(0, -1);
    last = before;
    draft.value = JSON.parse(before) as Draft;
  }

  watch(
    draft,
    () => {
      if (last === '' || last === 'null') step();
      else timer ??= setTimeout(step, STEP_MS);
    },
    { deep: true, immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { canUndo: computed(() => past.value.length > 0), undo, reset };
}
