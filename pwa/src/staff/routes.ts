/** Screens of the staff, each fetched when it is opened. */
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import { leadRoutes } from '../lead/routes';
import { session } from '../session';

/** Lets the staff in; whoever looks back only is shown to the audit, everybody else to the sign-in. */
function onlyForStaff(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return person.roles.every((role) => role === 'auditor') ? '/audit' : true;
}

export const staffRoutes: RouteRecordRaw[] = [
  { path: '/desk/sign-in', name: 'desk-sign-in', component: () => import('./SignInPage.vue') },
  {
    path: '/desk/safety',
    name: 'desk-safety',
    component: () => import('../signin/StaffSafetyPage.vue'),
    beforeEnter: (to) => session.person?.kind === 'staff' || { path: '/desk/sign-in', query: { after: to.fullPath } },
  },
  {
    path: '/desk/outbox',
    name: 'desk-outbox',
    component: () => import('./OutboxPage.vue'),
    beforeEnter: onlyForStaff,
  },
  {
    path: '/desk/conflict/:intent',
    name: 'desk-conflict',
    component: () => import('./ConflictPage.vue'),
    props: true,
    beforeEnter: onlyForStaff,
  },
  {
    path: '/desk/device',
    name: 'desk-device',
    component: () => import('./sync/DevicePage.vue'),
    beforeEnter: onlyForStaff,
  },
  {
    path: '/desk/counter',
    name: 'desk-counter',
    component: () => import('./hall/CounterPage.vue'),
    beforeEnter: onlyForStaff,
  },
  {
    path: '/desk/intake/:draft?',
    name: 'desk-intake',
    component: () => import('./intake/IntakePage.vue'),
    props: true,
    beforeEnter: onlyForStaff,
  },
  // The screen on the wall shows numbers and counters only, to whoever passes by.
  { path: '/panel', name: 'panel', component: () => import('./hall/PanelPage.vue') },
  // One route for the queue with and without an opened case, so that the queue stays where it is.
  {
    path: '/desk/:view(case)?/:id?',
    name: 'desk',
    component: () => import('./DeskPage.vue'),
    props: true,
    beforeEnter: onlyForStaff,
  },
  ...leadRoutes,
];
