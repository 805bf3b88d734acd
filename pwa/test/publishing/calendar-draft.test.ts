import { describe, expect, it } from 'vitest';
import type { CalendarYear } from '../../src/protocol/generated';
import {
  daysAfter,
  daysChanged,
  daysOf,
  kindOf,
  plainYear,
  turned,
  weeksOf,
  workingDays,
} from '../../src/publishing/calendar-draft';

const YEAR: CalendarYear = {
  status: 'official',
  days_off: ['2026-10-01', '2026-10-03'],
  make_up_workdays: ['2026-10-10'],
};

describe('a year of working days', () => {
  it('says what each day is', () => {
    const days = ['2026-10-01', '2026-10-03', '2026-10-10', '2026-10-11', '2026-10-12'];
    expect(days.map((on) => kindOf(YEAR, on))).toEqual(['holiday', 'holiday', 'make-up-workday', 'weekend', 'workday']);
  });

  it('turns a weekday between worked and off', () => {
    const off = turned(YEAR, '2026-10-12');
    expect(off.days_off).toEqual(['2026-10-01', '2026-10-03', '2026-10-12']);
    expect(turned(off, '2026-10-12')).toEqual(YEAR);
  });

  it('turns a weekend day to made up for, to off, and back', () => {
    const kinds: string[] = [];
    let year = YEAR;
    for (let n = 0; n < 3; n += 1) {
      year = turned(year, '2026-10-11');
      kinds.push(kindOf(year, '2026-10-11'));
    }
    expect(kinds).toEqual(['make-up-workday', 'holiday', 'weekend']);
    expect(year).toEqual(YEAR);
  });

  it('never has a day both off and made up for', () => {
    for (const on of daysOf(2026)) {
      const year = turned(YEAR, on);
      expect(year.days_off.filter((day) => year.make_up_workdays?.includes(day))).toEqual([]);
    }
  });

  it('has its days in weeks from Monday on, and counts those that are worked', () => {
    expect(weeksOf(2026, 2)[0]).toEqual([null, null, null, null, null, null, '2026-02-01']);
    expect(daysOf(2028).length).toBe(366);
    expect(workingDays(plainYear(), 2026)).toBe(261);
    expect(workingDays(YEAR, 2026)).toBe(261);
    expect(daysAfter('2026-12-31', 1)).toBe('2027-01-01');
  });

  it('names the days that are something else than before', () => {
    const after = turned(turned(YEAR, '2026-10-01'), '2026-10-12');
    expect(daysChanged(YEAR, after, 2026)).toEqual([
      { on: '2026-10-01', was: 'holiday', becomes: 'workday' },
      { on: '2026-10-12', was: 'workday', becomes: 'holiday' },
    ]);
  });
});
