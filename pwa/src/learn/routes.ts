/** Screens of learning, each fetched when it is opened; every member of staff has them. */
import type { RouteLocationNormalized, RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import { session } from '../session';
import { trains } from './learning';

/** Lets the staff in, auditors too; everybody else to the sign-in. */
export function onlyForLearners(to: RouteLocationNormalized): true | RouteLocationRaw {
  return session.person?.kind === 'staff' ? true : { path: '/desk/sign-in', query: { after: to.fullPath } };
}

/** Lets trainers and leads in; the rest of the staff learn. */
export function onlyForTrainers(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return trains(person.roles) ? true : '/learn';
}

/** Lets in who looks at learning in numbers: trainers, leads and auditors. */
export function onlyForFigures(to: RouteLocationNormalized): true | RouteLocationRaw {
  const { person } = session;
  if (person?.kind !== 'staff') return { path: '/desk/sign-in', query: { after: to.fullPath } };
  return trains(person.roles) || person.roles.includes('auditor') ? true : '/learn';
}

const beforeEnter = onlyForLearners;

export const learnRoutes: RouteRecordRaw[] = [
  { path: '/learn', name: 'learn', component: () => import('./LearnPage.vue'), beforeEnter },
  { path: '/learn/courses', name: 'learn-courses', component: () => import('./courses/CoursesPage.vue'), beforeEnter },
  {
    path: '/learn/course/:id',
    name: 'learn-course',
    component: () => import('./courses/CoursePage.vue'),
    props: true,
    beforeEnter,
  },
  {
    path: '/learn/policies',
    name: 'learn-policies',
    component: () => import('./policies/PoliciesPage.vue'),
    beforeEnter,
  },
  { path: '/learn/qa', name: 'learn-qa', component: () => import('./qa/QaPage.vue'), beforeEnter },
  { path: '/learn/exams', name: 'learn-exams', component: () => import('./exam/ExamsPage.vue'), beforeEnter },
  {
    path: '/learn/exam/:attempt',
    name: 'learn-exam',
    component: () => import('./exam/ExamPage.vue'),
    props: true,
    beforeEnter,
  },
  {
    path: '/learn/certificates',
    name: 'learn-certificates',
    component: () => import('./certificates/CertificatesPage.vue'),
    beforeEnter,
  },
  {
    path: '/learn/analytics',
    name: 'learn-analytics',
    component: () => import('./analytics/AnalyticsPage.vue'),
    beforeEnter: onlyForFigures,
  },
  {
    path: '/learn/content',
    name: 'learn-content',
    component: () => import('./edit/ContentPage.vue'),
    beforeEnter: onlyForTrainers,
  },
  {
    path: '/learn/edit/:kind/:id?',
    name: 'learn-edit',
    component: () => import('./edit/EditPage.vue'),
    props: true,
    beforeEnter: onlyForTrainers,
  },
];
