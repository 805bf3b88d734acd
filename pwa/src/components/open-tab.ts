/** Of tabs that are beside the screen, the one that is open comes into view. */
import { onMounted, useTemplateRef, watch } from 'vue';

/** For the bar with `ref="tabs"`; `open` says which tab is open, so that the bar is moved with it. */
export function useOpenTab(open: () => unknown): void {
  const bar = useTemplateRef<HTMLElement>('tabs');
  function show(): void {
    const [box, tab] = [bar.value, bar.value?.querySelector<HTMLElement>('[aria-current]')];
    if (box && tab) box.scrollLeft = tab.offsetLeft - box.offsetLeft - (box.clientWidth - tab.offsetWidth) / 2;
  }
  onMounted(show);
  watch(open, show, { flush: 'post' });
}
