/** What a case says to its applicant in one sentence: whose turn it is, what comes next, and the one thing to press. */
import type { IconName, State } from '../../components/icons';
import type { LocalRow, Mark } from '../../device/types';
import { either, pause, t } from '../../i18n';
import { day, daysBetween, dayTime } from '../../i18n/time';
import type { DueDate, Gap, Notice, Page, StatusBody } from '../../protocol/generated';

/** A case row as residents have it. */
export type StatusRow = LocalRow<'status'>;

/**
 * Attributes: `who` whose turn it is; `say` the sentence; `more` what it means for the reader; `badge` the state in a
 * word; `next` the line on a card; `act` the one thing to press on a card; `closed` whether it has ended.
 */
export interface CaseWords {
  state: State;
  icon: IconName | null;
  badge: string;
  who: string;
  say: string;
  more: string | null;
  next: string;
  act: { words: string; icon: IconName; main: boolean } | null;
  closed: boolean;
}

/** How long a case that ended early and can be taken up again stays among those under way. */
const RECENT_DAYS = 30;

/** The correction notice that waits for the applicant, or null. */
export function openNotice(body: StatusBody): Notice | null {
  return body.notices.findLast((notice) => notice.answered_at === null && !notice.taken_back) ?? null;
}

/** Papers that were promised at acceptance and have not been handed in, the most pressing first. */
export function openGaps(body: StatusBody): Gap[] {
  const open = body.gaps.filter((gap) => gap.state === 'open');
  return open.sort((a, b) => a.due.at.localeCompare(b.due.at));
}

/** Pages that arrived but could not be read and are not replaced yet; none once the case takes nothing any more. */
export function rejectedPages(body: StatusBody): Page[] {
  return body.acts.includes('case.supplement') ? body.pages.filter((page) => page.state === 'rejected') : [];
}

/** Statuses in which what is handed in is neither the answer to a notice nor a page taken again. */
const AFTER_ACCEPTANCE: readonly StatusBody['status'][] = [
  'accepted',
  'suspended',
  'granted',
  'issued',
  'posted',
  'delivered',
  'rejected',
  'declined',
  'redirected',
  'terminated',
];

/** Statuses without a decision or an end: an act that was not done is then the news. Later the outcome is, and the act has a card. */
const UNDER_WAY: readonly StatusBody['status'][] = ['filed', 'received', 'correction', 'accepted', 'suspended'];

/** Statuses in which a page that cannot be opened keeps the centre from going on. */
const BEFORE_DECISION: readonly StatusBody['status'][] = ['filed', 'accepted', 'suspended'];

/** Whether something new can be handed in beside what was asked for, or has been. */
export function takesEvidence(body: StatusBody): boolean {
  const now = AFTER_ACCEPTANCE.includes(body.status) && body.acts.includes('case.supplement');
  return now || body.evidence.length > 0;
}

/** An own act that was not done and waits for the applicant, or null. */
export function actSetAside(row: StatusRow): Mark | null {
  return row.marks.find((mark) => ['conflict', 'refused', 'quarantined'].includes(mark.state)) ?? null;
}

/** Whether an own act of this type is still on its way. */
export function onItsWay(row: StatusRow, type: Mark['type']): Mark | null {
  return row.marks.find((mark) => mark.type === type && ['waiting', 'sent', 'held'].includes(mark.state)) ?? null;
}

/** The date that matters now and what it is for. */
export function dueOf(body: StatusBody): { due: DueDate; words: string; state: State } | null {
  if (body.status === 'correction') {
    const notice = openNotice(body);
    return notice && { due: notice.respond_by, words: t('case.due.respond'), state: 'you' };
  }
  if (body.promised && (body.status === 'accepted' || body.status === 'suspended')) {
    const paused = body.status === 'suspended';
    return { due: body.promised, words: t(paused ? 'case.due.paused' : 'case.due.promised'), state: 'office' };
  }
  const delivery = body.clocks.find((clock) => clock.name === 'delivery' && clock.state === 'running');
  if (delivery) return { due: delivery.due, words: t('case.due.delivery'), state: 'office' };
  if (!body.answer_by || !['filed', 'received'].includes(body.status)) return null;
  const estimate = body.status === 'filed';
  return { due: body.answer_by, words: t(estimate ? 'case.due.estimate' : 'case.due.answer'), state: 'office' };
}

/**
 * The words for a case at `now`.
 *
 * @param pagesHere how many of its pages are still on this device.
 */
