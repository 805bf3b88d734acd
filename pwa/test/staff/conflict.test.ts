import { expect, test } from 'vitest';
import type { OutboxEntry } from '../../src/device/types';
import { choicesFor, linesOf, reasonOf } from '../../src/staff/conflict';
import { caseBody, LEASE } from './cast';

const NOTICE = { defects: [{ material: 'contract', file: 'c1', code: 'unreadable', words: '第1页看不清' }] };

function entry(rest: Partial<OutboxEntry>): OutboxEntry {
  const plain = { id: 'i', type: 'case.accept@1', args: {}, state: 'conflict', code: null, params: null, options: [] };
  return { ...plain, ...rest } as OutboxEntry;
}

test('the choices are those of the service, in its order; to decide again only where it can be', () => {
  const decided = entry({
    type: 'case.decide@1',
    args: { outcome: 'rejected', reason: '不符' },
    options: ['decide-again', 'ask-lead', 'discard'],
  });

  expect(choicesFor(decided, true)).toEqual(['again', 'hand', 'note', 'discard']);
  expect(choicesFor(decided, false)).toEqual(['hand', 'note', 'discard']);
});

test('to leave a case to a colleague does not lose what was written', () => {
  const declined = entry({
    type: 'case.decline@1',
    args: { reason: '不符' },
    options: ['take-over', 'watch', 'note', 'discard'],
  });

  expect(choicesFor(declined, false)).toEqual(['take-over', 'open', 'note', 'hand', 'discard']);
});

test('words that were written can be kept as a note, whatever the service offers', () => {
  const notice = entry({ type: 'case.request-correction@1', args: NOTICE, options: ['open', 'discard'] });

  expect(choicesFor(notice, false)).toEqual(['open', 'note', 'hand', 'discard']);
});

test('without words there is no note to keep', () => {
  const claim = entry({ type: 'case.claim@1', options: ['take-over', 'watch', 'note', 'discard'] });

  expect(choicesFor(claim, true)).toEqual(['take-over', 'watch', 'hand', 'discard']);
  expect(choicesFor({ ...claim, params: { mine: true } }, true)).toEqual(['watch', 'hand', 'discard']);
});

test('a refusal that words can mend is offered to be changed and sent again', () => {
  const notice = entry({ type: 'case.request-correction@1', args: NOTICE, state: 'refused', code: 'second-notice' });

  expect(choicesFor(notice, true)).toEqual(['again', 'open', 'note', 'hand', 'discard']);
  expect(choicesFor(entry({ state: 'refused', code: 'server-fault' }), true)[0]).toBe('retry');
  expect(choicesFor(entry({ state: 'refused', code: 'case-is-closed' }), false)).toEqual(['open', 'hand', 'discard']);
  expect(choicesFor(entry({ state: 'refused', code: 'permission-lost' }), false)).toEqual(['hand', 'discard']);
});

test('what was written is shown line by line', () => {
  expect(linesOf(entry({ type: 'case.request-correction@1', args: NOTICE }))).toEqual(['1. 第1页看不清']);
  expect(linesOf(entry({ type: 'case.note@1', args: { text: '一\n二' } }))).toEqual(['一', '二']);
  expect(linesOf(entry({}))).toEqual([]);
});

test('colleagues and papers are named, never shown by id', () => {
  const claimed = entry({ code: 'already-claimed', params: { by: '3f1c', mine: false } });
  const missing = entry({ state: 'refused', code: 'materials-missing', params: { materials: ['id-card'] } });

  expect(reasonOf(claimed, caseBody(), LEASE)).toContain('周敏');
  expect(reasonOf(claimed, null, undefined)).not.toContain('3f1c');
  expect(reasonOf(missing, caseBody(), LEASE)).toContain('出租人身份证');
});
