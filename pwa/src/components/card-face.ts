/** What a card shows of a case or a draft. */
import type { IconName, State } from './icons';

/**
 * Attributes: `note` beside the badge; `next` what comes next, set in bold where it is `strong`; `act` the one thing to
 * press; `icon` in place of the state's own.
 */
export interface CardFace {
  state: State;
  badge: string;
  icon: IconName | null;
  note: string | null;
  title: string;
  to: string;
  next: string;
  strong: boolean;
  act: { words: string; icon: IconName; main: boolean } | null;
}