export function caseWords(row: StatusRow, { now, pagesHere }: { now: Date; pagesHere: number }): CaseWords {
  const isAside = actSetAside(row) !== null;
  if (isAside && UNDER_WAY.includes(row.body.status)) return setAside();
  if (row.pos === 0) return notSent(row);
  const words = pending(row) ?? overdue(row.body, now) ?? told(row.body, { now, pagesHere });
  return isAside ? pointedTo(words) : words;
}

/** What the status says, with what the applicant still owes or may take up again. */
function told(body: StatusBody, { now, pagesHere }: { now: Date; pagesHere: number }): CaseWords {
  const words = BY_STATUS[body.status](body, pagesHere);
  if (body.acts.includes('case.reopen')) {
    const ended = body.timeline.at(-1)?.at ?? body.filed_at;
    const act = { words: t('card.reopen'), icon: 'next', main: true } as const;
    return { ...words, act, closed: daysBetween(ended, now) > RECENT_DAYS };
  }
  const asked = askedAgain(body);
  if (asked) return asked;
  const [gap, ...others] = openGaps(body);
  if (!gap || words.closed || words.act) return words;
  const owed = t('say.gaps', { n: others.length + 1, when: dayTime(gap.due.at) });
  return { ...words, more: owed, next: owed, act: { words: t('card.gap'), icon: 'camera', main: true } };
}

/** What is said where pages must be taken again before the centre can go on, else null. */
function askedAgain(body: StatusBody): CaseWords | null {
  const rejected = rejectedPages(body).length;
  return rejected > 0 && BEFORE_DECISION.includes(body.status) ? retake(rejected) : null;
}

function setAside(): CaseWords {
  return pointedTo(refused(t('badge.aside'), t('say.not-done'), null));
}

/** A card that leads to the act that was not done, and stays among those under way until the applicant has decided. */
function pointedTo(words: CaseWords): CaseWords {
  return { ...words, next: t('say.not-done'), act: { words: t('card.see'), icon: 'next', main: true }, closed: false };
}

function notSent(row: StatusRow): CaseWords {
  const sent = row.marks.some((mark) => mark.state !== 'waiting');
  const say = t(sent ? 'say.sent' : 'say.waiting');
  return saved(say, t(sent ? 'say.sent-more' : 'say.waiting-more'));
}

/** What the applicant has done that the service has not answered yet. */
function pending(row: StatusRow): CaseWords | null {
  if (onItsWay(row, 'case.withdraw@1')) return saved(t('say.withdraw-waiting'), t('say.withdraw-waiting-more'));
  if (onItsWay(row, 'case.supplement@1')) return saved(t('say.supplement-waiting'), t('say.supplement-waiting-more'));
  if (onItsWay(row, 'case.reopen@1')) return saved(t('say.reopen-waiting'), t('say.supplement-waiting-more'));
  return null;
}

/** The centre is past its own date: said plainly, and in red. */
function overdue(body: StatusBody, now: Date): CaseWords | null {
  const due = ['received', 'accepted'].includes(body.status) ? dueOf(body)?.due : undefined;
  if (!due || new Date(due.at) >= now) return null;
  const days = daysBetween(due.at, now);
  const words = BY_STATUS[body.status](body, 0);
  const asked = askedAgain(body);
  const badge = days > 0 ? t('badge.late', { n: days }) : t('badge.late-today');
  const owed = asked && { more: asked.say, next: asked.say, act: asked.act };
  return { ...words, ...owed, state: 'late', icon: null, badge, who: t('turn.late') };
}

