/** In what the app is running: WeChat's browser, an Apple device, or an app of its own from the home screen. */
import { readonly, shallowRef } from 'vue';

/** Chromium's offer to put the app on the home screen, which waits until the person asks for it. */
export interface InstallOffer extends Event {
  prompt: () => Promise<unknown>;
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

const offered = shallowRef<InstallOffer | null>(null);

/** The browser's offer to install the app, or null where it makes none. */
export const installOffer = readonly(offered);

/** WeChat's own browser. */
export const isWeChat = (agent: string): boolean => /MicroMessenger/i.test(agent);

/** iPhones and iPads, also those that call themselves a Mac. */
export const isApple = (agent: string, touches: number): boolean =>
  /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1);

/** Whether the app was opened from the home screen, in a window of its own. */
export function isInstalled(): boolean {
  const apple = (navigator as { standalone?: boolean }).standalone === true;
  return apple || matchMedia('(display-mode: standalone)').matches;
}

/** Keeps the browser's offer until it is wanted; call once, as early as can be. */
export function watchInstallOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offered.value = event as InstallOffer;
  });
  addEventListener('appinstalled', () => {
    offered.value = null;
  });
}

/** Shows the browser's own question; afterwards the offer is spent. */
export async function install(): Promise<boolean> {
  const offer = offered.value;
  if (!offer) return false;
  offered.value = null;
  await offer.prompt();
  return (await offer.userChoice).outcome === 'accepted';
}
