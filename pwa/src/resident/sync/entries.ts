/** An own act as it stands: on this device, under way, waiting for something, or not done. */
import type { IconName, State } from '../../components/icons';
import { client } from '../../device/client';
import type { DeviceState, OutboxEntry } from '../../device/types';
import { refusalWords } from '../../i18n/refusals';
import { download } from '../../signin/download';
import { w, wordOr } from './words';

const NOT_DONE: ReadonlySet<OutboxEntry['state']> = new Set(['conflict', 'refused', 'quarantined']);

/** Whether an act was not done and waits for the person. */
export const isAside = ({ state }: Pick<OutboxEntry, 'state'>): boolean => NOT_DONE.has(state);

/** The app's own report that a case was read is no act of the person. */
export const isShown = ({ type }: Pick<OutboxEntry, 'type'>): boolean => type !== 'record.view@1';

/** Whether an act has never left this device, so that it may be changed or cancelled. */
export const isOwnStill = ({ state, offered }: OutboxEntry): boolean => state === 'queued' && !offered;

export interface Mark {
  state: State;
  icon?: IconName;
  words: string;
}

/** Where an act is, in a badge. Without a signal what was sent without an answer waits as well. */
export function markOf({ state, offered }: OutboxEntry, away: boolean): Mark {
  switch (state) {
    case 'conflict':
    case 'refused':
    case 'quarantined':
      return { state: 'refused', words: w(`mark.${state}`) };
    case 'applied':
      return { state: 'done', words: w('mark.applied') };
    case 'held':
      return { state: 'office', icon: 'clock', words: w('mark.held') };
    case 'sent':
      return { state: 'saved', words: w(away ? 'mark.waiting' : 'mark.sent') };
    case 'queued':
      return { state: 'saved', words: w(offered && !away ? 'mark.sent' : 'mark.waiting') };
  }
}

/** Why an act waits, or was not done; null while there is nothing to say. Names that only the case knows are left out. */
export function whyOf(entry: OutboxEntry, authHeld: boolean): string | null {
  if (entry.state === 'held') return wordOr(`held.${entry.code ?? 'any'}`, 'held.any');
  if (isAside(entry)) return refusalWords(entry.code ?? 'invalid', { support: supportNumber(entry) });
  return authHeld && entry.state !== 'applied' ? w('held.auth') : null;
}

/** By what people at the centre find an act that met a fault. */
export const supportNumber = ({ id }: Pick<OutboxEntry, 'id'>): string => id.slice(-12).toUpperCase();

/** What was not done first, then what waits. */
export function groupsOf(outbox: readonly OutboxEntry[]): { id: 'aside' | 'waiting'; entries: OutboxEntry[] }[] {
  const acts = outbox.filter(isShown);
  return [
    { id: 'aside', entries: acts.filter(isAside) },
    { id: 'waiting', entries: acts.filter((entry) => !isAside(entry)) },
  ];
}

/** Whether pressing can send anything: what was not done, or waits for something else, has arrived already. */
export function isToSend(
  outbox: readonly OutboxEntry[],
  { photos_waiting }: Pick<DeviceState, 'photos_waiting'>,
): boolean {
  const unsent = outbox.some((entry) => isShown(entry) && (entry.state === 'queued' || entry.state === 'sent'));
  return unsent || photos_waiting.n > 0;
}

/** Puts everything that was not sent, or only the acts named, into one file; returns its name. */
export async function saveFile(now: Date, ids?: readonly string[]): Promise<string> {
  const file = await client.rescueFile(ids);
  const name = `doorstep-${now.toISOString().slice(0, 10)}${ids?.[0] ? `-${ids[0].slice(-6)}` : ''}.json`;
  download(file, name);
  return name;
}
