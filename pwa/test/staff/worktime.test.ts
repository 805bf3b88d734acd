import { expect, test } from 'vitest';
import { isSoon, timeLeft } from '../../src/staff/worktime';
import { DAYS, TUESDAY_10AM } from './cast';

const left = (due: string, now = TUESDAY_10AM) => timeLeft(due, now, DAYS);

test('today is counted in hours of the centre, the noon break left out', () => {
  expect(left('2026-11-24T09:00:00Z')).toEqual({ unit: 'hours', n: 6 });
});

test('the last hour is counted in minutes', () => {
  expect(left('2026-11-24T09:00:00Z', new Date('2026-11-24T08:20:00Z'))).toEqual({ unit: 'minutes', n: 40 });
});

test('further off, working days are counted and the weekend is not', () => {
  expect(left('2026-11-30T09:00:00Z')).toEqual({ unit: 'working-days', n: 5 });
});

test('where the working days are not known, days of the calendar are counted', () => {
  expect(left('2026-12-24T09:00:00Z')).toEqual({ unit: 'days', n: 30 });
  expect(timeLeft('2026-11-26T09:00:00Z', TUESDAY_10AM, undefined)).toEqual({ unit: 'days', n: 2 });
});

test('past it, today is told apart from earlier days', () => {
  expect(left('2026-11-24T01:00:00Z')).toEqual({ unit: 'late-today' });
  expect(left('2026-11-22T09:00:00Z')).toEqual({ unit: 'late-days', n: 2 });
});

test('two working days are soon, three are not', () => {
  expect(isSoon(left('2026-11-25T09:00:00Z'))).toBe(true);
  expect(isSoon(left('2026-11-26T09:00:00Z'))).toBe(false);
  expect(isSoon({ unit: 'late-today' })).toBe(true);
});
