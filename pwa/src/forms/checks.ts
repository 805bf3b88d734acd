/** Check digits and shapes of the numbers that identify people and organisations; the twin of `domain/identity/checks.py`. */

import type { Day } from './types';

const FIRST_BIRTH: Day = '1880-01-01';
const RESIDENT_ID = /^[1-9][0-9]{16}[0-9X]$/;
const RESIDENT_ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_ID_CHECKS = '10X98765432';
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const USCC = new RegExp(`^[${USCC_ALPHABET}]{2}[0-9]{6}[${USCC_ALPHABET}]{10}$`);
const MOBILE = /^1[3-9][0-9]{9}$/;
const LANDLINE = /^0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?$/;
const MASK = '*';
const MAX_NAME_STARS = 3;

export interface ResidentId {
  division: string;
  birth: Day;
  sex: 'male' | 'female';
}

export type IdProblem = 'id-format' | 'id-birth-date' | 'id-check-digit';
export type UsccProblem = 'uscc-format' | 'uscc-check-digit';

const plain = (text: string) => text.trim().toUpperCase();

/** Whether `text` writes a day that exists as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (!match) return false;
  const at = new Date(0);
  at.setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number(match[1]) > 0 && at.toISOString().slice(0, 10) === text;
}

const birthOf = (number: string): Day => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;

/** Why `text` is no resident identity number (GB 11643), or null if it is one. `on` is the day of reading. */
export function residentIdProblem(text: string, on: Day): IdProblem | null {
  const number = plain(text);
  if (!RESIDENT_ID.test(number)) return 'id-format';
  const birth = birthOf(number);
  if (!isDay(birth) || birth < FIRST_BIRTH || birth > on) return 'id-birth-date';
  const total = RESIDENT_ID_WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(number[i]), 0);
  return RESIDENT_ID_CHECKS[total % 11] === number[17] ? null : 'id-check-digit';
}

/** What a resident identity number says, or null where `text` cannot be one. */
export function residentId(text: string, on: Day): ResidentId | null {
  if (residentIdProblem(text, on)) return null;
  const number = plain(text);
  return { division: number.slice(0, 6), birth: birthOf(number), sex: Number(number[16]) % 2 ? 'male' : 'female' };
}

/** Why `text` is no unified social credit code (GB 32100), or null if it is one. */
export function usccProblem(text: string): UsccProblem | null {
  const code = plain(text);
  if (!USCC.test(code)) return 'uscc-format';
  let total = 0;
  let weight = 1;
  for (const letter of code.slice(0, 17)) {
    total += USCC_ALPHABET.indexOf(letter) * weight;
    weight = (weight * 3) % 31;
  }
  return USCC_ALPHABET[(31 - (total % 31)) % 31] === code[17] ? null : 'uscc-check-digit';
}

/** Whether `text` is a mainland mobile number, the only kind that gets an SMS. */
export const mobile = (text: string): boolean => MOBILE.test(text.trim());

/** Whether `text` is a mainland mobile number or a landline with its area code. */
export const phone = (text: string): boolean => mobile(text) || LANDLINE.test(text.trim());

/** Full years between `birth` and `on`; someone born on 29 February turns a year older on 1 March. */
export function ageOn(birth: Day, on: Day): number {
  return Number(on.slice(0, 4)) - Number(birth.slice(0, 4)) - (on.slice(5) < birth.slice(5) ? 1 : 0);
}

/** `4201**********1234`; short numbers keep one character at each end. */
export function maskIdNumber(text: string): string {
  const number = text.trim();
  const kept = number.length >= 12 ? 4 : 1;
  if (number.length <= 2 * kept) return MASK.repeat(number.length);
  return number.slice(0, kept) + MASK.repeat(number.length - 2 * kept) + number.slice(-kept);
}

/** `138****5678`; other numbers keep the last four digits. */
export function maskPhone(text: string): string {
  const number = text.trim();
  if (mobile(number)) return number.slice(0, 3) + MASK.repeat(4) + number.slice(-4);
  return number.length > 4 ? MASK.repeat(number.length - 4) + number.slice(-4) : MASK.repeat(number.length);
}

/** The first character, then at most three stars so that a long name hides its length. */
export function maskName(text: string): string {
  const [first = '', ...rest] = text.trim();
  return first + MASK.repeat(Math.min(rest.length, MAX_NAME_STARS));
}
