/** The words about what a device holds and what was not done, in the language that is on. */
import { type Params, words } from '../../i18n';
import { en } from './en';
import { zh } from './zh';

export type SyncKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<SyncKey>(zh, en);

/** The word under a key made at run time, or the fallback where there is none. */
export function wordOr(key: string, fallback: SyncKey, params: Params = {}): string {
  return w(Object.hasOwn(zh, key) ? (key as SyncKey) : fallback, params);
}

/** The two dictionaries, for the test that compares them. */
export const SYNC_WORDS = { zh, en } as const;
