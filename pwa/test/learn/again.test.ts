import { expect, it } from 'vitest';
import { closedWords, nextOf, weakestCourse } from '../../src/learn/exam/again';
import type { CertificateKind } from '../../src/protocol/generated';

const kind = { exam: { retakes: 1 } } as CertificateKind;

it('says from when one can try again, and nothing where one can', () => {
  expect(closedWords({ closed: 'cooldown', from: '2026-11-27', kind })).toContain('11月27日');
  expect(closedWords({ closed: 'no-attempts', from: null, kind })).toContain('2 次机会');
  expect(closedWords({ closed: null, from: null, kind })).toBeNull();
});

it('who did not pass tries again once that is allowed, and reads until then', () => {
  expect([nextOf(false, null), nextOf(false, 'cooldown'), nextOf(false, 'no-attempts')]).toEqual([
    'exams',
    'course',
    'course',
  ]);
  expect([nextOf(true, 'passed'), nextOf(false, 'passed'), nextOf(false, 'held')]).toEqual(
    Array(3).fill('certificates'),
  );
});

it('the course to read is that of most mistakes', () => {
  const asked = (course: string, is_right: boolean) => ({ course, is_right });

  expect(weakestCourse([asked('a', false), asked('b', false), asked('c', true), asked('b', false)])).toBe('b');
  expect(weakestCourse([asked('a', false), asked('b', false)])).toBe('a');
  expect(weakestCourse([asked('a', true)])).toBeNull();
});
