/** How a case looks in one badge and one date: whose turn it is, how long there is, what own unsent acts have come to. */
import type { IconName, State } from '../components/icons';
import type { Mark } from '../device/types';
import { either } from '../i18n';
import { ago, clock, daysBetween, dayTime } from '../i18n/time';
import type { QueueBody } from '../protocol/generated';
import { type Clerk, isDue, isEnded, isForRole, leftOf, type Row, type Standing, type When } from './queue';
import { type WordKey, w, wordOr } from './words';
import type { Left } from './worktime';

export interface Face {
  state: State;
  icon?: IconName;
  words: string;
}

/** Whether an act was not done and waits for the person. */
export const isNotDone = (mark: Mark): boolean => ['conflict', 'refused', 'quarantined'].includes(mark.state);

/** Where an act of one's own is. `away`: there is no network, so what was sent without an answer waits as well. */
export function markFace(mark: Pick<Mark, 'state'>, away: boolean): Face {
  const { state } = mark;
  if (state === 'conflict' || state === 'refused' || state === 'quarantined') {
    return { state: 'refused', words: w('mark.not-done') };
  }
  if (state === 'applied') return { state: 'done', words: w('mark.applied') };
  return { state: 'saved', words: w(state === 'sent' && away ? 'mark.waiting' : `mark.${state}`) };
}

/** The mark that concerns the clerk most: what was not done, then what is not sent. */
function pressing(marks: readonly Mark[]): Mark | null {
  return marks.find(isNotDone) ?? marks.filter((mark) => mark.state !== 'applied').at(-1) ?? null;
}

/** The one badge of a queue line. */
export function faceOf(row: Row, clerk: Clerk, when: When, away: boolean): Face {
  const turn = turnOf(row.body, clerk);
  const mark = pressing(row.marks);
  if (mark) return markFace(mark, away);
  const left = leftOf(row.body, when);
  if (left && isLate(left)) return { ...turn, state: 'late' };
  return turn.state === 'you' && isDue(row, when) ? { ...turn, icon: 'clock' } : turn;
}

const isLate = (left: Left): boolean => left.unit === 'late-days' || left.unit === 'late-today';

const WAITS_FOR: Readonly<Record<string, [mine: WordKey, other: WordKey]>> = {
  received: ['turn.accept', 'turn.accept-other'],
  granted: ['turn.issue', 'turn.issue-other'],
  issued: ['turn.deliver', 'turn.deliver-other'],
};

/** Whose turn it is in words. */
export function turnOf(standing: Standing, clerk: Clerk): Face {
  return notOurTurn(standing, clerk) ?? ourTurn(standing, isForRole(standing, clerk));
}

/** It has ended, waits for somebody who is at no desk, or a colleague has it. */
function notOurTurn(standing: Standing, clerk: Clerk): Face | null {
  const { status, claimed_by, waiting_for } = standing;
  const lead = clerk.roles.includes('lead');
  if (waiting_for === 'lead') return { state: lead ? 'you' : 'office', icon: 'ask', words: w('turn.lead') };
  if (waiting_for === 'window') return { state: 'you', icon: 'phone', words: w('turn.window') };
  if (isEnded(status)) {
    return { state: status === 'delivered' ? 'done' : 'refused', words: wordOr(`turn.ended.${status}`, 'event.other') };
  }
  const elsewhere = waitsElsewhere(standing);
  if (elsewhere || !claimed_by || claimed_by.id === clerk.id) return elsewhere;
  return { state: 'office', words: w('turn.with', { name: claimed_by.name }) };
}

/** It waits for the applicant, a special procedure or the post. */
function waitsElsewhere({ status, waiting_for, awaiting_files: n }: Standing): Face | null {
  const state = 'office';
  if (status === 'filed') return { state, icon: 'upload', words: w(n > 0 ? 'turn.files' : 'turn.papers', { n }) };
  if (status === 'correction') return { state, icon: 'people', words: w('turn.correction') };
  if (waiting_for === 'procedure') return { state, icon: 'calendar', words: w('turn.procedure') };
  if (waiting_for === 'applicant') return { state, icon: 'people', words: w('turn.collect') };
  return status === 'posted' ? { state, icon: 'post', words: w('turn.signed') } : null;
}

function ourTurn({ status, step }: Standing, mine: boolean): Face {
  const state: State = mine ? 'you' : 'office';
  if (status === 'accepted' || status === 'suspended') {
    return { state, words: w(mine ? 'turn.step' : 'turn.step-other', { step: step ? either(step.name) : '' }) };
  }
  const [own, other] = WAITS_FOR[status] ?? ['event.other', 'event.other'];
  return { state, words: w(mine ? own : other) };
}

/** How long there is: `剩 3 小时`, `还有 2 个工作日`, `超期 1 天`; without a date since when it has waited. */
export function dueWords(body: QueueBody, when: When): { words: string; late: boolean } {
  const left = leftOf(body, when);
  if (body.due === null || left === null) return { words: sinceWords(body, when.now), late: false };
  const words = `${leftWords(left, body.due)}${body.due_provisional ? w('due.provisional') : ''}`;
  return { words, late: isLate(left) };
}

function sinceWords({ changed_at, status }: QueueBody, now: Date): string {
  const when = ago(changed_at, now);
  return isEnded(status) ? when : w('due.since', { when });
}

/** What is left, in words. */
export function leftWords(left: Left, due: string): string {
  return w(`due.${left.unit}`, { clock: clock(due), n: 'n' in left ? left.n : 0 });
}

/** When something falls due, as short as it can be understood: `今天 17:00`, `12月4日 星期五 17:00`. */
export function dueTime(due: string, now: Date): string {
  const days = daysBetween(now, due);
  if (days === 0) return w('due.today', { clock: clock(due) });
  return days === 1 ? w('due.tomorrow', { clock: clock(due) }) : dayTime(due);
}

/** A moment as short as it can be understood: the clock today, else the day. */
export function shortTime(at: string, now: Date): string {
  return daysBetween(now, at) === 0 ? clock(at) : dayTime(at);
}
