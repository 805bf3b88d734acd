/** Whether one answer is a possible value of its field; the twin of `domain/catalogue/values.py`. */

import { isDay, phone, residentIdProblem, usccProblem } from './checks';
import { isBlank } from './conditions';
import type { Column, Day, Field, Json, Validation } from './types';

export type Params = Record<string, string | number>;

/** A problem code and the values its sentence needs. */
export type Fault = readonly [code: ProblemCode, params: Params];

/** Every code that a field of a form can be given; the words are in `words.ts`. */
export const PROBLEM_CODES = [
  'required',
  'unknown-field',
  'wrong-type',
  'forbidden-character',
  'too-short',
  'too-long',
  'text-format',
  'not-an-option',
  'id-format',
  'id-birth-date',
  'id-check-digit',
  'document-format',
  'uscc-format',
  'uscc-check-digit',
  'phone-format',
  'bank-account-format',
  'address-incomplete',
  'date-format',
  'date-in-future',
  'date-before',
  'date-too-late',
  'number-format',
  'too-many-decimals',
  'below-minimum',
  'above-maximum',
  'too-many-rows',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

const LENGTHS = { name: [1, 50], text: [0, 200], textarea: [0, 2000] } as const;
const ADDRESS_TEXT_LENGTH = 200;
const ADDRESS_LEVEL_LENGTH = 50;
const LEAST_LEVELS = 2;
const MAX_ROWS = 100;
const MONEY_DECIMALS = 2;
const FIRST_DAY: Day = '1880-01-01';
const LAST_DAY: Day = '2199-12-31';
const NUMBER = /^[0-9]{1,12}(?:\.([0-9]+))?$/;
const DOCUMENT = /^[A-Za-z0-9()-]{4,30}$/;
const LINE_BREAK = 0x0a;

/** Control characters, marks that turn the direction of writing, invisible ones and halves of characters. */
const FORBIDDEN = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xffff],
] as const;

/** What is wrong with `answer` (not blank) as a value of `field`, or null. `checkDigit` says whether an id-number is an identity number. */
export function valueFault(field: Field | Column, answer: Json, on: Day, checkDigit = true): Fault | null {
  const rules = field.validation ?? {};
  if (field.type === 'boolean') return typeof answer === 'boolean' ? null : ['wrong-type', {}];
  if (field.type === 'integer') return integerFault(rules, answer);
  if (field.type === 'address') return addressFault(rules, answer);
  if (typeof answer !== 'string') return ['wrong-type', {}];
  if (field.type === 'select') {
    return field.options?.some((option) => option.value === answer) ? null : ['not-an-option', {}];
  }
  if (hasForbidden(answer, field.type === 'textarea')) return ['forbidden-character', {}];
  return textualFault(field, rules, answer, on, checkDigit);
}

/** What is wrong with the rows of a table; each fault names `row`, counted from 1, and `column`. */
export function rowFaults(field: Field, answer: Json, on: Day): Fault[] {
  if (!Array.isArray(answer)) return [['wrong-type', {}]];
  if (answer.length > MAX_ROWS) return [['too-many-rows', { max: MAX_ROWS }]];
  const columns = field.columns ?? [];
  return answer.flatMap((row, i) =>
    cellFaults(columns, row, on).map(([code, at]) => [code, { ...at, row: i + 1 }] as const),
  );
}

/** The day that `answer` writes as YYYY-MM-DD, or null. */
export function isoDay(answer: Json | undefined): Day | null {
  if (typeof answer !== 'string' || !isDay(answer)) return null;
  return answer >= FIRST_DAY && answer <= LAST_DAY ? answer : null;
}

/** Whether a code point belongs into no answer; line breaks are judged by whoever asks. */
export const isForbidden = (point: number): boolean =>
  FORBIDDEN.some(([first, last]) => point >= first && point <= last);

function hasForbidden(text: string, lines: boolean): boolean {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (isForbidden(point) && !(lines && point === LINE_BREAK)) return true;
  }
  return false;
}

function cellFaults(columns: readonly Column[], row: Json, on: Day): Fault[] {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return [['wrong-type', {}]];
  const known = new Set(columns.map((column) => column.id));
  const faults: Fault[] = Object.keys(row).every((key) => known.has(key)) ? [] : [['unknown-field', {}]];
  for (const column of columns) {
    const fault = cellFault(column, row[column.id], on);
    if (fault) faults.push([fault[0], { ...fault[1], column: column.id }]);
  }
  return faults;
}

