/** The operator's screens for what the centre offers: items and working days; each fetched when it is opened. */
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import { furnish } from '../furnish';
import { session } from '../session';

/** Lets operators in; the rest of the staff stay at the desk. */
function onlyForOperators(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return person.roles.includes('operator') ? true : '/desk';
}

const beforeEnter = onlyForOperators;

export const publishingRoutes: RouteRecordRaw[] = [
  { path: '/offer', name: 'offer', component: () => import('./ItemsPage.vue'), beforeEnter },
  {
    path: '/offer/item/:id',
    name: 'offer-item',
    // The resident's page is shown beside the form, with its words.
    component: async () => (await Promise.all([import('./ItemEditPage.vue'), furnish()]))[0],
    props: true,
    beforeEnter,
  },
  { path: '/offer/calendar', name: 'offer-calendar', component: () => import('./CalendarPage.vue'), beforeEnter },
];
