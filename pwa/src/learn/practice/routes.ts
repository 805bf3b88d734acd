/** The screens of simulated practice; the practice itself happens on the staff's own screens, in a sandbox. */
import type { RouteRecordRaw } from 'vue-router';
import { onlyForLearners, onlyForTrainers } from '../routes';

const beforeEnter = onlyForLearners;

export const practiceRoutes: RouteRecordRaw[] = [
  { path: '/learn/practice', name: 'learn-practice', component: () => import('./PracticePage.vue'), beforeEnter },
  {
    path: '/learn/practice/edit/:id?',
    name: 'learn-practice-edit',
    component: () => import('./EditorPage.vue'),
    props: true,
    beforeEnter: onlyForTrainers,
  },
  {
    path: '/learn/practice/:run',
    name: 'learn-practice-run',
    component: () => import('./ResultPage.vue'),
    props: true,
    beforeEnter,
  },
];