function cellFault(column: Column, answer: Json | undefined, on: Day): Fault | null {
  if (answer === undefined || isBlank(answer)) return column.required === false ? null : ['required', {}];
  return valueFault(column, answer, on);
}

function textualFault(
  field: Field | Column,
  rules: Validation,
  answer: string,
  on: Day,
  checkDigit: boolean,
): Fault | null {
  switch (field.type) {
    case 'id-number':
      return checkDigit
        ? named(residentIdProblem(answer, on))
        : named(DOCUMENT.test(answer.trim()) ? null : 'document-format');
    case 'uscc':
      return named(usccProblem(answer));
    case 'phone':
      return named(phone(answer) ? null : 'phone-format');
    case 'bank-account':
      return named(whole(rules.pattern ?? '[0-9]{8,30}', answer) ? null : 'bank-account-format');
    case 'date':
      return dateFault(rules, answer, on);
    case 'money':
    case 'decimal':
      return numberFault(rules, answer);
    case 'text':
    case 'textarea':
    case 'name':
      return textFault(LENGTHS[field.type], rules, answer);
    default:
      return ['wrong-type', {}];
  }
}

const named = (code: ProblemCode | null): Fault | null => (code ? [code, {}] : null);

const whole = (pattern: string, text: string) => new RegExp(`^(?:${pattern})$`, 'u').test(text);

/** Length in code points: a rare character counts once although it takes two UTF-16 units. */
const codePoints = (text: string) => [...text].length;

function textFault(bounds: readonly [number, number], rules: Validation, answer: string): Fault | null {
  const least = rules.min_length ?? bounds[0];
  const most = rules.max_length ?? bounds[1];
  if (codePoints(answer.trim()) < least) return ['too-short', { min: least }];
  if (codePoints(answer) > most) return ['too-long', { max: most }];
  return rules.pattern === undefined || whole(rules.pattern, answer) ? null : ['text-format', {}];
}

function dateFault(rules: Validation, answer: string, on: Day): Fault | null {
  const day = isoDay(answer);
  if (day === null) return ['date-format', {}];
  return rules.not_future && day > on ? ['date-in-future', {}] : null;
}

function numberFault(rules: Validation, answer: string): Fault | null {
  const match = NUMBER.exec(answer);
  if (!match) return ['number-format', {}];
  const most = rules.decimals ?? MONEY_DECIMALS;
  if ((match[1] ?? '').length > most) return ['too-many-decimals', { max: most }];
  return rangeFault(rules, Number(answer));
}

function integerFault(rules: Validation, answer: Json): Fault | null {
  if (typeof answer !== 'number' || !Number.isInteger(answer)) return ['wrong-type', {}];
  return Number.isSafeInteger(answer) ? rangeFault(rules, answer) : ['number-format', {}];
}

function rangeFault(rules: Validation, number: number): Fault | null {
  if (rules.min !== undefined && number < rules.min) return ['below-minimum', { min: rules.min }];
  if (rules.max !== undefined && number > rules.max) return ['above-maximum', { max: rules.max }];
  return null;
}

/** An address is one line as on an envelope (`text`), or its levels down to the last and one more, or both. */
function addressFault(rules: Validation, answer: Json): Fault | null {
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return ['wrong-type', {}];
  const levels: readonly string[] = rules.levels ?? [];
  for (const [key, part] of Object.entries(answer)) {
    const fault = key === 'text' || levels.includes(key) ? partFault(key, part) : named('unknown-field');
    if (fault) return fault;
  }
  const written = levels.filter((level) => !isBlank(answer[level]));
  const enough = written.length >= Math.min(levels.length, LEAST_LEVELS);
  const complete = written.length > 0 && enough && written.at(-1) === levels.at(-1);
  return complete || !isBlank(answer['text']) ? null : ['address-incomplete', {}];
}

function partFault(level: string, part: Json): Fault | null {
  if (typeof part !== 'string') return ['wrong-type', { level }];
  if (hasForbidden(part, false)) return ['forbidden-character', { level }];
  const max = level === 'text' ? ADDRESS_TEXT_LENGTH : ADDRESS_LEVEL_LENGTH;
  return codePoints(part) > max ? ['too-long', { max, level }] : null;
}
