/** The words of signing in, of sessions and of the lock, in the language that is on. */
import { type Params, words } from '../i18n';
import { en } from './en';
import { zh } from './zh';

export type SignInKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<SignInKey>(zh, en);

/** The word under a key made at run time, or the fallback where there is none. */
export function wordOr(key: string, fallback: SignInKey, params: Params = {}): string {
  return w(Object.hasOwn(zh, key) ? (key as SignInKey) : fallback, params);
}

/** The two dictionaries, for the test that compares them. */
export const SIGN_IN_WORDS = { zh, en } as const;
