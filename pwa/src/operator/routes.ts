/** The operator's screen, fetched when it is opened. */
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import { session } from '../session';

/** Lets operators in; the rest of the staff stay at the desk. */
function onlyForOperators(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return person.roles.includes('operator') ? true : '/desk';
}

export const operatorRoutes: RouteRecordRaw[] = [
  { path: '/operate', name: 'operate', component: () => import('./StatusPage.vue'), beforeEnter: onlyForOperators },
];
