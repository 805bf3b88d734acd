/** The five levels of a rating and what it may be about. */
import type { Commands } from '../../protocol/generated';

export type Level = Commands['rating.give@1']['level'];
export type Reason = NonNullable<Commands['rating.give@1']['reasons']>[number];

/** The best first; none is chosen beforehand. */
export const LEVELS = [
  'very-satisfied',
  'satisfied',
  'basically-satisfied',
  'dissatisfied',
  'very-dissatisfied',
] as const satisfies readonly Level[];

const GOOD: readonly Reason[] = ['fast', 'clear', 'no-trip', 'kind', 'other'];
const BAD: readonly Reason[] = [
  'slow',
  'unclear',
  'asked-again',
  'extra-papers',
  'extra-trips',
  'unkind',
  'system',
  'fee',
  'hours',
  'other',
];

/** Whether a level asks for a rectification. */
export const isBad = (level: Level): boolean => level === 'dissatisfied' || level === 'very-dissatisfied';

/** What may be said to be the reason of a level; for the middle one both kinds. */
export function reasonsOf(level: Level): readonly Reason[] {
  if (isBad(level)) return BAD;
  return level === 'basically-satisfied' ? [...GOOD.slice(0, -1), ...BAD] : GOOD;
}
