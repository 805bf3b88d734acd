/** A case's timeline in words: what concerns the applicant, newest first. */

import type { IconName, State } from '../../components/icons';
import type { TimelineEntry } from '../../components/Timeline.vue';
import { type Key, type Params, t } from '../../i18n';
import { ago } from '../../i18n/time';
import type { Moment } from '../../protocol/generated';

interface Telling {
  words: Key;
  state: State;
  icon?: IconName;
}

/** Facts that are told to the applicant; the rest (single files, claims by the system, effects) would only be noise. */
const TOLD: Readonly<Record<string, Telling>> = {
  'case.filed': { words: 'event.case.filed', state: 'done' },
  'file.rejected': { words: 'event.file.rejected', state: 'you' },
  'case.received': { words: 'event.case.received', state: 'done' },
  'case.claimed': { words: 'event.case.claimed', state: 'office', icon: 'eye' },
  'case.correction_requested': { words: 'event.case.correction_requested-plain', state: 'you', icon: 'message' },
  'case.supplemented': { words: 'event.case.supplemented', state: 'done' },
  'case.accepted': { words: 'event.case.accepted', state: 'office' },
  'case.declined': { words: 'event.case.declined', state: 'refused' },
  'case.reviewed': { words: 'event.case.reviewed', state: 'done' },
  'case.decided': { words: 'event.case.decided', state: 'done', icon: 'pen' },
  'case.withdrawn': { words: 'event.case.withdrawn', state: 'refused' },
  'case.issued': { words: 'event.case.issued', state: 'done', icon: 'cert' },
  'result.rendered': { words: 'event.result.rendered', state: 'done', icon: 'download' },
  'case.dispatch_requested': { words: 'event.case.dispatch_requested', state: 'office', icon: 'post' },
  'case.posted': { words: 'event.case.posted-plain', state: 'done', icon: 'post' },
  'case.delivered': { words: 'event.case.delivered', state: 'done' },
  'case.evidence_received': { words: 'event.case.evidence_received', state: 'done', icon: 'photo' },
  'message.sent': { words: 'event.message.sent', state: 'office', icon: 'message' },
  'case.delivery_changed': { words: 'event.case.delivery_changed', state: 'done', icon: 'pen' },
  'procedure.begun': { words: 'event.procedure.begun', state: 'office', icon: 'clock' },
  'procedure.prolonged': { words: 'event.procedure.prolonged', state: 'office', icon: 'clock' },
  'procedure.ended': { words: 'event.procedure.ended', state: 'done', icon: 'clock' },
  'procedure.overran': { words: 'event.procedure.overran', state: 'office', icon: 'clock' },
  'extension.approved': { words: 'event.extension.approved', state: 'office', icon: 'calendar' },
  'case.converted': { words: 'event.case.converted', state: 'office', icon: 'calendar' },
  'gap.closed': { words: 'event.gap.closed', state: 'done' },
  'gap.overdue': { words: 'event.gap.overdue', state: 'you' },
  'case.returned': { words: 'event.case.returned', state: 'refused' },
  'case.lapsed': { words: 'event.case.lapsed', state: 'refused' },
  'case.reopened': { words: 'event.case.reopened', state: 'office', icon: 'history' },
  'case.reopening_refused': { words: 'event.case.reopening_refused', state: 'refused' },
  'case.redirected': { words: 'event.case.redirected', state: 'refused' },
  'case.terminated': { words: 'event.case.terminated', state: 'refused' },
  'case.revoked': { words: 'event.case.revoked', state: 'refused' },
  'case.voided': { words: 'event.case.voided', state: 'refused' },
  'case.act_undone': { words: 'event.case.act_undone', state: 'office', icon: 'history' },
  'case.archived': { words: 'event.case.archived', state: 'done', icon: 'book' },
  'case.overdue': { words: 'event.case.overdue', state: 'late' },
  'result.voided': { words: 'event.result.voided', state: 'refused' },
  'result.reprinted': { words: 'event.result.reprinted', state: 'done', icon: 'print' },
  'post.returned': { words: 'event.post.returned', state: 'you', icon: 'post' },
  'agency.ended': { words: 'event.agency.ended', state: 'done', icon: 'people' },
  'copy.reused': { words: 'event.copy.reused', state: 'done' },
  'register.looked_up': { words: 'event.register.looked_up', state: 'office', icon: 'search' },
  'upload_link.made': { words: 'event.upload_link.made', state: 'you', icon: 'upload' },
  'upload_link.used': { words: 'event.upload_link.used', state: 'done', icon: 'upload' },
  'case.migrated': { words: 'event.case.migrated', state: 'office', icon: 'book' },
};

