/** Filling a form in for somebody: who may from where, and the command that follows from what was filled in. */
import type { Draft } from '../../device/types';
import { materialsNeeded, presentAnswers } from '../../forms/conditions';
import type { Material, ServiceItem } from '../../forms/types';
import type { OpenBundle, OpenCase } from '../../protocol/generated';
import { childrenOf } from '../../resident/apply/filing';

export const CHANNELS = ['phone', 'window', 'visit'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The same roles as `OPENING_ROLES` in `domain/case/deciding/filing.py`. */
const ROLE: Readonly<Record<Channel, string>> = {
  phone: 'window-clerk',
  window: 'window-clerk',
  visit: 'community-worker',
};

/** From where somebody with these roles may file for a person. */
export const channelsFor = (roles: readonly string[]): Channel[] =>
  CHANNELS.filter((channel) => roles.includes(ROLE[channel]));

/** A draft of staff keeps its channel where a resident's keeps the step of the form. */
export const channelOf = ({ step }: Pick<Draft, 'step'>): Channel =>
  CHANNELS.find((channel) => channel === step) ?? 'phone';

/** What the answers ask for, by how it is dealt with here. */
export interface Asked {
  /** Signed before the member of staff. */
  signed: Material[];
  /** May follow after acceptance. */
  later: Material[];
  /** Photographed by the person. */
  photographed: Material[];
}

export function askedOf(item: ServiceItem, answers: Draft['answers']): Asked {
  const needed = materialsNeeded(item, answers).filter(({ required }) => required);
  const photographed = needed.filter(({ photographDemanded }) => photographDemanded).map(({ material }) => material);
  return {
    signed: needed.filter(({ signatureDemanded }) => signatureDemanded).map(({ material }) => material),
    later: photographed.filter((material) => material.can_supply_later),
    photographed,
  };
}

/** The command for several items at once; papers stand under their types. */
export function bundleOpeningOf(draft: Draft, item: ServiceItem): OpenBundle {
  const { answers, channel, declarations, later } = openingOf(draft, item);
  return {
    bundle_id: draft.item_id,
    channel,
    children: childrenOf(draft.children ?? [], item).map(({ case: id, item_id, item_version }) => ({
      case: id,
      item_id,
      item_version,
    })),
    answers,
    ...(declarations ? { declarations } : {}),
    ...(later ? { later } : {}),
  };
}

/** The command: only what counts, answers to shown questions and ticks of papers that they call for. */
export function openingOf(draft: Draft, item: ServiceItem): OpenCase {
  const { signed, later } = askedOf(item, draft.answers);
  const among = (ids: readonly string[], those: readonly Material[]): string[] =>
    ids.filter((id) => those.some((one) => one.id === id));
  return {
    item_id: item.id,
    item_version: item.version,
    channel: channelOf(draft),
    answers: presentAnswers(item, draft.answers),
    declarations: among(draft.declarations, signed),
    later: among(draft.later ?? [], later),
  };
}
