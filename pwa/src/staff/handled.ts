/** Staff reached somebody whom no channel did: what was said is kept for every notice that had not arrived. */
import { showToast } from '../announce';
import { client } from '../device/client';
import { DeviceError } from '../device/types';
import { refusalWords } from '../i18n/refusals';
import type { HandleNotice } from '../protocol/generated';
import { w } from './words';

export type Said = Pick<HandleNotice, 'how' | 'words' | 'line'>;
type Unarrived = Pick<HandleNotice, 'position' | 'person'>;

/** One of each step and person: several notices may tell one person of one step, and are settled together. */
export const oneEach = (notices: readonly Unarrived[]): Unarrived[] => [
  ...new Map(notices.map(({ position, person }) => [`${position} ${person}`, { position, person }])).values(),
];

/** Keeps it, offline too. @returns whether it could be kept on this device */
export async function sayReached(
  row: { id: string; pos: number },
  notices: readonly Unarrived[],
  said: Said,
  away: boolean,
): Promise<boolean> {
  try {
    for (const one of oneEach(notices)) {
      await client.submit('notice.handle@1', row.id, { ...one, ...said }, { base: row.pos });
    }
    showToast({ words: w(away ? 'act.kept-offline' : 'act.kept', { act: w('dialog.handle.act') }) });
    return true;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    showToast({ words: refusalWords(error.code, error.params) });
    return false;
  }
}
