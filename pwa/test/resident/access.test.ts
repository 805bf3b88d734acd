import { expect, test } from 'vitest';
import { byDay, type Look } from '../../src/resident/privacy/looks';

const look = (more: Partial<Look> = {}): Look => ({
  case: 'one',
  at: '2026-11-23T02:00:00Z',
  how: 'opened',
  name: '周敏',
  role: 'window-clerk',
  office: 'street',
  what: '',
  why: '',
  until: null,
  offline: false,
  ...more,
});

test('the openings of one case by one person on one day are one line, everything else stays by itself', () => {
  const days = byDay([
    look({ at: '2026-11-23T09:00:00Z' }),
    look({ at: '2026-11-23T08:00:00Z', how: 'unmasked', what: 'applicant_phone', why: 'contact' }),
    look({ at: '2026-11-23T07:00:00Z' }),
    look({ at: '2026-11-23T06:00:00Z', case: 'two' }),
    look({ at: '2026-11-23T05:00:00Z', name: '何欣' }),
    look({ at: '2026-11-23T04:00:00Z', offline: true }),
    look({ at: '2026-11-22T02:00:00Z' }),
  ]);

  expect(days.map(({ on, lines }) => [on, lines.map(({ how, times }) => `${how} ${times}`)])).toEqual([
    ['2026-11-23', ['opened 2', 'unmasked 1', 'opened 1', 'opened 1', 'opened 1']],
    ['2026-11-22', ['opened 1']],
  ]);
});

test('the day is that of the centre', () => {
  expect(byDay([look({ at: '2026-11-22T16:30:00Z' })])[0]?.on).toBe('2026-11-23');
});
