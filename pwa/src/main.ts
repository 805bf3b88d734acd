/** Puts the app together: looks, routes, the session, the device's own store and the service worker. */
import { createApp } from 'vue';
import type { Router } from 'vue-router';
import App from './App.vue';
import { watchVersions } from './app-version';
import { sandbox } from './base';
import { keepAllItems } from './catalogue';
import { openDevice } from './device-ready';
import { furnish } from './furnish';
import { drawn, whenAtRest } from './lots';
import './look/tokens.css';
import './look/base.css';
import './look/app.css';
import { startPrefs } from './prefs';
import { watchInstallOffer } from './resident/browser/surroundings';
import { makeRouter } from './router';
import { isNewcomer, principal, renewSession } from './session';
import { brokenScreen } from './shell';

async function start(): Promise<void> {
  watchInstallOffer();
  await startPrefs();
  // Who sits here is said by the address; the screens of the staff ask for it at once.
  if (sandbox) await Promise.all([renewSession(), import('./learn/practice/sandbox.css')]);
  const router = makeRouter(brokenScreen);
  createApp(App).use(router).mount('#app');
  const renewed = drawn().then(renewSession);
  await newcomerAtRest(router, renewed);
  const before = principal();
  // What is on the device can be read before the service has said who is signed in.
  await Promise.all([openDevice(before), renewed]);
  if (principal()?.id !== before?.id) await openDevice(principal());
  // Asked for again, and waited for, when such a screen is opened.
  await furnish().catch(() => undefined);
  await watchVersions();
  await keepAllItems();
}

/**
 * Who is here for the first time has nothing on the device: it can wait until the first screen is at rest, or is left. A browser that
 * has forgotten everything may be signed in all the same, which the service says.
 */
async function newcomerAtRest(router: Router, renewed: Promise<unknown>): Promise<void> {
  if (!isNewcomer() || location.pathname !== '/') return;
  await router.isReady();
  const named = renewed.then(() => (principal() ? undefined : new Promise<void>(() => undefined)));
  const left = new Promise<void>((resolve) => {
    const forget = router.beforeEach(() => {
      forget();
      resolve();
    });
  });
  await Promise.race([whenAtRest(), left, named]);
}

void start();
