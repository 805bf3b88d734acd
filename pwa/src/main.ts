/** Puts the app together: looks, routes, the session, the device's own store and the service worker. */
import { createApp } from 'vue';
import App from './App.vue';
import { watchVersions } from './app-version';
import { sandbox } from './base';
import { keepAllItems } from './catalogue';
import { openDevice } from './device-ready';
import { furnish } from './furnish';
import './look/tokens.css';
import './look/base.css';
import './look/app.css';
import { startPrefs } from './prefs';
import { watchInstallOffer } from './resident/browser/surroundings';
import { makeRouter } from './router';
import { principal, renewSession } from './session';
import { brokenScreen } from './shell';

async function start(): Promise<void> {
  watchInstallOffer();
  await startPrefs();
  // Who sits here is said by the address; the screens of the staff ask for it at once.
  if (sandbox) await Promise.all([renewSession(), import('./learn/practice/sandbox.css')]);
  createApp(App).use(makeRouter(brokenScreen)).mount('#app');
  const before = principal();
  // What is on the device can be read before the service has said who is signed in.
  await Promise.all([openDevice(before), renewSession()]);
  if (principal()?.id !== before?.id) await openDevice(principal());
  // Asked for again, and waited for, when such a screen is opened.
  await furnish().catch(() => undefined);
  await watchVersions();
  await keepAllItems();
}

void start();
