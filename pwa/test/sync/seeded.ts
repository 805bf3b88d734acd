/** Mulberry32: small, seeded, good enough. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The randomness that a line or a story names: a number below 1 is drawn every time, any other is a seed. */
export const randomOf = (named: number): (() => number) => (named > 0 && named < 1 ? () => named : seeded(named));
