/** The lead's screens, each fetched when it is opened. */
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import { session } from '../session';

/** Lets leads in; the rest of the staff stay at the desk. */
function onlyForLeads(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return person.roles.includes('lead') ? true : '/desk';
}

const beforeEnter = onlyForLeads;

export const leadRoutes: RouteRecordRaw[] = [
  { path: '/lead', name: 'lead', component: () => import('./BoardPage.vue'), beforeEnter },
  { path: '/lead/people', name: 'lead-people', component: () => import('./PeoplePage.vue'), beforeEnter },
  { path: '/lead/reports', name: 'lead-reports', component: () => import('./ReportsPage.vue'), beforeEnter },
  { path: '/lead/ratings', name: 'lead-ratings', component: () => import('./RatingsPage.vue'), beforeEnter },
  { path: '/lead/orders', name: 'lead-orders', component: () => import('./OrdersPage.vue'), beforeEnter },
  {
    path: '/lead/devices',
    name: 'lead-devices',
    component: () => import('../staff/sync/TabletsPage.vue'),
    beforeEnter,
  },
];
