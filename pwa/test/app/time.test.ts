import { afterEach, describe, expect, it } from 'vitest';
import { doorsAt } from '../../src/doors';
import { language } from '../../src/i18n';
import {
  ago,
  clock,
  dateOf,
  day,
  daysBetween,
  dayTime,
  fullTime,
  monthName,
  shortDay,
  weekdayTime,
} from '../../src/i18n/time';

const MONDAY_EVENING = new Date('2026-11-23T12:40:00Z'); // 20:40 in the centre

afterEach(() => {
  language.value = 'zh';
});

describe('times are those of the centre', () => {
  it('whatever the device thinks', () => {
    expect(dateOf('2026-11-23T16:30:00Z')).toBe('2026-11-24');
    expect(clock('2026-11-23T16:05:00Z')).toBe('0:05');
    expect(day('2026-11-24', MONDAY_EVENING)).toBe('11月24日 星期二');
    expect(dayTime('2026-11-24T09:00:00Z', MONDAY_EVENING)).toBe('11月24日 星期二 17:00');
    expect(fullTime('2026-11-24T09:00:00Z')).toBe('2026年11月24日 17:00');
    expect(shortDay('2026-11-22')).toBe('22日 日');
    expect(weekdayTime(MONDAY_EVENING)).toBe('星期一 20:40');
  });

  it('have their year where it is another than that of the day on which they are read', () => {
    expect(day('2027-01-01', MONDAY_EVENING)).toBe('2027年1月1日 星期五');
    expect(dayTime('2024-10-01T09:00:00Z', MONDAY_EVENING)).toBe('2024年10月1日 星期二 17:00');
    expect(ago('2024-10-01T09:00:00Z', MONDAY_EVENING)).toBe('2024年10月1日 星期二 17:00');
    // The last evening of the year has ended in the centre before it has in London.
    expect(day('2026-12-31T16:30:00Z', new Date('2026-12-31T17:00:00Z'))).toBe('1月1日 星期五');
    language.value = 'en';
    expect(day('2025-01-01', MONDAY_EVENING)).toBe('Wed 1 Jan 2025');
    expect(day('2026-01-01', MONDAY_EVENING)).toBe('Thu 1 Jan');
    expect(monthName(12)).toBe('December');
  });

  it('are said as short as they can be understood', () => {
    expect(ago('2026-11-23T01:20:00Z', MONDAY_EVENING)).toBe('今天 9:20');
    expect(ago('2026-11-22T10:42:00Z', MONDAY_EVENING)).toBe('昨天 18:42');
    expect(ago('2026-11-20T10:40:00Z', MONDAY_EVENING)).toBe('星期五 18:40');
    expect(ago('2026-11-10T10:40:00Z', MONDAY_EVENING)).toBe('11月10日 星期二 18:40');
    expect(daysBetween('2026-11-23T15:59:00Z', '2026-11-23T16:00:00Z')).toBe(1);
  });
});

describe('the doors', () => {
  const days = [
    { on: '2026-11-23', shifts: ['09:00-12:00', '13:00-17:00'] },
    { on: '2026-11-24', shifts: ['09:00-12:00', '13:00-17:00'] },
    { on: '2026-11-28', shifts: [] },
    { on: '2026-11-30', shifts: ['09:00-12:00'] },
  ];

  it('are closed in the evening until the next shift begins', () => {
    expect(doorsAt(days, MONDAY_EVENING)).toEqual({
      open: false,
      dayOff: false,
      opened: true,
      opensAt: new Date('2026-11-24T01:00:00Z'),
    });
  });

  it('are open within a shift and not between two', () => {
    expect(doorsAt(days, new Date('2026-11-23T03:00:00Z'))).toEqual({
      open: true,
      dayOff: false,
      opened: false,
      opensAt: null,
    });
    const lunch = doorsAt(days, new Date('2026-11-23T04:30:00Z'));
    expect(lunch).toEqual({ open: false, dayOff: false, opened: true, opensAt: new Date('2026-11-23T05:00:00Z') });
  });

  it('are open at noon and in the evening where people are received then', () => {
    const received = [{ on: '2026-11-23', shifts: ['09:00-12:00', '13:00-17:00'], openings: ['09:00-19:30'] }];
    for (const at of ['2026-11-23T04:30:00Z', '2026-11-23T10:00:00Z']) {
      expect(doorsAt(received, new Date(at))?.open).toBe(true);
    }
  });

  it('open after a day off with the next working day', () => {
    const saturday = doorsAt(days, new Date('2026-11-28T03:00:00Z'));
    expect(saturday).toEqual({ open: false, dayOff: true, opened: false, opensAt: new Date('2026-11-30T01:00:00Z') });
  });

  it('are not guessed at when the service told nothing of today', () => {
    expect(doorsAt(days, new Date('2026-12-24T03:00:00Z'))).toBeNull();
    expect(doorsAt(undefined, MONDAY_EVENING)).toBeNull();
  });
});
