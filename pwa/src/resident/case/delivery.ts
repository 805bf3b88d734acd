/** The questions of a form that are about how the result reaches the person. */
import { checkAnswers, type Problem } from '../../forms/answers';
import { isBlank, visibleFields } from '../../forms/conditions';
import type { Answers, Field, ServiceItem } from '../../forms/types';
import type { Json } from '../../protocol/generated';

const GROUP = 'delivery';

/** Those of them that are shown for `answers`. */
export function deliveryFields(item: ServiceItem, answers: Answers): Field[] {
  return visibleFields(item, answers).filter((field) => field.group === GROUP);
}

/** The answers to those that are shown, as `case.change-delivery@1` takes them. */
export function deliveryAnswers(item: ServiceItem, answers: Answers): Record<string, Json> {
  const given: Record<string, Json> = {};
  for (const { id } of deliveryFields(item, answers)) {
    const answer = answers[id];
    if (answer !== undefined && !isBlank(answer)) given[id] = answer;
  }
  return given;
}

/** What is wrong with them. */
export function deliveryProblems(item: ServiceItem, answers: Answers, on: string): Problem[] {
  const own = new Set(deliveryFields(item, answers).map((field) => field.id));
  return checkAnswers(item, answers, on).filter((problem) => own.has(problem.field));
}
