/** Who may look back: nobody signed out, and of the staff those whose work it is. */
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router';
import { session } from '../session';

/** The same roles as the service asks for (`SEES_HISTORY` in `web/api/cases.py`). */
const LOOKS_BACK: readonly string[] = ['auditor', 'lead'];

/** Whether the person signed in may open the history of cases. */
export function looksBack(): boolean {
  return session.person?.roles.some((role) => LOOKS_BACK.includes(role)) ?? false;
}

/** The staff sign-in, and back to `path` afterwards. */
export function signInFor(path: string): RouteLocationRaw {
  return { path: '/desk/sign-in', query: { after: path } };
}

/** Lets a page open for anybody signed in; the page itself tells those who may not look back why. */
export function onlyForAuditors(to: RouteLocationNormalized): true | RouteLocationRaw {
  return session.person ? true : signInFor(to.fullPath);
}
