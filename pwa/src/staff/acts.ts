/** Which acts a member of staff has on a case, which of them comes first, and where the others stand. */
import type { Mark } from '../device/types';
import type { ServiceItem } from '../forms/types';
import { ACTS, type Act as AnyAct, actsFor, type CaseBody, NEEDS_CLAIM, type QueueBody } from '../protocol/generated';
import { momentsOf } from './events';
import type { Clerk } from './queue';

/** What only applicants do. */
type NotHere = 'case.supplement' | 'case.withdraw';
export type Act = Exclude<AnyAct, NotHere>;
const NOT_HERE: readonly AnyAct[] = ['case.supplement', 'case.withdraw'] satisfies NotHere[];

const isHere = (act: AnyAct): act is Act => !NOT_HERE.includes(act);
/** Whether an act is done only by whoever has taken the case; a lead steps in beside them. The same as `needs_claim` in `domain/case/acts.py`. */
export function needsClaim(act: Act, { body, clerk }: Pick<Desk, 'body' | 'clerk'>): boolean {
  const isLeads = clerk.roles.includes('lead') && (ACTS[body.view.status][act]?.includes('lead') ?? false);
  const isOwnStep = body.step !== null && clerk.roles.includes(body.step.role);
  return NEEDS_CLAIM.includes(act) && (isOwnStep || !isLeads);
}

/** What the acts of a case depend on. */
export interface Desk {
  body: CaseBody;
  item: ServiceItem | undefined;
  clerk: Clerk;
  marks: readonly Mark[];
  now: Date;
  /** Lines of the notice as it stands. */
  defects: number;
  /** Required papers that are not in order, without those that may follow later. */
  unticked: number;
  /** Required papers that are not in order and may follow later (容缺). */
  mayFollow: number;
  /** Papers that nobody has looked at to the end. */
  unseen: number;
  /** Pages with a verdict that the centre does not know yet. */
  verdicts: number;
}

/** Where an act stands under 更多. */
export type Place = 'applicant' | 'papers' | 'time' | 'desk' | 'result' | 'ending';

export interface More {
  place: Place;
  acts: Act[];
}

/** Buttons of the desk: the one to press first, those beside it, and the rest under 更多. */
export interface Choice {
  main: Act | null;
  beside: Act[];
  more: More[];
}

/** The acts that carry a case on, in the order in which they are offered; all others stand under 更多. */
const ONWARD: readonly Act[] = [
  'case.approve-second-notice',
  'case.answer-extension',
  'case.reopen',
  'case.sample',
  'case.request-correction',
  'case.ask-second-notice',
  'case.accept',
  'case.end-procedure',
  'case.review',
  'case.decide',
  'case.issue',
  'case.dispatch',
  'case.deliver',
  'case.return-post',
];

const PLACES: readonly More[] = [
  { place: 'applicant', acts: ['case.message', 'case.make-link', 'case.change-delivery', 'case.end-agency'] },
  {
    place: 'papers',
    acts: [
      'case.verify',
      'case.attach-copy',
      'case.close-gap',
      'case.verify-commitment',
      'case.merge',
      'case.clear-duplicate',
    ],
  },
  {
    place: 'time',
    acts: ['case.begin-procedure', 'case.prolong-procedure', 'case.ask-extension', 'case.convert'],
  },
  {
    place: 'desk',
    acts: [
      'case.note',
      'case.claim',
      'case.hand-over',
      'case.recall',
      'case.send-back',
      'case.ask-take-over',
      'case.keep',
      'case.release',
      'case.hand-back',
      'case.reassign',
      'case.break-claim',
    ],
  },
  { place: 'result', acts: ['case.reprint', 'case.void-result', 'case.revoke'] },
  {
    place: 'ending',
    acts: [
      'case.decline',
      'case.redirect',
      'case.terminate',
      'case.refuse-reopening',
      'case.undo',
      'case.migrate',
      'case.void',
    ],
  },
];

/** The acts of the shared table for this person and this state. */
export function actsOf({ body, clerk }: Pick<Desk, 'body' | 'clerk'>): Act[] {
  const { step, doer } = body;
  const who = {
    applicant: false,
    roles: clerk.roles,
    stepRole: step?.role ?? null,
    stepStage: step?.stage ?? null,
    doer: doer === clerk.id,
  };
  return actsFor(body.view.status, who).filter(isHere);
}

/** The buttons for this person and this state. Whoever has not taken the case is offered that first. */
export function choiceOf(desk: Desk): Choice {
  const { claimed_by } = desk.body;
  const isMine = claimed_by?.id === desk.clerk.id;
  const acts = actsOf(desk).filter(
    (act) => isMeant(act, desk) && (isMine || claimed_by === null || !needsClaim(act, desk)),
  );
  const onward = ONWARD.filter((act) => acts.includes(act));
  const takes = claimed_by === null && acts.includes('case.claim') && onward.every((act) => needsClaim(act, desk));
  const main = takes ? 'case.claim' : (onward.find((act) => isLikely(act, desk)) ?? onward[0] ?? null);
  const beside = takes ? [] : onward.filter((act) => act !== main);
  return { main, beside, more: moreOf(acts, new Set([...(takes ? onward : beside), main])) };
}

function moreOf(acts: readonly Act[], shown: ReadonlySet<Act | null>): More[] {
  return PLACES.map(({ place, acts: all }) => ({
    place,
    acts: all.filter((act) => acts.includes(act) && !shown.has(act)),
  })).filter((more) => more.acts.length > 0);
}

/** Whether an act that the table allows can lead to anything on this case; what it lacks is nothing to explain. */
function isMeant(act: Act, desk: Desk): boolean {
  return MEANT[act]?.(desk) ?? true;
}

