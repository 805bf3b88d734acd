/** Web push on this device: whether it can, whether it does, and turning it on and off. */
import { post, remove } from '../../api';
import { registerWorker } from '../../app-version';

export type PushState = 'unable' | 'denied' | 'on' | 'off';

/** What holds on this device now. */
export async function pushState(): Promise<PushState> {
  const registration = await registered();
  if (!registration) return 'unable';
  if (Notification.permission === 'denied') return 'denied';
  return (await registration.pushManager.getSubscription()) ? 'on' : 'off';
}

/** Asks the person and lets this device take push messages. @throws ApiError, DOMException where the browser cannot */
export async function turnOn(publicKey: string): Promise<PushState> {
  const registration = await registered();
  if (!registration) return 'unable';
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = fromBase64Url(publicKey);
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  await post('/api/contact/push', { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } });
  return 'on';
}

/** Takes push messages from this device, and from the service where it knows the device as `id`. @throws ApiError */
export async function turnOff(id: string | null): Promise<PushState> {
  const registration = await registered();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  if (id) await remove(`/api/contact/push/${id}`);
  return 'off';
}

async function registered(): Promise<ServiceWorkerRegistration | null> {
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  if (!able) return null;
  // On a first visit nobody has registered the worker yet.
  return (await navigator.serviceWorker.getRegistration()) ?? (import.meta.env.PROD ? registerWorker() : null);
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
