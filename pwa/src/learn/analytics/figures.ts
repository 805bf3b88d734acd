/** What the screen of learning in numbers makes of the figures. */
import type { Effect, FiguresBody, HeatMap, QuestionFigures } from '../../protocol/generated';
import { SOON_DAYS } from '../certificates/ways';
import { daysAfter } from '../due';

export type CellState = 'valid' | 'ending' | 'expired' | 'none';

export interface Cell {
  person: string;
  name: string;
  state: CellState;
  until: string | null;
}

export interface HeatRow {
  item: string;
  name: HeatMap['items'][number]['name'];
  people: number;
  ending: number;
  cells: Cell[];
}

/** The map as rows of items, each with a cell for every person. */
export function heatRows({ on, people, items, rights }: HeatMap): HeatRow[] {
  const until = new Map(rights.map((one) => [`${one.person} ${one.item}`, one.valid_until]));
  return items.map(({ item, name, people: n, ending }) => ({
    item,
    name,
    people: n,
    ending,
    cells: people.map((one) => {
      const day = until.get(`${one.id} ${item}`) ?? null;
      return { person: one.id, name: one.name, state: stateOn(day, on), until: day };
    }),
  }));
}

function stateOn(until: string | null, on: string): CellState {
  if (until === null) return 'none';
  if (until < on) return 'expired';
  return until <= daysAfter(on, SOON_DAYS) ? 'ending' : 'valid';
}

/** People whose certificate for anything ends soon. */
export const endingSoon = (heat: HeatMap): number =>
  new Set(heat.rights.filter((one) => stateOn(one.valid_until, heat.on) === 'ending').map((one) => one.person)).size;

/** Items that nobody may handle. */
export const gapsOf = (heat: HeatMap): HeatMap['items'] => heat.items.filter((one) => one.people === 0);

/** What an effect comes to: points of the share of corrected cases, positive where there are fewer; null where one cannot tell. */
export const pointsOf = ({ enough, before_percent: before, after_percent: after }: Effect): number | null =>
  enough && before !== null && after !== null ? before - after : null;

const LEAST_DISCRIMINATION = 10;

/** Why a question needs somebody's attention; null if it does not. */
export function troubleOf({ stale, discrimination }: QuestionFigures): 'stale' | 'weakest' | null {
  if (stale) return 'stale';
  return discrimination !== null && discrimination < LEAST_DISCRIMINATION ? 'weakest' : null;
}

/** `82` of a share, for a table. */
export const shareOf = (n: number, of: number): number => (of === 0 ? 0 : Math.floor((100 * n) / of));

export type Scores = FiguresBody['scores'][number];
