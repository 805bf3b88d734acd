/** What still stands between a form and its filing: answers that do not hold, papers not photographed, ticks not set. */
import { checkAnswers, type Problem } from '../../forms/answers';
import { materialsNeeded, type NeededMaterial, visibleFields } from '../../forms/conditions';
import type { Answers, Field, ServiceItem } from '../../forms/types';
import type { LocalPages } from '../pages';
import type { DraftOnScreen } from './draft';
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
  const asked = topics.filter((topic) => shownFields(topic, item, answers).length > 0);
  return [
    ...asked.map((topic) => ({ id: topic.id, topic })),
    ...(item.materials.length > 0 ? [{ id: MATERIALS, topic: null }] : []),
    { id: SUMMARY, topic: null },
  ];
}

/** The questions of `topic` that are shown now. */
export function shownFields(topic: Topic, item: ServiceItem, answers: Answers): Field[] {
  const shown = new Set(visibleFields(item, answers));
  return topic.fields.filter((field) => shown.has(field));
}

/** Problems of the answers to the questions of one topic. */
export function topicProblems(topic: Topic, item: ServiceItem, answers: Answers, on: string): Problem[] {
  const own = new Set(shownFields(topic, item, answers).map((field) => field.id));
  return checkAnswers(item, answers, on).filter((problem) => own.has(problem.field));
}

/**
 * What there is of a paper already.
 *
 * Attributes: `photographed` pages were taken; `signed` the tick is set; `reused` a checked copy takes the place of pages;
 * `later` it is promised for later.
 */
export interface Have {
  photographed: (material: string) => boolean;
  signed: (material: string) => boolean;
  reused: (material: string) => boolean;
  later: (material: string) => boolean;
}

/** What a draft and the pages on this device hold, asked by material. */
export function haveOf(
  form: Pick<DraftOnScreen, 'declarations' | 'copies' | 'later'>,
  pages: Pick<LocalPages, 'of'>,
): Have {
  return {
    photographed: (material) => pages.of(material).length > 0,
    signed: (material) => form.declarations.has(material),
    reused: (material) => form.copies.has(material),
    later: (material) => form.later.has(material),
  };
}

/** Whether one's own checked copies can serve; those who file for somebody else have none of theirs. */
export const mayReuse = (answers: Answers): boolean => answers['has_agent'] !== true;

/** Whether nothing more need be done about the pages of a paper at filing. */
export function isProvided(material: string, have: Have): boolean {
  return have.photographed(material) || have.reused(material) || have.later(material);
}

/** Papers that must be there at filing and are not. */
export function missingPapers(item: ServiceItem, answers: Answers, have: Have): MissingPaper[] {
  return materialsNeeded(item, answers).flatMap((needed): MissingPaper[] => {
    const { id } = needed.material;
    if (needed.photographDemanded && !isProvided(id, have)) return [{ needed, kind: 'photo' }];
    if (needed.signatureDemanded && !have.signed(id)) return [{ needed, kind: 'sign' }];
    return [];
  });
}

/** How many of the papers that are asked for are done, for the line above the list. */
export function paperCount(
  item: ServiceItem,
  answers: Answers,
  have: Have,
): { all: number; done: number; missing: number } {
  const asked = materialsNeeded(item, answers).filter((one) => one.photographDemanded || one.signatureDemanded);
  const done = asked.filter(({ material }) => isProvided(material.id, have) || have.signed(material.id)).length;
  return { all: asked.length, done, missing: asked.length - done };
}

/** Ids of the papers that the answers call for. */
export function materialsAsked(item: ServiceItem, answers: Answers): Set<string> {
  return new Set(materialsNeeded(item, answers).map(({ material }) => material.id));
}
