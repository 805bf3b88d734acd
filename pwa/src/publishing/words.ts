/** The words of the screens on which items and working days are published. */
import { words } from '../i18n';
import { en } from './words-en';
import { zh } from './words-zh';

export type OfferKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<OfferKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const OFFER_WORDS = { zh, en } as const;
