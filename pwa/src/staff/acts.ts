/** Which acts a member of staff has on a case, which of them comes first, and why one cannot be done just now. */
import type { Mark } from '../device/types';
import type { ServiceItem } from '../forms/types';
import { type Act, actsFor, type CaseBody, NEEDS_CLAIM } from '../protocol/generated';
import type { Clerk } from './queue';

export type { Act };

/** What the acts of a case depend on. */
export interface Desk {
  body: CaseBody;
  item: ServiceItem | undefined;
  clerk: Clerk;
  marks: readonly Mark[];
  /** Lines of the notice as it stands. */
  defects: number;
  /** Required papers that are not in order. */
  unticked: number;
  /** Papers that nobody has looked at to the end. */
  unseen: number;
}

/** Buttons of the desk: the one to press first, those beside it, and the rest under 更多. */
export interface Choice {
  main: Act | null;
  beside: Act[];
  more: Act[];
}

/** The acts of the shared table for this person and this state. */
export function actsOf({ body, item, clerk }: Pick<Desk, 'body' | 'item' | 'clerk'>): Act[] {
  const { step } = body;
  const stage = item?.route.find((one) => one.step === step?.id)?.stage ?? null;
  const who = { applicant: false, roles: clerk.roles, stepRole: step?.role ?? null, stepStage: stage };
  return actsFor(body.view.status, who);
}

/** The buttons for this person and this state. Whoever has not taken the case is offered that first. */
export function choiceOf(desk: Desk): Choice {
  const acts = actsOf(desk);
  const does = acts.filter((act) => NEEDS_CLAIM.includes(act) && isMeant(act, desk));
  const { claimed_by } = desk.body;
  if (claimed_by !== null && claimed_by.id !== desk.clerk.id) return { main: null, beside: [], more: note(acts) };
  if (claimed_by === null && acts.includes('case.claim')) return { main: 'case.claim', beside: [], more: note(acts) };
  const likely = does.find((act) => isLikely(act, desk)) ?? does[0] ?? null;
  const others = does.filter((act) => act !== likely && act !== 'case.decline');
  return { main: likely, beside: others, more: RARE.filter((act) => acts.includes(act) && act !== likely) };
}

/** What stands under 更多, in a fixed order. */
const RARE: readonly Act[] = ['case.decline', 'case.release', 'case.note'];

const note = (acts: readonly Act[]): Act[] => acts.filter((act) => act === 'case.note');

/** A result that is not sent by post needs no carrier. */
function isMeant(act: Act, { body }: Desk): boolean {
  return act !== 'case.dispatch' || body.view.delivery.method === 'mail';
}

function isLikely(act: Act, { body, defects, unticked }: Desk): boolean {
  switch (act) {
    case 'case.request-correction':
      return defects > 0;
    case 'case.accept':
      return defects === 0 || unticked === 0;
    case 'case.deliver':
      return body.view.status === 'posted' || body.view.delivery.method !== 'mail';
    case 'case.decline':
      return false;
    default:
      return true;
  }
}

/** Why an act cannot be done now. */
export type Hindrance =
  | { code: 'claimed-by'; name: string }
  | { code: 'under-way' }
  | { code: 'files-waiting'; n: number }
  | { code: 'unticked'; n: number }
  | { code: 'unseen'; n: number }
  | { code: 'no-defects' }
  | { code: 'accepted-by-you' };

const JUDGES_FILES: ReadonlySet<Act> = new Set<Act>(['case.accept', 'case.request-correction', 'case.decide']);

/** What stands in the way of an act; null if nothing does. */
export function hindranceOf(act: Act, desk: Desk): Hindrance | null {
  if (act === 'case.note') return null;
  const { body, clerk } = desk;
  const { claimed_by } = body;
  if (claimed_by && claimed_by.id !== clerk.id) return { code: 'claimed-by', name: claimed_by.name };
  if (underWay(desk.marks)) return { code: 'under-way' };
  if (act === 'case.decide' && body.accepted_by?.id === clerk.id) return { code: 'accepted-by-you' };
  if (JUDGES_FILES.has(act) && body.view.awaiting_files > 0) {
    return { code: 'files-waiting', n: body.view.awaiting_files };
  }
  return papersHinder(act, desk);
}

function papersHinder(act: Act, { defects, unticked, unseen }: Desk): Hindrance | null {
  if (act === 'case.accept' && unticked > 0) return { code: 'unticked', n: unticked };
  if (act !== 'case.request-correction') return null;
  if (defects === 0) return { code: 'no-defects' };
  // A notice tells everything at once (Licensing Law art. 32), so all of the papers must have been looked at.
  return unseen > 0 ? { code: 'unseen', n: unseen } : null;
}

const ON_ITS_WAY: ReadonlySet<Mark['state']> = new Set<Mark['state']>(['waiting', 'sent', 'held', 'applied']);
const MOVES_NOTHING: ReadonlySet<Mark['type']> = new Set<Mark['type']>([
  'case.note@1',
  'case.claim@1',
  'case.release@1',
  'record.view@1',
]);

/** The act of one's own that moves the case and has not come back yet; until then there is nothing else to press. */
export function underWay(marks: readonly Mark[]): Mark | null {
  return marks.find((mark) => ON_ITS_WAY.has(mark.state) && !MOVES_NOTHING.has(mark.type)) ?? null;
}
