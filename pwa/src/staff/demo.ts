/** Accounts of the demonstration centre, offered on the sign-in page of a demonstration only. */
import { session } from '../session';

type Account = (typeof session.demoStaff)[number];

/** The same for all of them, and printed by the demonstration itself. */
export const DEMO_PASSWORD = 'doorstep-demo';

/** The accounts, those of the same role side by side. */
export const demoAccounts = (): readonly Account[] =>
  [...session.demoStaff].sort((a, b) => ROLES.indexOf(a.roles[0] ?? '') - ROLES.indexOf(b.roles[0] ?? ''));

const ROLES: readonly string[] = [
  'window-clerk',
  'community-worker',
  'reviewer',
  'decider',
  'district-officer',
  'city-officer',
  'assessor',
  'outlet-clerk',
  'lead',
  'auditor',
  'trainer',
  'operator',
];
