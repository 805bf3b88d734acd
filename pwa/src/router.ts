/** Where each screen lives. The first screen comes with the app, every other one when it is opened. */
import { type Component, nextTick } from 'vue';
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteRecordRaw,
  START_LOCATION,
} from 'vue-router';
import { auditorRoutes } from './auditor/routes';
import { base } from './base';
import { furnish } from './furnish';
import { englishWords, type Key, language } from './i18n';
import { practiceRoutes } from './learn/practice/routes';
import { learnRoutes } from './learn/routes';
import { allLots } from './lots';
import { operatorRoutes } from './operator/routes';
import { publishingRoutes } from './publishing/routes';
import HomePage from './resident/HomePage.vue';
import { staffRoutes } from './staff/routes';

declare module 'vue-router' {
  interface RouteMeta {
    /** Name of the screen, for the window's title. */
    title?: Key;
  }
}

type Loaded = { default: Component };

/** A screen that is fetched when it is opened, together with the words and looks that it needs. */
function screen(load: () => Promise<Loaded>): () => Promise<Loaded> {
  return async () => (await Promise.all([load(), furnish()]))[0];
}

const residentRoutes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: HomePage },
  {
    path: '/items',
    name: 'items',
    component: screen(() => import('./resident/ItemsPage.vue')),
    meta: { title: 'items.title' },
  },
  { path: '/item/:id', name: 'item', component: screen(() => import('./resident/ItemPage.vue')), props: true },
  {
    path: '/apply/:draft',
    name: 'apply',
    component: screen(() => import('./resident/apply/ApplyPage.vue')),
    props: true,
  },
  {
    path: '/cases',
    name: 'cases',
    component: screen(() => import('./resident/CasesPage.vue')),
    meta: { title: 'cases.title' },
  },
  { path: '/case/:id', name: 'case', component: screen(() => import('./resident/CasePage.vue')), props: true },
  {
    path: '/messages',
    name: 'messages',
    component: screen(() => import('./resident/MessagesPage.vue')),
    meta: { title: 'messages.title' },
  },
  { path: '/me', name: 'me', component: screen(() => import('./resident/MePage.vue')), meta: { title: 'me.title' } },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: screen(() => import('./resident/SignInPage.vue')),
    meta: { title: 'sign-in.title' },
  },
  { path: '/record-changed', name: 'record', component: screen(() => import('./signin/RecordPage.vue')) },
  { path: '/me/safety', name: 'safety', component: screen(() => import('./signin/SafetyPage.vue')) },
  { path: '/me/vault', name: 'vault', component: screen(() => import('./resident/VaultPage.vue')) },
  { path: '/me/access', name: 'access', component: screen(() => import('./resident/privacy/AccessPage.vue')) },
  { path: '/me/notices', name: 'notices', component: screen(() => import('./resident/contact/ContactPage.vue')) },
  { path: '/me/privacy', name: 'privacy', component: screen(() => import('./resident/privacy/PrivacyPage.vue')) },
  { path: '/me/family', name: 'family', component: screen(() => import('./resident/family/FamilyPage.vue')) },
  { path: '/me/install', name: 'install', component: screen(() => import('./resident/browser/InstallPage.vue')) },
  { path: '/visits', name: 'visits', component: screen(() => import('./resident/visits/VisitsPage.vue')) },
  { path: '/visits/book', name: 'book', component: screen(() => import('./resident/visits/BookPage.vue')) },
  { path: '/bundle/:id', name: 'bundle', component: screen(() => import('./resident/BundlePage.vue')), props: true },
  { path: '/listed/:id', name: 'listed', component: screen(() => import('./resident/ListedPage.vue')), props: true },
  {
    path: '/hand-in/:case',
    name: 'hand-in',
    component: screen(() => import('./resident/handin/HandInPage.vue')),
    props: true,
  },
  { path: '/resume', name: 'resume', component: screen(() => import('./resident/drafts/ResumePage.vue')) },
  { path: '/outbox', name: 'sync', component: screen(() => import('./resident/sync/SyncPage.vue')) },
  {
    path: '/act/:intent',
    name: 'act',
    component: screen(() => import('./resident/sync/ActPage.vue')),
    props: true,
  },
  { path: '/look', name: 'look', component: screen(() => import('./look/LookPage.vue')) },
];

/** The app's router; `broken` is told when the code of a screen could not be fetched. */
export function makeRouter(broken: () => void) {
  const router = createRouter({
    history: createWebHistory(base),
    routes: [
      ...residentRoutes,
      ...staffRoutes,
      ...auditorRoutes,
      ...learnRoutes,
      ...practiceRoutes,
      ...publishingRoutes,
      ...operatorRoutes,
      {
        path: '/:rest(.*)*',
        name: 'missing',
        component: screen(() => import('./resident/MissingPage.vue')),
        meta: { title: 'missing.title' },
      },
    ],
    async scrollBehavior(_to, from, saved) {
      if (saved) await allLots();
      // The first screen is at its start already; going there would have it laid out once more.
      return saved ?? (from !== START_LOCATION && { top: 0 });
    },
  });
  router.onError(broken);
  router.beforeResolve(async () => {
    if (language.value === 'en') await englishWords().catch(() => undefined);
  });
  router.afterEach(moveFocus);
  return router;
}

/** A new screen is read from its start; a changed query of the same screen (typing in a search) moves nothing. */
async function moveFocus(to: RouteLocationNormalized, from: RouteLocationNormalized): Promise<void> {
  const sameScreen = to.path === from.path && to.name !== 'apply';
  if (from === START_LOCATION || sameScreen || to.hash) return;
  await nextTick();
  document.getElementById('main')?.focus({ preventScroll: true });
}
