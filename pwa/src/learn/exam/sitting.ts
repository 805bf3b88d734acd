/** An examination as its person sees it: what was answered here or at the centre, and the time that is left. */
import type { OutboxEntry } from '../../device/types';
import type { AnswerQuestion, ExamBody, GivenAnswer } from '../../protocol/generated';

/** How the centre stands to an answer: it has it, or it is still on this device. */
export type Kept = 'centre' | 'device';

export interface Answer {
  chosen: readonly number[];
  kept: Kept;
}

const ON_ITS_WAY: ReadonlySet<OutboxEntry['state']> = new Set(['queued', 'sent', 'held']);

/**
 * Every answer by question: the centre's, with what was answered here later laid over it. What has arrived stays in the outbox for
 * days: an answer that the centre took after it, from another device, goes before it.
 */
export function answersOf(body: ExamBody, attempt: string, outbox: readonly OutboxEntry[]): Map<string, Answer> {
  const taken = new Map(body.answers.map((one) => [one.question, one]));
  const answers = new Map<string, Answer>(
    body.answers.map((one) => [one.question, { chosen: one.chosen, kept: 'centre' }]),
  );
  for (const entry of outbox) {
    if (entry.lane !== attempt || entry.type !== 'exam.answer@1') continue;
    const { question, choice } = entry.args as unknown as AnswerQuestion;
    if (!counts(entry, taken.get(question))) continue;
    const kept = ON_ITS_WAY.has(entry.state) ? 'device' : 'centre';
    if (choice.length === 0) answers.delete(question);
    else answers.set(question, { chosen: choice, kept });
  }
  return answers;
}

/** Whether an own act says more than what the centre has taken. */
const counts = ({ state, at }: OutboxEntry, taken: GivenAnswer | undefined): boolean =>
  ON_ITS_WAY.has(state) || (state === 'applied' && !(taken && Date.parse(taken.at) > Date.parse(at)));

/** How many acts of an examination have not reached the centre yet. */
export const waitingOf = (attempt: string, outbox: readonly OutboxEntry[]): number =>
  outbox.filter((entry) => entry.lane === attempt && ON_ITS_WAY.has(entry.state)).length;

/** Whether the person has handed it in on this device, and the centre has not refused that. */
export const isHandedIn = (attempt: string, outbox: readonly OutboxEntry[]): boolean =>
  outbox.some(
    (entry) =>
      entry.lane === attempt &&
      entry.type === 'exam.hand-in@1' &&
      (ON_ITS_WAY.has(entry.state) || entry.state === 'applied'),
  );

/** The choice after an option was pressed: one for a question with one answer, more or fewer for the others. */
export function pressed(chosen: readonly number[], place: number, multiple: boolean): number[] {
  if (!multiple) return [place];
  return (chosen.includes(place) ? chosen.filter((one) => one !== place) : [...chosen, place]).sort((a, b) => a - b);
}

/** Whole seconds until the end, by the clock of the centre; 0 when it is over. */
export const secondsLeft = (endsAt: string, now: Date): number =>
  Math.max(0, Math.ceil((Date.parse(endsAt) - now.getTime()) / 1000));

/** `12:05`. */
export const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** The letter under which an option is shown. */
export const letterOf = (place: number): string => String.fromCharCode(65 + place);
