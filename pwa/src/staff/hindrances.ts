/** Why an act that has a button cannot be done just now. */
import type { Mark } from '../device/types';
import { type Act, type Desk, needsClaim } from './acts';
import { lacksCertificate } from './queue';

export type Hindrance =
  | { code: 'under-way' }
  | { code: 'not-qualified' }
  | { code: 'files-waiting'; n: number }
  | { code: 'unticked'; n: number }
  | { code: 'unseen'; n: number }
  | { code: 'no-defects' }
  | { code: 'accepted-by-you' }
  | { code: 'asked-by-you' }
  | { code: 'procedure-runs' }
  | { code: 'gaps-open'; n: number }
  | { code: 'second-notice-asked' };

const JUDGES_FILES: ReadonlySet<Act> = new Set<Act>(['case.accept', 'case.request-correction', 'case.decide']);
/** Words and looks that are in nobody's way, whatever else is on its way to the centre. */
const FREE: ReadonlySet<Act> = new Set<Act>(['case.note', 'case.message', 'case.verify', 'case.ask-register']);

/** What stands in the way of an act; null if nothing does. */
export function hindranceOf(act: Act, desk: Desk): Hindrance | null {
  if (FREE.has(act)) return null;
  if (underWay(desk.marks)) return { code: 'under-way' };
  return byGate(act, desk) ?? byOthers(act, desk) ?? byFiles(act, desk) ?? byPapers(act, desk);
}

/** At the window a case is taken, and carried on, with a certificate for its item alone. */
function byGate(act: Act, desk: Desk): Hindrance | null {
  if (act !== 'case.claim' && !needsClaim(act, desk)) return null;
  const { item_id } = desk.body.view;
  return lacksCertificate({ item_id, step: desk.body.step }, desk.clerk, desk.now) ? { code: 'not-qualified' } : null;
}

function byOthers(act: Act, { body, clerk, item }: Desk): Hindrance | null {
  if (act === 'case.decide' && body.accepted_by?.id === clerk.id && !(body.one_person || item?.one_person)) {
    return { code: 'accepted-by-you' };
  }
  if (act === 'case.approve-second-notice' && body.claimed_by?.id === clerk.id) return { code: 'asked-by-you' };
  if (act === 'case.decide' && body.view.procedures.some((one) => one.ended_on === null)) {
    return { code: 'procedure-runs' };
  }
  return null;
}

function byFiles(act: Act, { body, item }: Desk): Hindrance | null {
  if (JUDGES_FILES.has(act) && body.view.awaiting_files > 0) {
    return { code: 'files-waiting', n: body.view.awaiting_files };
  }
  const open = body.view.gaps.filter((gap) => gap.state !== 'closed').length;
  if (act === 'case.issue' && open > 0 && item?.issue_with_gaps !== true) return { code: 'gaps-open', n: open };
  return null;
}

function byPapers(act: Act, { body, defects, unticked, unseen }: Desk): Hindrance | null {
  if (act === 'case.accept' && unticked > 0) return { code: 'unticked', n: unticked };
  if (act === 'case.accept' && defects > 0 && body.second_notice === 'asked') return { code: 'second-notice-asked' };
  if (act !== 'case.request-correction' && act !== 'case.ask-second-notice') return null;
  if (defects === 0) return { code: 'no-defects' };
  // A notice tells everything at once (Licensing Law art. 32), so all of the papers must have been looked at.
  return unseen > 0 ? { code: 'unseen', n: unseen } : null;
}

const ON_ITS_WAY: ReadonlySet<Mark['state']> = new Set<Mark['state']>(['waiting', 'sent', 'held', 'applied']);
const MOVES_NOTHING: ReadonlySet<Mark['type']> = new Set<Mark['type']>([
  'case.note@1',
  'case.message@1',
  'case.verify@1',
  'case.claim@1',
  'case.release@1',
  'case.make-link@1',
  'case.ask-register@1',
  'record.view@1',
]);

/** The act of one's own that moves the case and has not come back yet; until then there is nothing else to press. */
export function underWay(marks: readonly Mark[]): Mark | null {
  return marks.find((mark) => ON_ITS_WAY.has(mark.state) && !MOVES_NOTHING.has(mark.type)) ?? null;
}
