/** Whether a filled-in form holds together, and whether it meets the item's conditions; the twin of `domain/catalogue/answers.py`. */

import { ageOn, type ResidentId, residentId } from './checks';
import { holds, isBlank, presentAnswers, visibleFields } from './conditions';
import type { Answers, Day, Eligibility, EligibilityCheck, Field, Json, ServiceItem } from './types';
import { isoDay, type Params, type ProblemCode, rowFaults, valueFault } from './values';

export { PROBLEM_CODES, type ProblemCode } from './values';

/** One thing wrong with a form; `params` never hold the answer itself. */
export interface Problem {
  field: string;
  code: ProblemCode;
  params: Params;
}

/** `for-staff` where only a person can judge. */
export type Outcome = 'met' | 'unmet' | 'unanswered' | 'for-staff';

export interface EligibilityResult {
  eligibility: Eligibility;
  outcome: Outcome;
}

const NAMED_LENGTH = 50;

/** Everything wrong with `answers` as a filled-in form of `item`, in the order of the form. `on` is the local day of filing. */
export function checkAnswers(item: ServiceItem, answers: Answers, on: Day): Problem[] {
  const known = new Set(item.fields.map((field) => field.id));
  const unknown = Object.keys(answers).filter((key) => !known.has(key));
  const present = presentAnswers(item, answers);
  return [
    ...unknown.map((key) => problem([...key].slice(0, NAMED_LENGTH).join(''), 'unknown-field')),
    ...visibleFields(item, answers).flatMap((field) => fieldProblems(field, present, on)),
  ];
}

/** What is wrong with one answer, for a form that speaks while it is filled in; nothing for a hidden field. */
export function checkField(item: ServiceItem, answers: Answers, fieldId: string, on: Day): Problem[] {
  const field = visibleFields(item, answers).find((one) => one.id === fieldId);
  return field ? fieldProblems(field, presentAnswers(item, answers), on) : [];
}

/** What the answers say about each condition of eligibility; an unmet one is a reason to think, not to refuse. */
export function checkEligibility(item: ServiceItem, answers: Answers, on: Day): EligibilityResult[] {
  const known = { ...presentAnswers(item, answers), ...derivedAnswers(item, answers, on) };
  return item.eligibility.map((eligibility) => ({ eligibility, outcome: outcome(eligibility.check, known) }));
}

/** `applicant_age` in full years and `applicant_sex`, where the applicant's identity number tells them. */
export function derivedAnswers(item: ServiceItem, answers: Answers, on: Day): Record<string, Json> {
  const person = applicant(item, answers, on);
  return person ? { applicant_age: ageOn(person.birth, on), applicant_sex: person.sex } : {};
}

/** The same day `years` later; 28 February where there is no 29th (Civil Code art. 202). */
export function yearsLater(day: Day, years: number): Day {
  const later = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`;
  const there = new Date(`${later}T00:00:00Z`);
  return day.endsWith('-02-29') && there.getUTCMonth() !== 1 ? later.replace('-02-29', '-02-28') : later;
}

const problem = (field: string, code: ProblemCode, params: Params = {}): Problem => ({ field, code, params });

function fieldProblems(field: Field, present: Answers, on: Day): Problem[] {
  const answer = present[field.id];
  if (answer === undefined) return field.required ? [problem(field.id, 'required')] : [];
  if (field.type === 'table')
    return rowFaults(field, answer, on).map(([code, params]) => problem(field.id, code, params));
  const fault = valueFault(field, answer, on, hasCheckDigit(field, present));
  if (fault) return [problem(field.id, ...fault)];
  return field.type === 'date' ? orderProblems(field, present) : [];
}

function hasCheckDigit(field: Field, present: Answers): boolean {
  const depends = field.validation?.check_digit_when;
  return !depends || holds(depends, present);
}

/** Where a date lies in relation to another; nothing is said while the other is missing or no date. */
function orderProblems(field: Field, present: Answers): Problem[] {
  const { after, max_years_after: limit } = field.validation ?? {};
  const day = isoDay(present[field.id]);
  const problems: Problem[] = [];
  if (day === null) return problems;
  const before = after === undefined ? null : isoDay(present[after]);
  if (after !== undefined && before !== null && day <= before)
    problems.push(problem(field.id, 'date-before', { other: after }));
  const start = limit ? isoDay(present[limit.field]) : null;
  if (limit && start !== null && day > yearsLater(start, limit.years)) {
    problems.push(problem(field.id, 'date-too-late', { other: limit.field, years: limit.years }));
  }
  return problems;
}

/** What the applicant's identity number says; null for other documents. */
function applicant(item: ServiceItem, answers: Answers, on: Day): ResidentId | null {
  const field = item.fields.find((one) => one.id === 'applicant_id_no');
  const present = presentAnswers(item, answers);
  const number = present['applicant_id_no'];
  if (!field || typeof number !== 'string' || !hasCheckDigit(field, present)) return null;
  return residentId(number, on);
}

function outcome(check: EligibilityCheck | null, known: Answers): Outcome {
  if (!check) return 'for-staff';
  const answer = known[check.field];
  if (answer === undefined || isBlank(answer)) return 'unanswered';
  return meets(check, answer) ? 'met' : 'unmet';
}

function meets({ op, value }: EligibilityCheck, answer: Json): boolean {
  if (op === 'in') return Array.isArray(value) && typeof answer === 'string' && value.includes(answer);
  if (op === 'eq') return answer === value;
  const comparable =
    (typeof answer === 'string' && typeof value === 'string') ||
    (typeof answer === 'number' && typeof value === 'number');
  return comparable && (op === 'gte' ? answer >= value : answer <= value);
}