const BY_STATUS: Readonly<Record<StatusBody['status'], (body: StatusBody, pagesHere: number) => CaseWords>> = {
  filed: (body, pagesHere) => awaitingFiles(body.awaiting_files, pagesHere),
  received: (body) => office(t('say.received'), t('say.received-more'), body.answer_by, 'card.due-answer'),
  correction: (body) => correction(openNotice(body)),
  accepted: (body) =>
    office(
      body.office_step ? t('say.accepted-step', { step: either(body.office_step) }) : t('say.accepted'),
      t('say.accepted-more'),
      body.promised,
      'card.due',
    ),
  granted: () => office(t('say.granted'), t('say.granted-more'), null, 'card.due'),
  issued: issued,
  posted: (body) => done(t('badge.posted'), t('say.posted'), trackingWords(body), 'post', false),
  delivered: () => done(t('badge.done'), t('say.delivered'), t('say.delivered-more'), null, true),
  rejected: (body) => refused(t('badge.refused'), t('say.rejected'), body.decision?.reason ?? null),
  declined: (body) => refused(t('badge.declined'), t('say.declined'), body.decision?.reason ?? null),
  withdrawn: () => refused(t('badge.withdrawn'), t('say.withdrawn'), t('say.withdrawn-more')),
  suspended: (body) => office(t('say.suspended'), t('say.suspended-more'), body.promised, 'card.due'),
  redirected: (body) => refused(t('badge.redirected'), t('say.redirected'), reasonOr(body, t('say.redirected-more'))),
  terminated: (body) => refused(t('badge.terminated'), t('say.terminated'), reasonOr(body, t('say.terminated-more'))),
  returned: () => refused(t('badge.returned'), t('say.returned'), t('say.returned-more')),
  lapsed: () => refused(t('badge.lapsed'), t('say.lapsed'), t('say.lapsed-more')),
  revoked: (body) => refused(t('badge.revoked'), t('say.revoked'), reasonOr(body, t('say.revoked-more'))),
  voided: () => refused(t('badge.voided'), t('say.voided'), t('say.voided-more')),
  archived: () => done(t('badge.done'), t('say.archived'), t('say.archived-more'), null, true),
};

/** The reason that was written for the applicant, where there is one. */
const reasonOr = (body: StatusBody, words: string): string => body.decision?.reason || words;

function issued(body: StatusBody): CaseWords {
  if (body.delivery.state === 'came-back')
    return you(t('badge.came-back'), t('say.came-back'), t('say.came-back-more'));
  if (body.delivery.method === 'pickup') {
    return { ...you(t('badge.pickup'), t('say.issued-pickup'), null), act: null };
  }
  if (body.delivery.method === 'mail') return office(t('say.issued-mail'), null, null, 'card.due');
  return done(t('badge.done'), t('say.issued-electronic'), null, null, false);
}

function trackingWords(body: StatusBody): string {
  const { carrier, tracking_number: number } = body.delivery;
  return t('say.posted-more', { carrier: carrier ?? '', number: number ?? '' }).trim();
}

function awaitingFiles(missing: number, pagesHere: number): CaseWords {
  const say = t('say.awaiting-files', { n: missing });
  const more = t(pagesHere > 0 ? 'say.awaiting-files-more' : 'say.awaiting-files-far');
  return { ...saved(say, more), badge: t('badge.sending'), icon: 'upload' };
}

function retake(pages: number): CaseWords {
  return {
    ...you(t('badge.you-retake'), t('say.rejected-pages', { n: pages }), t('say.rejected-pages-more')),
    act: { words: t('card.retake'), icon: 'camera', main: true },
  };
}

function correction(notice: Notice | null): CaseWords {
  const open = notice?.defects.filter((defect) => !defect.answered).length ?? 0;
  const when = notice && dayTime(notice.respond_by.at);
  const rest = t('say.correction-more');
  const more = when ? t('say.correction-by', { when, more: rest }) : rest;
  const words = you(t('badge.you-fix'), t('say.correction', { n: open }), more);
  const by = when && t('card.respond', { when });
  return {
    ...words,
    next: [words.say, by].filter(Boolean).join(pause()),
    act: { words: t('card.fix'), icon: 'camera', main: true },
  };
}

function you(badge: string, say: string, more: string | null): CaseWords {
  return { state: 'you', icon: null, badge, who: t('turn.you'), say, more, next: say, act: null, closed: false };
}

function saved(say: string, more: string): CaseWords {
  const badge = t('badge.saved');
  return { state: 'saved', icon: null, badge, who: t('turn.saved'), say, more, next: more, act: null, closed: false };
}

function office(say: string, more: string | null, due: DueDate | null, key: 'card.due' | 'card.due-answer'): CaseWords {
  const by = due && t(key, { when: key === 'card.due' ? day(due.on) : dayTime(due.at) });
  const next = [more, by].filter(Boolean).join('') || say;
  return {
    state: 'office',
    icon: null,
    badge: t('badge.office'),
    who: t('turn.office'),
    say,
    more,
    next,
    act: null,
    closed: false,
  };
}

function done(badge: string, say: string, more: string | null, icon: IconName | null, closed: boolean): CaseWords {
  return { state: 'done', icon, badge, who: t('turn.done'), say, more, next: more || say, act: null, closed };
}

function refused(badge: string, say: string, more: string | null): CaseWords {
  return {
    state: 'refused',
    icon: null,
    badge,
    who: t('turn.refused'),
    say,
    more,
    next: more ?? say,
    act: null,
    closed: true,
  };
}
