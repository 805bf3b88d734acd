/** Who is signed in at the desk, and the way to the sign-in when nobody of the staff is. */
import { computed, watchEffect } from 'vue';
import { useRouter } from 'vue-router';
import { useRows } from '../device/store';
import { listed } from '../i18n';
import { session } from '../session';
import type { Clerk } from './queue';
import { wordOr } from './words';

/** The same roles as the service asks for (`SEES_HISTORY` in `web/api/cases.py`). */
const LOOKS_BACK: readonly string[] = ['auditor', 'lead'];

/** Where somebody who came in with a code of enrolment makes what they sign in with. */
const ENROLS = '/desk/safety';

/** The member of staff, null while nobody is signed in (the screen is left then). */
export function useClerk() {
  const router = useRouter();
  const colleagues = useRows('colleague');
  const clerk = computed<Clerk | null>(() => {
    const { person } = session;
    if (person?.kind !== 'staff') return null;
    const certificates = colleagues.value?.find(({ id }) => id === person.id)?.body.certificates;
    return { id: person.id, roles: person.roles, ...(certificates ? { certificates } : {}) };
  });
  watchEffect(() => {
    const { path, fullPath } = router.currentRoute.value;
    if (session.person?.narrow && path !== ENROLS) {
      void router.replace(ENROLS);
      return;
    }
    if (clerk.value || path === '/desk/sign-in') return;
    void router.replace({ path: '/desk/sign-in', query: { after: fullPath } });
  });
  return clerk;
}

/** Whether somebody has work at the desk; auditors have none. */
export const worksAtDesk = (roles: readonly string[]): boolean => roles.some((role) => role !== 'auditor');

/** Whether somebody may open the past of cases. */
export const looksBack = (roles: readonly string[]): boolean => roles.some((role) => LOOKS_BACK.includes(role));

/** Whether somebody sits at a counter. */
export const receives = (roles: readonly string[]): boolean =>
  roles.some((role) => ['window-clerk', 'outlet-clerk', 'lead'].includes(role));

/** Whether somebody files for persons on the telephone, at the window or on visits. */
export const opens = (roles: readonly string[]): boolean =>
  roles.some((role) => ['window-clerk', 'community-worker'].includes(role));

/** Where a member of staff begins. */
export function firstPageOf(roles: readonly string[]): string {
  if (!worksAtDesk(roles)) return '/audit';
  if (roles.every((role) => role === 'operator')) return '/operate';
  return roles.every((role) => role === 'trainer') ? '/learn' : '/desk';
}

/** Roles in words: `综合窗口`. */
export function rolesWords(roles: readonly string[]): string {
  return listed(roles.map((role) => wordOr(`role.${role}`, 'bar.office')));
}
