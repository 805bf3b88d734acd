/** Of tabs that are beside the screen, the one that is open comes into view. */
import { onMounted, type Ref, ref, watch } from 'vue';

/** The bar to be given as `ref` of the element; `open` says which tab is open, so that the bar is moved with it. */
export function useOpenTab(open: () => unknown): Ref<HTMLElement | undefined> {
  const bar = ref<HTMLElement>();
  function show(): void {
    const [box, tab] = [bar.value, bar.value?.querySelector<HTMLElement>('[aria-current]')];
    if (box && tab) box.scrollLeft = tab.offsetLeft - box.offsetLeft - (box.clientWidth - tab.offsetWidth) / 2;
  }
  onMounted(show);
  watch(open, show, { flush: 'post' });
  return bar;
}
