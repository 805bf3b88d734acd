/** Colleagues of the office: who can take the due step of a case, and what they have in hand already. */
import type { LocalRow } from '../device/types';
import type { QueueBody } from '../protocol/generated';
import type { Row } from './queue';

export type Colleague = LocalRow<'colleague'>;

/** A step that somebody is to take over, on a case of an item. */
export interface Task {
  item: string;
  role: string | null;
  holder: string | null;
}

/** Why somebody cannot take it. */
export type Unfit = 'role' | 'away' | 'certificate' | 'same';

/** The absence of somebody on a day; null if they are there. The last one recorded counts. */
export function awayOn({ body }: Colleague, day: string) {
  return body.absences.findLast(({ first, last }) => first <= day && day <= last) ?? null;
}

/** Why somebody cannot take a task today; null if they can. The same rule as `require_fit` in `domain/case/deciding/claims.py`. */
export function unfitFor(colleague: Colleague, task: Task, today: string): Unfit | null {
  const { roles, certificates } = colleague.body;
  if (colleague.id === task.holder) return 'same';
  if (task.role === null || !roles.includes(task.role)) return 'role';
  if (awayOn(colleague, today)) return 'away';
  if (task.role !== 'window-clerk') return null;
  const covers = certificates.some(
    (one) => (one.all_items || one.items.includes(task.item)) && one.valid_until >= today,
  );
  return covers ? null : 'certificate';
}

/** The task that the due step of a case is. */
export const taskOf = ({ item_id, step, claimed_by }: Pick<QueueBody, 'item_id' | 'step' | 'claimed_by'>): Task => ({
  item: item_id,
  role: step?.role ?? null,
  holder: claimed_by?.id ?? null,
});

/** How many cases somebody has taken, and what the limits of their due steps come to in minutes. */
export interface Load {
  cases: number;
  minutes: number;
}

/** What a day holds for one person. */
export const DAY_MINUTES = 7 * 60;

/** What somebody has in hand against one day, in per cent. */
export const percentOf = ({ minutes }: Load): number => Math.round((minutes / DAY_MINUTES) * 100);

/** Whether somebody has more in hand than a day holds. */
export const isFull = (load: Load): boolean => load.minutes > DAY_MINUTES;

/** The days that a load fills, with half days. */
export const daysOf = ({ minutes }: Load): number => Math.round((minutes / DAY_MINUTES) * 2) / 2;

/** The hours that a load fills; what there is fills at least one. */
export const hoursOf = ({ minutes }: Load): number => Math.max(1, Math.round(minutes / 60));

export const NOTHING: Load = { cases: 0, minutes: 0 };

/** The load of each person by id; counted from the same rows as the queue. */
export function loadsOf(rows: readonly Row[]): Map<string, Load> {
  const loads = new Map<string, Load>();
  for (const { body } of rows) {
    if (!body.claimed_by) continue;
    const { cases, minutes } = loads.get(body.claimed_by.id) ?? NOTHING;
    loads.set(body.claimed_by.id, { cases: cases + 1, minutes: minutes + body.effort_minutes });
  }
  return loads;
}

/** Those who can take a task, the least loaded first. */
export function fitFor(
  colleagues: readonly Colleague[],
  task: Task,
  today: string,
  loads: ReadonlyMap<string, Load>,
): Colleague[] {
  const minutes = ({ id }: Colleague): number => loads.get(id)?.minutes ?? 0;
  const cases = ({ id }: Colleague): number => loads.get(id)?.cases ?? 0;
  return colleagues
    .filter((one) => unfitFor(one, task, today) === null)
    .sort((a, b) => minutes(a) - minutes(b) || cases(a) - cases(b) || a.body.name.localeCompare(b.body.name, 'zh'));
}
