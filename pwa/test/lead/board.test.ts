import { describe, expect, test } from 'vitest';
import { bestFor } from '../../src/lead/best';
import { askingLead, columnOf, columnsOf, sharesOf } from '../../src/lead/board';
import { certificatesOf, inOffice } from '../../src/lead/people';
import { latest, monthOf, mostFiled } from '../../src/lead/reports';
import type { ReportRow } from '../../src/protocol/generated';
import { loadsOf } from '../../src/staff/colleagues';
import { colleague, queueRow, TUESDAY_10AM, WHEN } from '../staff/cast';

const due = (on: string, clock = '09:00') => queueRow(on, { due: `${on}T${clock}:00Z` });

describe('the board', () => {
  test('puts a case where its working days put it, days off not counted', () => {
    const at = (on: string) => columnOf(due(on), WHEN);

    expect(['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27', '2026-11-30'].map(at)).toEqual([
      'late',
      'today',
      'soon',
      'soon',
      'week',
      'week',
    ]);
    expect([columnOf(due('2027-01-05'), WHEN), columnOf(queueRow('none', { due: null }), WHEN)]).toEqual([
      'later',
      'open',
    ]);
  });

  test('holds every open case once and no ended one', () => {
    const rows = [
      due('2026-11-23'),
      due('2026-11-24'),
      queueRow('open', { due: null }),
      queueRow('ended', { status: 'delivered' }),
    ];
    const shown = columnsOf(rows, WHEN).flatMap((column) => column.rows.map((row) => row.id));

    expect(shown.sort()).toEqual(['2026-11-23', '2026-11-24', 'open']);
  });

  test('counts what everybody has in hand against a day of seven hours, the fullest first', () => {
    const min = { id: 'min', name: '周敏' };
    const rows = [
      queueRow('a', { claimed_by: min, effort_minutes: 210 }),
      queueRow('b', { claimed_by: min, effort_minutes: 210, due: '2026-11-23T09:00:00Z' }),
    ];
    const away = [{ first: '2026-11-24', last: '2026-11-24', substitute: min }];
    const people = [colleague('xin', { absences: away }), colleague('min'), colleague('wen', { roles: ['auditor'] })];

    expect(
      sharesOf(rows, people, TUESDAY_10AM).map(({ person, cases, percent, late, substitute }) => [
        person.id,
        cases,
        percent,
        late,
        substitute,
      ]),
    ).toEqual([
      ['min', 2, 100, 1, null],
      ['xin', 0, 0, 0, '周敏'],
    ]);
  });

  test('gathers what waits for a lead', () => {
    const rows = [
      queueRow('plain'),
      queueRow('second', { second_notice: 'asked' }),
      queueRow('sample', { sampling: true }),
    ];
    expect(askingLead(rows).map((row) => row.id)).toEqual(['sample', 'second']);
  });
});

describe('people', () => {
  const certificate = (valid_until: string, ...items: string[]) => ({
    kind: '',
    name: { zh: '', en: '' },
    items,
    all_items: items.length === 0,
    valid_until,
  });
  const standing = (...certificates: ReturnType<typeof certificate>[]) =>
    certificatesOf({ certificates }, '2026-11-24');

  test('may take items still, no more within thirty days, or no more', () => {
    expect(
      standing(
        certificate('2027-06-01', 'lease', 'hardship'),
        certificate('2026-12-20', 'parking'),
        certificate('2026-11-01', 'minor'),
      ),
    ).toEqual({ valid: 3, expiring: 1, expired: 1, all: null });
  });

  test('count an item once, until the last of its certificates ends', () => {
    expect(
      standing(
        certificate('2026-11-01', 'lease'),
        certificate('2026-12-01', 'lease'),
        certificate('2027-06-01', 'lease'),
      ),
    ).toEqual({ valid: 1, expiring: 0, expired: 0, all: null });
  });

  test('may take every item by one certificate', () => {
    expect(standing(certificate('2027-06-01'), certificate('2026-12-01', 'lease'))).toEqual({
      valid: 1,
      expiring: 0,
      expired: 0,
      all: 'valid',
    });
    expect(standing(certificate('2026-12-20')).all).toBe('expiring');
    expect(standing(certificate('2026-11-01')).all).toBe('expired');
    expect(standing(certificate('2026-11-01', 'lease')).all).toBeNull();
  });

  test('who are away stand last', () => {
    const away = colleague('away', {
      name: '安',
      absences: [{ first: '2026-11-20', last: '2026-11-24', substitute: null }],
    });
    expect(inOffice([away, colleague('here')], '2026-11-24').map((one) => one.id)).toEqual(['here', 'away']);
    expect(inOffice([away, colleague('here')], '2026-11-25').map((one) => one.id)).toEqual(['away', 'here']);
  });
});

describe('reports', () => {
  const row = (key: string, filed: number, late: number, median_minutes: number | null): ReportRow => ({
    key,
    name: null,
    filed,
    accepted: 0,
    deemed: 0,
    granted: 0,
    rejected: 0,
    ended_otherwise: 0,
    late,
    median_minutes,
    slowest_minutes: null,
  });

  test('begin with this month up to today, and know the month before', () => {
    expect(monthOf('2026-11-26')).toEqual({ first: '2026-11-01', last: '2026-11-26' });
    expect(monthOf('2026-03-31', 1)).toEqual({ first: '2026-02-01', last: '2026-02-28' });
    expect(monthOf('2026-01-10', 1)).toEqual({ first: '2025-12-01', last: '2025-12-31' });
  });

  test('chart the items filed most that have a median', () => {
    const rows = [row('a', 1, 0, 5), row('b', 9, 0, 7), row('c', 20, 0, null)];
    expect(mostFiled(rows, 2).map(({ key }) => key)).toEqual(['b', 'a']);
  });

  test('find the item that was late most often, and nothing where none was', () => {
    expect(latest([row('a', 1, 1, 5), row('b', 9, 3, 7)])?.key).toBe('b');
    expect(latest([row('a', 1, 0, 5)])).toBeNull();
  });
});

describe('who should take a case over', () => {
  const [li, jiang] = [
    { id: 'li', name: '李涛' },
    { id: 'jiang', name: '江雪' },
  ];
  const people = [li, jiang].map(({ id }) => colleague(id, { roles: ['reviewer'] }));
  const step = { id: 'review', role: 'reviewer', stage: 'review', name: { zh: '审核', en: 'Review' } };
  const waiting = queueRow('waiting', { step: step as never, effort_minutes: 60 });
  const best = (rows: ReturnType<typeof queueRow>[], row = waiting) =>
    bestFor(row, people, '2026-11-24', loadsOf(rows));

  test('is the one with the least in hand', () => {
    const found = best([queueRow('a', { claimed_by: li, effort_minutes: 300 }), waiting]);
    expect([found?.person.id, found?.gain]).toEqual(['jiang', 'yes']);
  });

  test('is nobody to invite where even they have more than a day holds', () => {
    const rows = [li, jiang].map((one) => queueRow(one.id, { claimed_by: one, effort_minutes: 2642 }));
    expect(best([...rows, waiting])?.gain).toBe('full');
  });

  test('is not somebody who has as much as whoever has it now', () => {
    const held = queueRow('held', { ...waiting.body, claimed_by: li });
    expect(best([held, queueRow('b', { claimed_by: jiang, effort_minutes: 30 })], held)?.gain).toBe('none');
  });
});
