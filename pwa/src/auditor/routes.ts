/** Screens of those who look back: the list of cases, and one case at any moment of its past. Fetched when opened. */
import type { RouteRecordRaw } from 'vue-router';
import { onlyForAuditors } from './guard';

export const auditorRoutes: RouteRecordRaw[] = [
  { path: '/audit', name: 'audit', component: () => import('./AuditPage.vue'), beforeEnter: onlyForAuditors },
  {
    path: '/audit/case/:id',
    name: 'audit-case',
    component: () => import('./ReplayPage.vue'),
    props: true,
    beforeEnter: onlyForAuditors,
  },
];
