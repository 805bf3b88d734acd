/** Waiting times before another try. */

/** Uniform in [0, 1). */
export type Random = () => number;

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Full jitter (protocol section 1): uniform between 0 and `min(60 s, 1 s * 2^tries)`, in milliseconds. */
export function fullJitter(tries: number, random: Random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 16));
}