const RENEW_BEFORE_MS = 60 * 60_000;
const heldBy = ({ body, clerk }: Desk): boolean => body.claimed_by?.id === clerk.id;
const procedureRuns = ({ body }: Desk): boolean => body.view.procedures.some((one) => one.ended_on === null);
const isConverted = ({ body }: Desk): boolean => momentsOf(body).some(({ tag }) => tag === 'case.converted');
const isPromised = (desk: Desk): boolean => desk.item?.kind !== 'immediate' || isConverted(desk);
const evidenceWaits = ({ body }: Desk): boolean => body.view.evidence.some((one) => one.outcome === 'waiting');
const isSuspected = ({ body }: Desk): boolean => body.duplicates.some((one) => one.state === 'suspected');
const RESUMES: readonly QueueBody['status'][] = ['returned', 'lapsed'];

const MEANT: Partial<Record<Act, (desk: Desk) => boolean>> = {
  'case.claim': (desk) => desk.body.claimed_by === null || (heldBy(desk) && endsSoon(desk)),
  'case.release': heldBy,
  'case.hand-over': heldBy,
  'case.recall': ({ body, clerk }) => body.handed_over?.sender.id === clerk.id && !body.handed_over.opened,
  'case.send-back': (desk) => heldBy(desk) && desk.body.handed_over?.to.id === desk.clerk.id,
  'case.ask-take-over': (desk) => desk.body.claimed_by !== null && !heldBy(desk) && desk.body.take_over === null,
  'case.keep': (desk) => heldBy(desk) && desk.body.take_over !== null,
  'case.break-claim': (desk) => desk.body.claimed_by !== null && !heldBy(desk),
  'case.reassign': ({ body }) => body.step !== null,
  'case.verify': ({ verdicts }) => verdicts > 0,
  'case.request-correction': ({ body }) => body.view.notices.length === 0 || body.second_notice === 'approved',
  'case.ask-second-notice': ({ body, defects }) =>
    body.view.notices.length > 0 && body.second_notice === '' && defects > 0,
  'case.approve-second-notice': ({ body }) => body.second_notice === 'asked',
  'case.make-link': ({ body }) => body.view.status !== 'received',
  'case.attach-copy': (desk) => heldBy(desk) && desk.unticked > 0,
  'case.merge': isSuspected,
  'case.clear-duplicate': isSuspected,
  'case.end-agency': ({ body }) => body.view.agent_name !== null,
  'case.change-delivery': ({ body, item }) => isAtHome(body) && hasDelivery(item),
  'case.close-gap': ({ body }) => body.view.gaps.some((gap) => gap.state !== 'closed'),
  'case.verify-commitment': ({ body }) => Object.values(body.commitments).includes(null),
  'case.begin-procedure': isPromised,
  'case.prolong-procedure': procedureRuns,
  'case.end-procedure': procedureRuns,
  'case.ask-extension': (desk) =>
    isPromised(desk) && desk.body.extensions.every((one) => one.state === 'refused') && !isPast(desk),
  'case.answer-extension': ({ body }) => body.extensions.some((one) => one.state === 'asked'),
  'case.convert': (desk) => desk.item?.kind === 'immediate' && !isConverted(desk) && !isPast(desk),
  'case.hand-back': ({ body }) => body.route.some((step) => step.stage === 'review' && step.state === 'past'),
  'case.dispatch': ({ body }) =>
    body.view.delivery.method === 'mail' && ['ready', 'came-back'].includes(body.view.delivery.state),
  'case.sample': ({ body, clerk }) => body.sampling && body.decided_by?.id !== clerk.id,
  'case.reopen': (desk) => RESUMES.includes(desk.body.view.status) || evidenceWaits(desk),
  'case.refuse-reopening': evidenceWaits,
  'case.migrate': ({ body, item }) => item !== undefined && item.version > body.view.item_version,
  'case.undo': ({ body }) => body.view.status !== 'accepted' || isUntouched(body),
};

function endsSoon({ body, now }: Desk): boolean {
  return body.claim_until === null || Date.parse(body.claim_until) - now.getTime() < RENEW_BEFORE_MS;
}

/** Whether the date of the promise has passed. */
const isPast = ({ body, now }: Desk): boolean =>
  body.view.promised !== null && Date.parse(body.view.promised.at) < now.getTime();

const isAtHome = ({ view }: CaseBody): boolean => ['none', 'ready', 'came-back'].includes(view.delivery.state);
const hasDelivery = (item: ServiceItem | undefined): boolean =>
  item?.fields.some((field) => field.group === 'delivery') ?? false;

/** An acceptance is taken back only while nothing rests on it. */
function isUntouched({ view, route, extensions }: CaseBody): boolean {
  const reviewed = route.some((step) => step.stage === 'review' && step.state === 'past');
  return !view.deemed && !reviewed && view.procedures.length === 0 && extensions.length === 0;
}

function isLikely(act: Act, desk: Desk): boolean {
  switch (act) {
    case 'case.request-correction':
    case 'case.ask-second-notice':
      return desk.defects > 0;
    case 'case.accept':
      return desk.defects === 0 || desk.unticked + desk.mayFollow === 0;
    case 'case.deliver':
      return desk.body.view.status === 'posted' || desk.body.view.delivery.method !== 'mail';
    case 'case.return-post':
      return false;
    case 'case.end-procedure':
      return procedureIsOver(desk);
    case 'case.review':
    case 'case.decide':
      return !procedureRuns(desk) || !procedureIsOver(desk);
    default:
      return true;
  }
}

/** Whether a special procedure goes on although its planned last day has come. */
function procedureIsOver({ body, now }: Desk): boolean {
  const today = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  return body.view.procedures.some((one) => one.ended_on === null && one.ends_on <= today);
}
