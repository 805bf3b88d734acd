/** What is different between two moments of a case: lines that say something else, or stand on one side only. */
import type { Line } from './stands';

/** One difference; null on the side where the line does not stand. */
export interface Difference {
  readonly key: string;
  readonly label: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The lines of `before` and `after` that differ, in the order of `after`, what went away last. */
export function differences(before: readonly Line[], after: readonly Line[]): Difference[] {
  const then = new Map(before.map((line) => [line.key, line]));
  const now = new Set(after.map((line) => line.key));
  const changed = after
    .filter((line) => then.get(line.key)?.words !== line.words)
    .map(({ key, label, words }) => ({ key, label, before: then.get(key)?.words ?? null, after: words }));
  const gone = before
    .filter((line) => !now.has(line.key))
    .map(({ key, label, words }) => ({ key, label, before: words, after: null }));
  return [...changed, ...gone];
}
