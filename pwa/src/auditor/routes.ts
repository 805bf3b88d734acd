/** Screens of those who look back: the list of cases, one case at any moment of its past; and the check of a proof, for anybody. */
import type { RouteRecordRaw } from 'vue-router';
import { furnish } from '../furnish';
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
  {
    path: '/audit/log',
    name: 'audit-log',
    component: () => import('./log/LogPage.vue'),
    beforeEnter: onlyForAuditors,
  },
  {
    path: '/audit/seen',
    name: 'audit-seen',
    component: () => import('./seen/SeenPage.vue'),
    beforeEnter: onlyForAuditors,
  },
  {
    path: '/audit/what-if',
    name: 'audit-what-if',
    component: () => import('./whatif/WhatIfPage.vue'),
    beforeEnter: onlyForAuditors,
  },
  {
    path: '/check-proof',
    name: 'check-proof',
    component: async () => (await Promise.all([import('./proof/CheckProofPage.vue'), furnish()]))[0],
  },
];
