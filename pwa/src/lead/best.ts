/** Who should take a case over, and whether it would gain by it. */
import { type Colleague, fitFor, isFull, type Load, NOTHING, taskOf } from '../staff/colleagues';
import type { Row } from '../staff/queue';

/**
 * Attributes: `person` has the least in hand of those who can take it, `load` is what that is; `gain` is `full` where even they
 * have more than a day holds, `none` where whoever has the case now has no more than they.
 */
export interface Best {
  person: Colleague;
  load: Load;
  gain: 'yes' | 'full' | 'none';
}

/** The best colleague for a case; null where nobody else can take it. */
export function bestFor(
  { body }: Row,
  colleagues: readonly Colleague[],
  today: string,
  loads: ReadonlyMap<string, Load>,
): Best | null {
  const [person] = fitFor(colleagues, taskOf(body), today, loads);
  if (!person) return null;
  const load = loads.get(person.id) ?? NOTHING;
  const holder = body.claimed_by && (loads.get(body.claimed_by.id) ?? NOTHING);
  if (holder && holder.minutes - body.effort_minutes <= load.minutes) return { person, load, gain: 'none' };
  return { person, load, gain: isFull(load) ? 'full' : 'yes' };
}
