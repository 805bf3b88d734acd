import { describe, expect, test } from 'vitest';
import { clockOf, instantOf, minuteOf, placeOf, rowChanges, type SeenRow } from '../../src/auditor/seen/seen';
import type { QueueBody } from '../../src/protocol/generated';

function row(id: string, changes: Partial<QueueBody> = {}): SeenRow {
  const body = { status: 'received', claimed_by: null, due: null, step: null, waiting_for: 'step', returned: false };
  return { id, pos: 1, body: { ...body, ...changes } as unknown as QueueBody };
}

describe('what differs between two moments', () => {
  test('rows that came, that went, and fields of others', () => {
    const later = [row('b', { claimed_by: { id: 'x', name: '何欣' } }), row('c')];

    const found = rowChanges([row('a'), row('b')], later);

    expect(found.map((one) => [one.kind, one.row.id])).toEqual([
      ['added', 'c'],
      ['gone', 'a'],
      ['changed', 'b'],
    ]);
    expect(found[2]?.fields).toEqual([{ label: '谁手上', was: '没有', is: '何欣' }]);
  });

  test('nothing where nothing differs, and other things where no named field does', () => {
    expect(rowChanges([row('a')], [row('a')])).toEqual([]);
    expect(rowChanges([row('a')], [row('a', { effort_minutes: 5 })])[0]?.fields[0]?.label).toBe('别的');
  });
});

describe('moments of a day of the centre', () => {
  test('the whole minute counts, wherever the browser is', () => {
    expect(instantOf('2026-11-24', minuteOf('10:05') ?? 0)).toBe('2026-11-24T02:05:59.999Z');
    expect(placeOf('2026-11-24T02:05:59.999Z')).toEqual({ date: '2026-11-24', minute: 605 });
    expect(placeOf('2026-11-24T17:00:00Z')).toEqual({ date: '2026-11-25', minute: 60 });
  });

  test('a clock is read and written', () => {
    expect(clockOf(605)).toBe('10:05');
    expect(minuteOf('')).toBeNull();
  });
});
