/** What comes after an examination: when the next can be begun, and what to read before. */
import { day } from '../../i18n/time';
import type { PaperQuestion } from '../../protocol/generated';
import type { Way } from '../certificates/ways';
import { type ExamKey, w } from './words';

/** Why none can be begun now; null if one can. */
export function closedWords({ closed, from, kind }: Pick<Way, 'closed' | 'from' | 'kind'>): string | null {
  if (closed === null) return null;
  return w(`why.${closed}` as ExamKey, { from: from ? day(from) : '', most: 1 + kind.exam.retakes });
}

/** Where its person goes next: to what they hold, to the examinations, or to what they have to read first. */
export function nextOf(passed: boolean, closed: Way['closed']): 'certificates' | 'exams' | 'course' {
  if (passed || closed === 'passed' || closed === 'held') return 'certificates';
  return closed === null || closed === 'running' ? 'exams' : 'course';
}

/** The course of which most answers were wrong, of several the first; null if none was. */
export function weakestCourse(questions: readonly Pick<PaperQuestion, 'course' | 'is_right'>[]): string | null {
  const wrong = questions.filter((one) => !one.is_right).map((one) => one.course);
  const mistakes = (course: string): number => wrong.filter((one) => one === course).length;
  return [...new Set(wrong)].sort((a, b) => mistakes(b) - mistakes(a))[0] ?? null;
}
