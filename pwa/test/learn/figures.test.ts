import { describe, expect, it } from 'vitest';
import { endingSoon, gapsOf, heatRows, pointsOf, shareOf, troubleOf } from '../../src/learn/analytics/figures';
import type { Effect, HeatMap, QuestionFigures } from '../../src/protocol/generated';

const name = { zh: '事项', en: 'Item' };
const MAP = {
  on: '2026-11-24',
  people: [
    { id: 'p', name: '周敏' },
    { id: 'q', name: '何欣' },
  ],
  items: [
    { item: 'a', name, people: 1, ending: 1 },
    { item: 'b', name, people: 0, ending: 0 },
  ],
  rights: [
    { person: 'p', item: 'a', valid_until: '2026-12-24' },
    { person: 'q', item: 'a', valid_until: '2026-11-23' },
    { person: 'p', item: 'b', valid_until: '2026-12-25' },
  ],
} as HeatMap;

describe('the heat map', () => {
  it('has a cell for everybody and every item, by the last day of the right', () => {
    const cells = heatRows(MAP).map((row) => row.cells.map(({ person, state, until }) => [person, state, until]));

    expect(cells).toEqual([
      [
        ['p', 'ending', '2026-12-24'],
        ['q', 'expired', '2026-11-23'],
      ],
      [
        ['p', 'valid', '2026-12-25'],
        ['q', 'none', null],
      ],
    ]);
  });

  it('tells what nobody may handle, and whose certificate ends soon', () => {
    expect(gapsOf(MAP).map(({ item }) => item)).toEqual(['b']);
    expect(endingSoon(MAP)).toBe(1);
  });
});

describe('an effect', () => {
  const effect = { enough: true, before_percent: 40, after_percent: 25 } as Effect;

  it('is positive where fewer cases were corrected, and none where one cannot tell', () => {
    expect([pointsOf(effect), pointsOf({ ...effect, after_percent: 60 })]).toEqual([15, -20]);
    expect([pointsOf({ ...effect, enough: false }), pointsOf({ ...effect, before_percent: null })]).toEqual([
      null,
      null,
    ]);
  });
});

describe('a question', () => {
  it('needs attention when the catalogue contradicts it, or when it tells nobody apart', () => {
    const told = (stale: boolean, discrimination: number | null) =>
      troubleOf({ stale, discrimination } as QuestionFigures);

    expect([told(true, 50), told(false, 9), told(false, 10), told(false, null)]).toEqual([
      'stale',
      'weakest',
      null,
      null,
    ]);
  });
});

it('shares are rounded down, and none of nothing', () => {
  expect([shareOf(2, 3), shareOf(3, 3), shareOf(0, 0)]).toEqual([66, 100, 0]);
});
