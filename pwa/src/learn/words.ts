/** The words of the screens of learning in the language that is on. */
import { words } from '../i18n';
import { en } from './words-en';
import { zh } from './words-zh';

export type LearnKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<LearnKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const LEARN_WORDS = { zh, en } as const;
