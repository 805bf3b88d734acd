/** How many panes of the desk fit side by side: by the width that the app has, measured in the reader's own type size. */
import { computed, onScopeDispose, type Ref, shallowRef, watch } from 'vue';
import { prefs } from '../prefs';

export type Panes = 1 | 2 | 3;

/** Widths in px at the normal type size of 16 px a rem. */
const THREE = 1080;
const TWO = 700;
const REM_PX = 16;

export function panesFor(width: number, rem: number): Panes {
  const wide = (width * REM_PX) / rem;
  if (wide >= THREE) return 3;
  return wide >= TWO ? 2 : 1;
}

/** The number of panes now; follows the window and the chosen size of type. */
export function usePanes(): Readonly<Ref<Panes>> {
  const measured = shallowRef(measure());
  const take = (): void => {
    measured.value = measure();
  };
  addEventListener('resize', take);
  onScopeDispose(() => removeEventListener('resize', take));
  watch(() => prefs.size, take, { flush: 'post' });
  return computed(() => measured.value);
}

function measure(): Panes {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || REM_PX;
  return panesFor(document.getElementById('app')?.clientWidth || window.innerWidth, rem);
}
