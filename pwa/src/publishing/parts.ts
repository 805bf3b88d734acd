/** Papers, questions and steps as an editor has them: which are whose, in which order, and on what they depend. */
import type { Condition, Field, FieldType, Material, RouteStep } from '../forms/types';
import { either } from '../i18n';
import { w } from './words';

/** Keys by which parts are told apart: their ids, numbered where ways to ask the same share one. */
export function keysOf(ids: readonly string[]): string[] {
  return ids.map((id, n) => {
    const before = ids.slice(0, n).filter((other) => other === id).length;
    return before === 0 ? id : `${id} ${before + 1}`;
  });
}

/** A condition about one question: it holds with each of these answers. */
export type Answered = Extract<Condition, { field: string }>;

/** The conditions about one question each that must all hold. */
export function partsOf(condition: Condition | null | undefined): Answered[] {
  if (!condition) return [];
  return 'field' in condition ? [condition] : condition.all.flatMap(partsOf);
}

/** The condition that holds when each of `parts` does. */
export function conditionOf(parts: readonly Answered[]): Condition | null {
  const [first, ...others] = parts;
  if (!first) return null;
  return others.length === 0 ? first : { all: [...parts] };
}

/** Questions on whose answer something may depend, each once however many ways there are to ask it. */
export function choicesOf(fields: readonly Field[]): Field[] {
  const choices = fields.filter(({ type, options }) => type === 'boolean' || (type === 'select' && options?.length));
  return choices.filter(({ id }, n) => choices.findIndex((one) => one.id === id) === n);
}

/** The answers that can be ticked for `part`, with what is ticked though the question offers it no more. */
export function valuesOf(part: Answered, choices: readonly Field[]): { value: string | boolean; words: string }[] {
  const field = choices.find(({ id }) => id === part.field);
  const offered = field ? answersTo(field) : [];
  const lost = part.in.filter((value) => !offered.some((one) => one.value === value));
  return [...offered, ...lost.map((value) => ({ value, words: String(value) }))];
}

/** A condition about `field` to begin with. */
export const firstOf = (field: Field): Answered => ({ field: field.id, in: [answersTo(field)[0]?.value ?? true] });

function answersTo(field: Field): { value: string | boolean; words: string }[] {
  if (field.type === 'select')
    return (field.options ?? []).map((option) => ({ value: option.value, words: either(option) }));
  return [true, false].map((value) => ({ value, words: w(value ? 'yes' : 'no') }));
}

/** The question asked only while `condition` holds; always without one. */
export function depending({ show_if: _before, ...field }: Field, condition: Condition | null): Field {
  return condition ? { ...field, show_if: condition } : field;
}

/** What a question may ask for. */
export const KINDS =
  'text textarea select boolean date integer decimal money name id-number phone address uscc bank-account table'.split(
    ' ',
  ) as FieldType[];

/** The question as one of another kind: what was laid down for answers of the old kind goes. */
export function asKind(field: Field, type: FieldType): Field {
  const { options: _options, validation: _validation, ...others } = field;
  return { ...others, type };
}

/** Who does steps. */
export const ROLES =
  'window-clerk reviewer decider community-worker district-officer city-officer assessor outlet-clerk'.split(' ');

const CLOCKS = {
  receive: 'before-acceptance',
  accept: 'before-acceptance',
  review: 'counted',
  decide: 'counted',
  deliver: 'after-decision',
} as const satisfies Record<RouteStep['stage'], RouteStep['clock']>;
export const STAGES = Object.keys(CLOCKS) as RouteStep['stage'][];

/** The step in another stage, with the clock that runs there; a special procedure is `excluded` and takes days. */
export function atStage(step: RouteStep, stage: RouteStep['stage'], excluded = false): RouteStep {
  if (excluded) return { ...step, stage, clock: 'excluded' };
  return { ...step, stage, clock: CLOCKS[stage], calendar_days: null };
}

/** `parts` with the one at `from` moved `to` another place. */
export function moved<Part>(parts: readonly Part[], from: number, to: number): Part[] {
  const others = parts.filter((_, n) => n !== from);
  return [...others.slice(0, to), ...parts.slice(from, from + 1), ...others.slice(to)];
}

/** A paper as it is asked for in the way of `requirement`: a condition goes with `conditional` only. */
export function required(
  material: Material,
  requirement: Material['requirement'],
  firstChoice: Condition | null,
): Material {
  if (requirement !== 'conditional') return { ...material, requirement, condition: null, condition_zh: null };
  return { ...material, requirement, condition: material.condition ?? firstChoice };
}

/** An id that none of `taken` has. */
export function freshId(stem: string, taken: readonly string[], joint = '-'): string {
  for (let n = 1; ; n += 1) if (!taken.includes(`${stem}${joint}${n}`)) return `${stem}${joint}${n}`;
}
