/** The words of the lead's screens in the language that is on. */
import { words } from '../i18n';
import { en } from './words-en';
import { zh } from './words-zh';

export type LeadKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<LeadKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const LEAD_WORDS = { zh, en } as const;
