/** The words of the staff screens in the language that is on, and the names of acts. */
import { type Params, words } from '../i18n';
import { actsEn } from './words-acts-en';
import { actsZh } from './words-acts-zh';
import { caseEn } from './words-case-en';
import { caseZh } from './words-case-zh';
import { en as screensEn } from './words-en';
import { zh as screensZh } from './words-zh';

const zh = { ...screensZh, ...actsZh, ...caseZh } as const;
const en = { ...screensEn, ...actsEn, ...caseEn } as const;

export type WordKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<WordKey>(zh, en);

/** The word under a key made at run time, or the fallback where there is none. */
export function wordOr(key: string, fallback: WordKey, params: Params = {}): string {
  return w(Object.hasOwn(zh, key) ? (key as WordKey) : fallback, params);
}

/** The name of an act by the type of its command, as it is spoken of once it is done: `case.accept@1` is 受理. */
export function actOf(type: string): string {
  const act = type.split('@')[0];
  return Object.hasOwn(zh, `did.${act}`) ? w(`did.${act}` as WordKey) : wordOr(`act.${act}`, 'event.other');
}

/** The two dictionaries, for the test that compares them. */
export const STAFF_WORDS = { zh, en } as const;
