/** When the device's own store can be asked: screens are on show before it is open. */
import { startDevice } from './device/store';
import type { Principal } from './device/types';

let opened: () => void = () => undefined;
let begun: () => void = () => undefined;

/** Resolves when the device's own store begins to be opened; what it will be asked for can be fetched meanwhile. */
export const deviceAsked = new Promise<void>((resolve) => {
  begun = resolve;
});

/** Resolves once the device's own store has been opened for whoever uses the app. */
export const deviceReady = new Promise<void>((resolve) => {
  opened = resolve;
});

/** Opens the device's own store for `person`, or for a guest; again when the person changes. */
export async function openDevice(person: Principal | null): Promise<void> {
  begun();
  await startDevice(person);
  opened();
}
