/** What it would mean to give cases to somebody else, before it is done. */
import { client } from '../device/client';
import { type Colleague, type Load, NOTHING, taskOf, type Unfit, unfitFor } from './colleagues';
import type { Row } from './queue';

/** One case as it would go: `unfit` says why it stays where it is. */
export interface Move {
  row: Row;
  unfit: Unfit | null;
}

/** What each case would do, and what the colleague would then have in hand. */
export interface Preview {
  moves: Move[];
  before: Load;
  after: Load;
}

export function previewOf(
  rows: readonly Row[],
  to: Colleague,
  today: string,
  loads: ReadonlyMap<string, Load>,
): Preview {
  const moves = rows.map((row) => ({ row, unfit: unfitFor(to, taskOf(row.body), today) }));
  const before = loads.get(to.id) ?? NOTHING;
  const gained = moves.filter((move) => move.unfit === null);
  const minutes = gained.reduce((sum, { row }) => sum + row.body.effort_minutes, before.minutes);
  return { moves, before, after: { cases: before.cases + gained.length, minutes } };
}

/** Those who could take at least one of the cases, whoever can take most of them first. */
export function candidates(
  rows: readonly Row[],
  colleagues: readonly Colleague[],
  today: string,
  loads: ReadonlyMap<string, Load>,
): Colleague[] {
  const takes = (one: Colleague): number =>
    rows.filter((row) => unfitFor(one, taskOf(row.body), today) === null).length;
  const minutes = ({ id }: Colleague): number => loads.get(id)?.minutes ?? 0;
  return colleagues
    .filter((one) => takes(one) > 0)
    .sort((a, b) => takes(b) - takes(a) || minutes(a) - minutes(b) || a.body.name.localeCompare(b.body.name, 'zh'));
}

const optionsOf = ({ pos, body: { item_name, applicant_masked, number } }: Row) => ({
  base: pos,
  about: { item_name, applicant: applicant_masked, number },
});

/** Gives every case that can go to the colleague; kept on the device one by one, as acts of their own. @returns what went */
export async function reassignAll({ moves }: Preview, to: string, reason: string): Promise<Row[]> {
  const going = moves.filter((move) => move.unfit === null).map(({ row }) => row);
  for (const row of going) await client.submit('case.reassign@1', row.id, { to, reason }, optionsOf(row));
  return going;
}

/** Gives cases back to whoever had them before, or to nobody. */
export async function giveBack(rows: readonly Row[], reason: string): Promise<void> {
  for (const row of rows) {
    const before = row.body.claimed_by;
    if (before) await client.submit('case.reassign@1', row.id, { to: before.id, reason }, optionsOf(row));
    else await client.submit('case.break-claim@1', row.id, { reason }, optionsOf(row));
  }
}
