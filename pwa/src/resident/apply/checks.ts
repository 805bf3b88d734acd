/** What still stands between a form and its filing: answers that do not hold, papers not photographed, ticks not set. */
import { checkAnswers, type Problem } from '../../forms/answers';
import { materialsNeeded, type NeededMaterial, visibleFields } from '../../forms/conditions';
import type { Answers, Field, ServiceItem } from '../../forms/types';
import type { Topic } from './topics';

/** `summary` and `materials` are steps of every form; the rest are its topics. */
export const MATERIALS = 'materials';
export const SUMMARY = 'summary';

/** One step of the form as the person goes through it. */
export type Step = { id: string; topic: Topic | null };

/** A paper that is still missing: not photographed, or not signed. */
export interface MissingPaper {
  needed: NeededMaterial;
  kind: 'photo' | 'sign';
}

/** The steps of a form in order: a topic whose questions are all hidden is left out. */
export function stepsOf(topics: readonly Topic[], item: ServiceItem, answers: Answers): Step[] {
  const shown = new Set(visibleFields(item, answers).map((field) => field.id));
  const asked = topics.filter((topic) => topic.fields.some((field) => shown.has(field.id)));
  return [
    ...asked.map((topic) => ({ id: topic.id, topic })),
    ...(item.materials.length > 0 ? [{ id: MATERIALS, topic: null }] : []),
    { id: SUMMARY, topic: null },
  ];
}

/** The questions of `topic` that are shown now. */
export function shownFields(topic: Topic, item: ServiceItem, answers: Answers): Field[] {
  const shown = new Set(visibleFields(item, answers).map((field) => field.id));
  return topic.fields.filter((field) => shown.has(field.id));
}

/** Problems of the answers to the questions of one topic. */
export function topicProblems(topic: Topic, item: ServiceItem, answers: Answers, on: string): Problem[] {
  const own = new Set(topic.fields.map((field) => field.id));
  return checkAnswers(item, answers, on).filter((problem) => own.has(problem.field));
}

/** Papers that must be there at filing and are not. */
export function missingPapers(
  item: ServiceItem,
  answers: Answers,
  have: { photographed: (material: string) => boolean; signed: (material: string) => boolean },
): MissingPaper[] {
  return materialsNeeded(item, answers).flatMap((needed): MissingPaper[] => {
    const { id } = needed.material;
    if (needed.photographDemanded && !have.photographed(id)) return [{ needed, kind: 'photo' }];
    if (needed.signatureDemanded && !have.signed(id)) return [{ needed, kind: 'sign' }];
    return [];
  });
}

/** How many of the papers that are asked for are done, for the line above the list. */
export function paperCount(
  item: ServiceItem,
  answers: Answers,
  have: { photographed: (material: string) => boolean; signed: (material: string) => boolean },
): { all: number; done: number; missing: number } {
  const asked = materialsNeeded(item, answers).filter((one) => one.photographDemanded || one.signatureDemanded);
  const done = asked.filter(({ material }) => have.photographed(material.id) || have.signed(material.id)).length;
  return { all: asked.length, done, missing: asked.length - done };
}

/** Ids of the papers that the answers call for. */
export function materialsAsked(item: ServiceItem, answers: Answers): Set<string> {
  return new Set(materialsNeeded(item, answers).map(({ material }) => material.id));
}
