/** The words of what residents do beyond the first filing, in the language that is on. */
import { type Params, words } from '../i18n';
import { zh } from './words/zh';
import { zhVisits } from './words/zh-visits';

const chinese = { ...zh, ...zhVisits };

async function english() {
  const [{ en }, { enVisits }] = await Promise.all([import('./words/en'), import('./words/en-visits')]);
  return { ...en, ...enVisits };
}

export type WordKey = keyof typeof chinese;

/** The sentence under `key`, with its blanks filled. */
export const w = words<WordKey>(chinese, english);

/** The word under a key made at run time, or the fallback where there is none. */
export function wordOr(key: string, fallback: WordKey, params: Params = {}): string {
  return w(Object.hasOwn(chinese, key) ? (key as WordKey) : fallback, params);
}
