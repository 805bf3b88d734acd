/** The resident's cases and drafts as cards, the most pressing first. */
import { computed } from 'vue';
import { useNow } from '../clock';
import type { CardFace } from '../components/card-face';
import type { State } from '../components/icons';
import { useDevice, useRows } from '../device/store';
import type { Draft } from '../device/types';
import { either, t } from '../i18n';
import { ago } from '../i18n/time';
import { READY_STEP } from './banner-of-now';
import { caseWords, type StatusRow } from './case/words';

/** A card with what orders it; `closed` cases and drafts stand apart in the list of all. */
export interface Card {
  id: string;
  kind: 'case' | 'draft';
  closed: boolean;
  at: string;
  face: CardFace;
}

const URGENCY: readonly State[] = ['refused', 'you', 'late', 'saved', 'office', 'done'];

/** All cards, drafts among them; null until the device has been read. */
export function useCards() {
  const rows = useRows('status');
  const device = useDevice();
  const now = useNow();
  return computed<Card[] | null>(() => {
    if (rows.value === null || !device.loaded) return null;
    const { uploads } = device.state;
    const cards = [
      ...rows.value.map((row) => caseCard(row, now.value, uploads)),
      ...device.drafts.map((draft) => draftCard(draft, now.value)),
    ];
    return cards.sort(byUrgency);
  });
}

function byUrgency(a: Card, b: Card): number {
  const closed = Number(a.closed) - Number(b.closed);
  return closed || URGENCY.indexOf(a.face.state) - URGENCY.indexOf(b.face.state) || (a.at < b.at ? 1 : -1);
}

function caseCard(row: StatusRow, now: Date, pagesHere: number): Card {
  const words = caseWords(row, { now, pagesHere });
  const at = row.body.timeline.at(-1)?.at ?? row.body.filed_at;
  const note = row.body.agent_name ? t('card.agent', { name: row.body.applicant_name }) : ago(at, now);
  const { state, badge, icon, next, act } = words;
  const title = either(row.body.item_name);
  const face = { state, badge, icon, next, act, note, title, to: `/case/${row.id}`, strong: state === 'you' };
  return { id: row.id, kind: 'case', closed: words.closed, at, face };
}

function draftCard(draft: Draft, now: Date): Card {
  const face: CardFace = {
    state: 'saved',
    badge: t('badge.saved'),
    icon: null,
    note: ago(draft.saved_at, now),
    title: draft.item_name ? either(draft.item_name) : t('card.no-name'),
    to: `/apply/${draft.id}`,
    next: t(draft.step === READY_STEP ? 'card.draft-ready' : 'card.draft'),
    strong: false,
    act: { words: t('card.continue'), icon: 'pen', main: false },
  };
  return { id: draft.id, kind: 'draft', closed: false, at: draft.saved_at, face };
}
