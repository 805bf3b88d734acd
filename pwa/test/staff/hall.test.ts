import { expect, test } from 'vitest';
import type { Bodies, LocalRow } from '../../src/device/types';
import type { ToldBody } from '../../src/protocol/generated';
import {
  counterOf,
  expectedOf,
  handledLast,
  missedOf,
  placesOf,
  ticketAt,
  unreachedLater,
  unreachedOf,
  waitingFor,
} from '../../src/staff/hall/reception';
import { oneEach } from '../../src/staff/handled';

const row = <K extends 'counter' | 'ticket' | 'line' | 'appointment'>(
  kind: K,
  id: string,
  body: Partial<Bodies[K]>,
): LocalRow<K> => ({
  id,
  kind,
  pos: 1,
  body: body as Bodies[K],
  marks: [],
});
const first = row('counter', 'c1', {
  counter: '1',
  staff: { id: 'min', name: '周敏' },
  groups: ['housing'],
  ticket: 't1',
});
const lines = [
  row('line', 'l1', { group: 'housing', waiting: ['A001', 'A002'] }),
  row('line', 'l2', { group: 'welfare', waiting: ['B001'] }),
];

test('a counter has one person and at most one visitor', () => {
  expect(counterOf([first], 'min')?.id).toBe('c1');
  expect(counterOf([first], 'xin')).toBeNull();
  expect(ticketAt(first, [row('ticket', 't1', {})])?.id).toBe('t1');
  expect(ticketAt(null, [row('ticket', 't1', {})])).toBeNull();
});

test('it counts who waits for what it calls, for everything where nothing was chosen', () => {
  expect(waitingFor(first.body, lines)).toBe(2);
  expect(waitingFor({ groups: [] }, lines)).toBe(3);
});

test('places of the plan say who sits there', () => {
  const places = ['1', '2'].map((id) => ({ id, name: { zh: id, en: id }, groups: [] }));
  expect(placesOf(places, [first]).map(({ taken }) => taken?.body.staff.name ?? null)).toEqual(['周敏', null]);
});

test('who was passed over stands with the last one first, appointments by their time', () => {
  const tickets = [
    row('ticket', 'early', { status: 'missed', changed_at: '1' }),
    row('ticket', 'late', { status: 'missed', changed_at: '2' }),
    row('ticket', 'there', { status: 'waiting', changed_at: '3' }),
  ];
  const booked = (id: string, starts: string, rest = {}) =>
    row('appointment', id, { on: '2026-11-24', status: 'booked', starts, ...rest });

  expect(missedOf(tickets).map(({ id }) => id)).toEqual(['late', 'early']);
  expect(
    expectedOf([booked('b', '2'), booked('a', '1'), booked('gone', '0', { status: 'came' })], '2026-11-24').map(
      ({ id }) => id,
    ),
  ).toEqual(['a', 'b']);
});

const told = (kind: string, rest: Partial<ToldBody> = {}): ToldBody => ({
  kind,
  position: 7,
  person: 'ying',
  at: null,
  sendings: [],
  is_unreached: false,
  handled: '',
  handled_at: null,
  handled_by_name: '',
  ...rest,
});

test('a confirmation and a reminder that reached nobody are told in one call', () => {
  const body = { told: [told('booked', { is_unreached: true }), told('reminder', { is_unreached: true }), told('x')] };

  expect(unreachedOf(body).map(({ kind }) => kind)).toEqual(['booked', 'reminder']);
  expect(oneEach(unreachedOf(body))).toEqual([{ position: 7, person: 'ying' }]);
});

test('it says who reached the visitor last, and nothing where nobody had to', () => {
  const early = told('booked', { handled: 'by-phone', handled_at: '1', handled_by_name: '周敏' });
  const late = told('moved', { handled: 'in-person', handled_at: '2', handled_by_name: '何欣' });

  expect(handledLast({ told: [late, early] })?.handled_by_name).toBe('何欣');
  expect(handledLast({ told: [told('booked')] })).toBeNull();
  expect(handledLast({})).toBeNull();
});

test('whom nothing reached for a later day is called before that day', () => {
  const booked = (id: string, on: string, is_unreached: boolean) =>
    row('appointment', id, { on, status: 'booked', starts: on, told: [told('booked', { is_unreached })] });
  const all = [
    booked('friday', '2026-11-27', true),
    booked('today', '2026-11-24', true),
    booked('told', '2026-11-25', false),
    booked('tomorrow', '2026-11-25', true),
  ];

  expect(unreachedLater(all, '2026-11-24').map(({ id }) => id)).toEqual(['tomorrow', 'friday']);
});
