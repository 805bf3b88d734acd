/** What on a case must not be overlooked, in one sentence each; the most pressing first. */
import type { IconName, State } from '../components/icons';
import type { CaseBody, Notification } from '../protocol/generated';
import type { Act } from './acts';
import type { Clerk } from './queue';
import { w } from './words';

/** One thing to know; `quote` is what a colleague wrote, `act` does something about it, `case` is another case to look at, `notices` those that did not arrive. */
export interface Alert {
  key: string;
  state: State;
  icon: IconName;
  words: string;
  quote?: string;
  act?: Act;
  /** Another thing that can be done instead. */
  also?: Act;
  /** What the button says, where it is not the name of the act. */
  said?: string;
  case?: string;
  notices?: Notification[];
}

type Words = (id: string) => string;

/** The alerts of a case for a member of staff. `caseWords` names another case. */
export function alertsOf(body: CaseBody, clerk: Clerk, caseWords: Words): Alert[] {
  return [
    ...ofWithdrawal(body, clerk),
    ...ofTakeOver(body, clerk),
    ...ofHandOver(body, clerk),
    ...ofDuplicates(body, caseWords),
    ...ofEvidence(body),
    ...ofRequests(body),
    ...ofDates(body),
    ...ofDelivery(body),
    ...ofNotices(body),
  ];
}

/** The applicant took the case back while the clerk worked on it. */
function ofWithdrawal({ view, claimed_by }: CaseBody, clerk: Clerk): Alert[] {
  if (view.status !== 'withdrawn' || claimed_by?.id !== clerk.id) return [];
  const said = w('alert.withdrawn-seen');
  return [
    { key: 'withdrawn', state: 'refused', icon: 'refused', words: w('alert.withdrawn'), act: 'case.release', said },
  ];
}

/** A colleague asks whoever holds the case for it. */
function ofTakeOver({ take_over, claimed_by }: CaseBody, clerk: Clerk): Alert[] {
  if (!take_over || !claimed_by) return [];
  const asks = { key: 'take-over', icon: 'people' } as const;
  if (claimed_by.id === clerk.id) {
    const words = w('alert.take-over', { name: take_over.name });
    return [{ ...asks, state: 'you', words, act: 'case.hand-over', also: 'case.keep' }];
  }
  if (take_over.id !== clerk.id) return [];
  return [{ ...asks, state: 'office', words: w('alert.take-over-asked', { name: claimed_by.name }) }];
}

function ofHandOver({ handed_over }: CaseBody, clerk: Clerk): Alert[] {
  if (!handed_over) return [];
  const { sender, to, opened, words: quote } = handed_over;
  if (to.id === clerk.id) {
    return [
      {
        key: 'handed',
        state: 'you',
        icon: 'people',
        words: w('alert.handed-over', { name: sender.name }),
        quote,
        act: 'case.send-back',
      },
    ];
  }
  if (sender.id !== clerk.id || opened) return [];
  return [
    {
      key: 'handed',
      state: 'office',
      icon: 'people',
      words: w('alert.handed-on', { name: to.name }),
      quote,
      act: 'case.recall',
    },
  ];
}

const ofDuplicates = ({ duplicates }: CaseBody, caseWords: Words): Alert[] =>
  duplicates
    .filter((twin) => twin.state === 'suspected')
    .map((twin) => ({
      key: twin.case,
      state: 'you',
      icon: 'compare',
      words: w('alert.duplicate', { case: caseWords(twin.case) }),
      case: twin.case,
    }));

function ofEvidence({ view, sampling }: CaseBody): Alert[] {
  const alerts: Alert[] = [];
  if (view.evidence.some((one) => one.outcome === 'waiting')) {
    alerts.push({ key: 'evidence', state: 'you', icon: 'upload', words: w('alert.evidence') });
  }
  if (sampling) alerts.push({ key: 'sampling', state: 'office', icon: 'eye', words: w('alert.sampling') });
  return alerts;
}

function ofRequests({ second_notice, extensions }: CaseBody): Alert[] {
  const alerts: Alert[] = [];
  if (second_notice === 'asked')
    alerts.push({ key: 'second', state: 'office', icon: 'ask', words: w('alert.second-notice') });
  if (second_notice === 'approved') {
    alerts.push({ key: 'second', state: 'done', icon: 'check', words: w('alert.second-notice-approved') });
  }
  const asked = extensions.find((one) => one.state === 'asked');
  if (asked) {
    const words = w('alert.extension', { name: asked.asked_by_name, n: asked.working_days });
    alerts.push({ key: 'extension', state: 'office', icon: 'clock', words });
  }
  return alerts;
}

function ofDates({ overdue, view }: CaseBody): Alert[] {
  const gaps = view.gaps.filter((gap) => gap.is_overdue && gap.state === 'open');
  const late: Alert[] = gaps.map((gap) => ({
    key: gap.material,
    state: 'late',
    icon: 'alert',
    words: w('alert.gap-late', { material: gap.material_name.zh }),
    act: 'case.close-gap',
  }));
  const isOver = overdue.some((clock) => clock === 'promised' || clock === 'statutory') && view.decision === null;
  return isOver ? [{ key: 'overdue', state: 'late', icon: 'alert', words: w('alert.overdue') }, ...late] : late;
}

function ofDelivery({ view }: CaseBody): Alert[] {
  if (view.delivery.state === 'came-back')
    return [{ key: 'post', state: 'you', icon: 'post', words: w('alert.came-back') }];
  if (view.delivery.state !== 'uncertain') return [];
  return [{ key: 'post', state: 'late', icon: 'post', words: w('alert.post-uncertain') }];
}

/** Messages have a place of their own. Everything that did not arrive is told in one call. */
function ofNotices({ view }: CaseBody): Alert[] {
  const notices = view.notifications.filter((one) => one.is_unreached);
  if (notices.length === 0) return [];
  return [
    { key: 'unreached', state: 'you', icon: 'phone', words: w('alert.unreached', { n: notices.length }), notices },
  ];
}
