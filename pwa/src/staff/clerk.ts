/** Who is signed in at the desk, and the way to the sign-in when nobody of the staff is. */
import { computed, watchEffect } from 'vue';
import { useRouter } from 'vue-router';
import { session } from '../session';
import type { Clerk } from './queue';
import { wordOr } from './words';

/** The same roles as the service asks for (`SEES_HISTORY` in `web/api/cases.py`). */
const LOOKS_BACK: readonly string[] = ['auditor', 'lead'];

/** The member of staff, null while nobody is signed in (the screen is left then). */
export function useClerk() {
  const router = useRouter();
  const clerk = computed<Clerk | null>(() => {
    const { person } = session;
    return person?.kind === 'staff' ? { id: person.id, roles: person.roles } : null;
  });
  watchEffect(() => {
    const { path, fullPath } = router.currentRoute.value;
    if (clerk.value || path === '/desk/sign-in') return;
    void router.replace({ path: '/desk/sign-in', query: { after: fullPath } });
  });
  return clerk;
}

/** Whether somebody has work at the desk; auditors have none. */
export const worksAtDesk = (roles: readonly string[]): boolean => roles.some((role) => role !== 'auditor');

/** Whether somebody may open the past of cases. */
export const looksBack = (roles: readonly string[]): boolean => roles.some((role) => LOOKS_BACK.includes(role));

/** Where a member of staff begins. */
export const firstPageOf = (roles: readonly string[]): string => (worksAtDesk(roles) ? '/desk' : '/audit');

/** Roles in words: `综合窗口`. */
export function rolesWords(roles: readonly string[]): string {
  return roles.map((role) => wordOr(`role.${role}`, 'bar.office')).join('、');
}