/** What an applicant is told about in messages: things that came from the centre. */
const MESSAGES = new Set([
  'file.rejected',
  'case.received',
  'case.correction_requested',
  'case.accepted',
  'case.declined',
  'case.decided',
  'case.issued',
  'case.posted',
  'case.delivered',
  'message.sent',
  'procedure.begun',
  'procedure.prolonged',
  'procedure.ended',
  'extension.approved',
  'gap.closed',
  'gap.overdue',
  'case.returned',
  'case.lapsed',
  'case.reopening_refused',
  'case.redirected',
  'case.terminated',
  'case.revoked',
  'case.voided',
  'case.act_undone',
  'result.voided',
  'post.returned',
  'upload_link.made',
]);

/** The timeline of a case as entries for the screen, newest first. */
export function timelineEntries(moments: readonly Moment[], now: Date): TimelineEntry[] {
  const told = moments.filter((moment) => moment.tag in TOLD);
  // Who has taken it on matters only until the next thing happens.
  return told
    .filter((moment, index) => moment.tag !== 'case.claimed' || index === told.length - 1)
    .map((moment) => entryOf(moment, now))
    .reverse();
}

/** Those moments that a person wants to be told of. */
export function isMessage(moment: Moment): boolean {
  return MESSAGES.has(moment.tag) && !(moment.tag === 'message.sent' && moment.who === 'applicant');
}

/** One moment as an entry. */
export function entryOf(moment: Moment, now: Date): TimelineEntry {
  const { words, state, icon } = tellingOf(moment);
  return {
    key: moment.position,
    state,
    ...(icon ? { icon } : {}),
    words: t(words, blanksOf(moment)),
    at: moment.at,
    when: ago(moment.at, now),
    by: moment.who === 'staff' && moment.tag !== 'case.claimed' ? moment.name : null,
  };
}

function tellingOf(moment: Moment): Telling {
  const told = TOLD[moment.tag] ?? { words: 'event.other', state: 'office' };
  const { outcome, defects, tracking_number: tracking } = moment.params;
  if (moment.tag === 'case.decided' && outcome === 'granted') return { ...told, words: 'event.case.decided-granted' };
  if (moment.tag === 'case.decided' && outcome === 'rejected') {
    return { words: 'event.case.decided-rejected', state: 'refused' };
  }
  if (moment.tag === 'case.correction_requested' && defects !== undefined) {
    return { ...told, words: 'event.case.correction_requested' };
  }
  if (moment.tag === 'message.sent' && moment.who === 'applicant')
    return { ...told, words: 'event.message.sent-own', state: 'done' };
  if (moment.tag === 'case.withdrawn' && moment.who === 'centre')
    return { ...told, words: 'event.case.withdrawn-centre' };
  if (moment.tag === 'case.accepted' && moment.params['deemed'] === true)
    return { ...told, words: 'event.case.deemed' };
  if (moment.tag === 'case.posted' && tracking) return { ...told, words: 'event.case.posted' };
  return told;
}

function blanksOf(moment: Moment): Params {
  const { defects, carrier, tracking_number: tracking } = moment.params;
  return {
    name: moment.name,
    n: Array.isArray(defects) ? defects.length : Number(defects ?? 0),
    carrier: String(carrier ?? ''),
    tracking_number: String(tracking ?? ''),
  };
}
