/** Puts the app together: looks, routes, the session, the device's own store and the service worker. */
import { createApp } from 'vue';
import App from './App.vue';
import { watchVersions } from './app-version';
import { keepAllItems } from './catalogue';
import { openDevice } from './device-ready';
import { furnish } from './furnish';
import './look/tokens.css';
import './look/base.css';
import './look/app.css';
import { startPrefs } from './prefs';
import { makeRouter } from './router';
import { principal, renewSession } from './session';
import { brokenScreen } from './shell';

async function start(): Promise<void> {
  await startPrefs();
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
