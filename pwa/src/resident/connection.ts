/** Whether the resident is without a signal for longer than a moment; short gaps are nobody's concern. */
import { effectScope, type Ref, shallowRef, watch } from 'vue';
import { useDevice } from '../device/store';
import type { Connection } from '../device/types';

const MOMENT_MS = 4000;
const CONNECTED: readonly Connection[] = [
  'live',
  'catchup',
  'boot',
  'warming',
  'auth-held',
  'upgrade-held',
  'follower',
  'hello',
];
let away: Ref<boolean> | null = null;

/** True while there is no signal; guests, who keep no connection, are told by the browser's own hint. */
export function useAway(): Readonly<Ref<boolean>> {
  // Not bound to the screen that happens to ask first.
  away ??= effectScope(true).run(watched) ?? shallowRef(false);
  return away;
}

function watched(): Ref<boolean> {
  const shown = shallowRef(!navigator.onLine);
  const online = shallowRef(navigator.onLine);
  const device = useDevice();
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('online', () => {
    online.value = true;
  });
  addEventListener('offline', () => {
    online.value = false;
  });
  watch([online, () => device.state.connection, () => device.state.person], () => {
    clearTimeout(timer);
    const connected = online.value && (!device.state.person || CONNECTED.includes(device.state.connection));
    if (connected) shown.value = false;
    else timer = setTimeout(() => (shown.value = true), online.value ? MOMENT_MS : 0);
  });
  return shown;
}
