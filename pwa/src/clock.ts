/** The time of day as the centre has it: the device's clock, put right by what the service last said. */
import { type Ref, shallowRef } from 'vue';

const TICK_MS = 20_000;
let skewMs = 0;
const ticking = shallowRef(new Date());

/** Takes over the service's clock. */
export function setClock(serverNow: string): void {
  const at = Date.parse(serverNow);
  if (Number.isNaN(at)) return;
  skewMs = at - Date.now();
  ticking.value = now();
}

/** This instant by the centre's clock. */
export function now(): Date {
  return new Date(Date.now() + skewMs);
}

/** Now, renewed often enough for what is shown in minutes. */
export function useNow(): Readonly<Ref<Date>> {
  return ticking;
}

setInterval(() => {
  ticking.value = now();
}, TICK_MS);
