/** The words of the operator's screen in the language that is on. */
import { words } from '../i18n';
import { en } from './words-en';
import { zh } from './words-zh';

export type OperatorKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<OperatorKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const OPERATOR_WORDS = { zh, en } as const;
