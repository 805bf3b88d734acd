import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/device/types';
import { answersOf, isHandedIn, pressed, waitingOf } from '../../src/learn/exam/sitting';
import type { ExamBody } from '../../src/protocol/generated';

const ATTEMPT = 'a1';
const act = (type: string, args: object, state: OutboxEntry['state'], at = '2026-11-24T01:00:00Z') =>
  ({ type, args, state, lane: ATTEMPT, at }) as unknown as OutboxEntry;
const answer = (choice: number[], state: OutboxEntry['state'], at?: string) =>
  act('exam.answer@1', { question: 'q', choice }, state, at);
const exam = (...answers: ExamBody['answers']) => ({ answers }) as unknown as ExamBody;
const taken = (chosen: number[], at: string) => exam({ question: 'q', chosen, at });

describe('the answers of an examination', () => {
  it('are those of the centre, with what is on its way laid over them', () => {
    const body = taken([0], '2026-11-24T01:05:00Z');

    expect(answersOf(body, ATTEMPT, []).get('q')).toEqual({ chosen: [0], kept: 'centre' });
    expect(answersOf(body, ATTEMPT, [answer([2], 'queued')]).get('q')).toEqual({ chosen: [2], kept: 'device' });
    expect(answersOf(body, ATTEMPT, [answer([2], 'refused')]).get('q')).toEqual({ chosen: [0], kept: 'centre' });
  });

  it('of another device go before one of here that arrived earlier and still stands in the outbox', () => {
    const here = answer([2], 'applied', '2026-11-24T01:00:00Z');

    expect(answersOf(taken([1], '2026-11-24T01:05:00Z'), ATTEMPT, [here]).get('q')?.chosen).toEqual([1]);
    expect(answersOf(taken([1], '2026-11-24T00:55:00Z'), ATTEMPT, [here]).get('q')?.chosen).toEqual([2]);
    expect(answersOf(exam(), ATTEMPT, [here]).get('q')?.chosen).toEqual([2]);
  });

  it('that were all taken back are none', () => {
    expect(answersOf(taken([1], '2026-11-24T00:55:00Z'), ATTEMPT, [answer([], 'queued')]).has('q')).toBe(false);
  });
});

describe('a paper', () => {
  it('is handed in while that is on its way or done, and not when the centre has refused it', () => {
    const states = (['queued', 'sent', 'held', 'applied', 'refused', 'quarantined'] as const).map((state) =>
      isHandedIn(ATTEMPT, [act('exam.hand-in@1', {}, state)]),
    );

    expect(states).toEqual([true, true, true, true, false, false]);
  });

  it('counts what has not reached the centre', () => {
    expect(waitingOf(ATTEMPT, [answer([0], 'queued'), answer([1], 'applied'), answer([2], 'refused')])).toBe(1);
  });
});

describe('pressing an option', () => {
  it('goes on from what was pressed before it', () => {
    expect(pressed(pressed([], 2, true), 0, true)).toEqual([0, 2]);
    expect(pressed([0, 2], 2, true)).toEqual([0]);
    expect(pressed([0], 2, false)).toEqual([2]);
  });
});
