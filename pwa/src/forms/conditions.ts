/** What a form asks for, given the answers so far; the twin of `domain/catalogue/conditions.py`. */

import { papersNeeded } from './bundles';
import type { Answers, Condition, Field, Json, Material, ServiceItem } from './types';

/** What asks: an item, or as much of it as its questions. */
interface Asking {
  readonly fields: readonly Field[];
}

/** A paper that the answers call for, and what the applicant must do about it at filing. */
export interface NeededMaterial {
  material: Material;
  /** The case cannot be accepted without it. */
  required: boolean;
  /** Pages can be handed in for it. */
  photographable: boolean;
  /** Pages must be handed in at filing. */
  photographDemanded: boolean;
  /** It must be signed in the app at filing, with a tick. */
  signatureDemanded: boolean;
}

/** Whether `condition` holds for `answers`, of which hidden fields have been taken out. */
export function holds(condition: Condition, answers: Answers): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, answers));
  const answer = answers[condition.field];
  return condition.in.some((value) => value === answer);
}

const isNoWord = (part: Json | undefined) => part == null || (typeof part === 'string' && part.trim() === '');

/** Whether an answer says nothing: absent, white space, no rows, or an address without a word. */
export function isBlank(answer: Json | undefined): boolean {
  if (Array.isArray(answer)) return answer.length === 0;
  if (answer !== null && typeof answer === 'object') return Object.values(answer).every(isNoWord);
  return isNoWord(answer);
}

/** The fields that are shown, in order; a field that depends on a hidden one is hidden with it. */
export function visibleFields(item: Asking, answers: Answers): Field[] {
  const present: Record<string, Json> = {};
  return item.fields.filter((field) => {
    if (field.show_if && !holds(field.show_if, present)) return false;
    const answer = own(answers, field.id);
    if (answer !== undefined) present[field.id] = answer;
    return true;
  });
}

/** The question of that id as it is asked now; alternatives of which only one is shown have one id. */
export function fieldOf(item: Asking, answers: Answers, id: string): Field | undefined {
  const named = (field: Field) => field.id === id;
  return visibleFields(item, answers).find(named) ?? item.fields.find(named);
}

/** The questions that `answers` answer, each once, in the order of the form. */
export function askedFields(item: Asking | null | undefined, answers: Answers): Field[] {
  return (item?.fields ?? []).filter(
    (field) => field.id in answers && item && fieldOf(item, answers, field.id) === field,
  );
}

/** The answers that count: those of shown fields, without blank ones. */
export function presentAnswers(item: ServiceItem, answers: Answers): Record<string, Json> {
  const present: Record<string, Json> = {};
  for (const { id } of visibleFields(item, answers)) {
    const answer = own(answers, id);
    if (answer !== undefined && !isBlank(answer)) present[id] = answer;
  }
  return present;
}

/** The papers that the answers call for, in the item's order, optional ones included. */
export function materialsNeeded(item: ServiceItem, answers: Answers): NeededMaterial[] {
  if (item.parts) return papersNeeded(item.parts, item.materials, answers, materialsNeeded);
  const present = presentAnswers(item, answers);
  return item.materials.filter((one) => !one.condition || holds(one.condition, present)).map(needed);
}

/** The answers kept unsealed: those to yes-or-no and choice questions that are shown. */
export function clearAnswers(item: ServiceItem, answers: Answers): Record<string, Json> {
  return answersOf(item, answers, isClear);
}

/** The answers kept sealed: all that are shown and not clear. */
export function sealedAnswers(item: ServiceItem, answers: Answers): Record<string, Json> {
  return answersOf(item, answers, (field) => !isClear(field));
}

const isClear = (field: Field) => field.type === 'boolean' || field.type === 'select';

function answersOf(item: ServiceItem, answers: Answers, kept: (field: Field) => boolean): Record<string, Json> {
  const ids = new Set(item.fields.filter(kept).map((field) => field.id));
  return Object.fromEntries(Object.entries(presentAnswers(item, answers)).filter(([id]) => ids.has(id)));
}

function needed(material: Material): NeededMaterial {
  const required = material.requirement !== 'optional';
  const photographable = material.source !== 'self-declared' && material.form !== 'form-field';
  return {
    material,
    required,
    photographable,
    photographDemanded: required && photographable && material.source === 'applicant',
    signatureDemanded: required && material.source === 'self-declared',
  };
}

const own = (answers: Answers, id: string): Json | undefined => (Object.hasOwn(answers, id) ? answers[id] : undefined);
