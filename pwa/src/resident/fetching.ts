/** Whether this person's cases are still being fetched, so that nothing is said to be missing before it is. */
import { computed } from 'vue';
import { useDevice } from '../device/store';
import { session } from '../session';
import { useAway } from './connection';

/** True until the device's own store has been read and, with a signal, the service has sent what is the person's. */
export function useFetching() {
  const device = useDevice();
  const away = useAway();
  return computed(() => !device.loaded || (session.person !== null && !device.state.ready && !away.value));
}
