/** The words about what a device holds and what was not done, in the language that is on. */
import { type Params, words } from '../../i18n';
import { zh } from './zh';

export type SyncKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<SyncKey>(zh, async () => (await import('./en')).en);

/** The word under a key made at run time, or the fallback where there is none. */
export function wordOr(key: string, fallback: SyncKey, params: Params = {}): string {
  return w(Object.hasOwn(zh, key) ? (key as SyncKey) : fallback, params);
}
