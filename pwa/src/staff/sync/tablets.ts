/** The devices of an office: how each is, the worst first, and what to do about it. */
import type { State } from '../../components/icons';
import { ago } from '../../i18n/time';
import type { DeviceBody } from '../../protocol/generated';
import { w } from './words';

export interface DeviceRow extends DeviceBody {
  id: string;
}

/** `missing`: work was announced and never arrived; `waiting`: it owes work and is not heard of; `blocked`. */
export type Condition = 'missing' | 'waiting' | 'well' | 'blocked';

const QUIET_MS = 4 * 3_600_000;
const ORDER: readonly Condition[] = ['missing', 'waiting', 'well', 'blocked'];
const STATES: Readonly<Record<Condition, State>> = {
  missing: 'late',
  waiting: 'you',
  well: 'done',
  blocked: 'refused',
};

export interface Tablet extends DeviceRow {
  name: string;
  condition: Condition;
  state: State;
  words: string;
  /** What to do next, where there is something. */
  todo: string | null;
}

/** Every device, the worst first, then those heard of last. `names`: of the office's people, by id. */
export function tabletsOf(rows: readonly DeviceRow[], names: ReadonlyMap<string, string>, now: Date): Tablet[] {
  return rows
    .map((row) => tablet(row, names.get(row.person) ?? w('tablets.resident'), now))
    .sort(
      (a, b) => ORDER.indexOf(a.condition) - ORDER.indexOf(b.condition) || b.last_contact.localeCompare(a.last_contact),
    );
}

/** Whether somebody has to look at a device. */
export const isTrouble = ({ condition }: Tablet): boolean => condition === 'missing' || condition === 'waiting';

function tablet(row: DeviceRow, name: string, now: Date): Tablet {
  const condition = conditionOf(row, now);
  return {
    ...row,
    name,
    condition,
    state: STATES[condition],
    words: condition === 'missing' ? w('tablets.missing', { n: row.missing?.n ?? 0 }) : w(`tablets.${condition}`),
    todo: todoOf(row, condition, name, now),
  };
}

function conditionOf({ blocked, missing, unsent, last_contact }: DeviceRow, now: Date): Condition {
  if (missing) return 'missing';
  if (blocked) return 'blocked';
  return unsent > 0 && now.getTime() - Date.parse(last_contact) > QUIET_MS ? 'waiting' : 'well';
}

function todoOf({ missing, unsent }: DeviceRow, condition: Condition, name: string, now: Date): string | null {
  if (condition === 'missing' && missing) {
    return w('tablets.do-missing', { name, n: missing.n, when: ago(missing.announced_at, now) });
  }
  return condition === 'waiting' ? w('tablets.do-quiet', { name, n: unsent }) : null;
}
