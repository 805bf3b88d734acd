/** What happened to a case, in words for the staff. */
import { MORE_TELLINGS } from '../auditor/tellings-more';
import type { IconName, State } from '../components/icons';
import type { TimelineEntry } from '../components/Timeline.vue';
import { either } from '../i18n';
import { ago } from '../i18n/time';
import type { CaseBody, Moment, Notification } from '../protocol/generated';
import { w, wordOr } from './words';

const LOOK: Readonly<Record<string, { state: State; icon?: IconName }>> = {
  'case.filed': { state: 'done', icon: 'receipt' },
  'file.rejected': { state: 'late' },
  'case.received': { state: 'office' },
  'case.claimed': { state: 'office', icon: 'you' },
  'case.released': { state: 'office', icon: 'back' },
  'case.correction_requested': { state: 'you', icon: 'message' },
  'case.supplemented': { state: 'done', icon: 'upload' },
  'case.accepted': { state: 'office' },
  'case.declined': { state: 'refused' },
  'case.reviewed': { state: 'done' },
  'case.decided': { state: 'done', icon: 'pen' },
  'case.withdrawn': { state: 'refused' },
  'case.noted': { state: 'office', icon: 'message' },
  'case.issued': { state: 'done', icon: 'cert' },
  'result.rendered': { state: 'done', icon: 'print' },
  'case.dispatch_requested': { state: 'office', icon: 'post' },
  'effect.uncertain': { state: 'late' },
  'case.posted': { state: 'done', icon: 'post' },
  'case.delivered': { state: 'done' },
};
/** Single photographs and the system's own steps would only be noise in a clerk's list. */
const NOISE: ReadonlySet<string> = new Set([
  'file.stored',
  'effect.claimed',
  'record.viewed',
  'handover.opened',
  'deadline.recomputed',
  'deadline.neared',
  'paper.rendered',
  'notice.given',
  'notice.claimed',
  'notice.sent',
  'notice.delivered',
]);

/** Everything that happened, what only staff see among it. */
export const momentsOf = ({ view, internal }: Pick<CaseBody, 'view' | 'internal'>): Moment[] =>
  [...view.timeline, ...internal].sort((a, b) => a.position - b.position);

/** The timeline, newest first, without noise. */
export function eventsOf(moments: readonly Moment[], now: Date): TimelineEntry[] {
  return moments
    .filter((moment) => !NOISE.has(moment.tag))
    .map((moment) => ({
      key: moment.position,
      ...(LOOK[moment.tag] ?? { state: 'office' as const }),
      words: eventWords(moment),
      at: moment.at,
      when: ago(moment.at, now),
    }))
    .reverse();
}

/** What happened at a moment: in the desk's own words, else as the auditor is told. */
export function eventWords({ tag, who, name, params }: Moment): string {
  const outcome = tag === 'case.decided' ? `-${String(params['outcome'])}` : '';
  const doer = who === 'staff' ? name : w(who === 'centre' ? 'role.centre' : 'role.resident');
  const n = Number(params['defects'] ?? params['pages'] ?? 0);
  const own = wordOr(`event.${tag}${outcome}`, 'dialog.none', { name: doer, n });
  const telling = MORE_TELLINGS[tag];
  return own || (telling ? w('event.told', { name: doer, words: either(telling) }) : w('event.other'));
}

/** What a notification told of: the moment among `moments`, with who did it; where that is not there, only that it was a notice. */
export function aboutWords({ position }: Pick<Notification, 'position'>, moments: readonly Moment[]): string {
  const moment = moments.find((one) => one.position === position);
  return moment ? eventWords(moment) : w('notice.other');
}

/** Who looked after one that had not arrived: somebody was reached, or nobody needed to be; null while nobody has. */
export function handledWords({ handled, handled_by_name: name }: Notification): string | null {
  return handled ? w(handled === 'not-needed' ? 'notice.not-needed' : 'notice.handled', { name }) : null;
}

/** By which channel it went, and how far it got. */
export function sendingWords({ channel, state }: Notification['sendings'][number]): string {
  return w('notice.sending-of', {
    channel: wordOr(`notice.${channel}`, 'notice.other'),
    state: wordOr(`notice.${state}`, 'notice.other'),
  });
}
