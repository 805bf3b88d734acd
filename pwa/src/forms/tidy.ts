/** Puts right what a keyboard or a paste gets wrong, before an answer is checked or kept. */

import type { FieldType } from './types';
import { isForbidden } from './values';

const HALF_WIDTH: ReadonlySet<FieldType> = new Set([
  'id-number',
  'uscc',
  'phone',
  'bank-account',
  'money',
  'decimal',
  'integer',
  'date',
]);
const SPACELESS: ReadonlySet<FieldType> = new Set([
  'id-number',
  'uscc',
  'phone',
  'bank-account',
  'money',
  'decimal',
  'integer',
]);
const UPPER: ReadonlySet<FieldType> = new Set(['id-number', 'uscc']);
const FULL_WIDTH_OFFSET = 0xfee0;

/**
 * The text as it was meant: numbers in half-width digits and without spaces, no invisible characters, no outer spaces.
 * Names and sentences keep their characters as typed; a rare one is never replaced.
 */
export function tidyAnswer(type: FieldType, text: string): string {
  let tidy = visible(text.replace(/\r\n?/g, '\n'), type === 'textarea').trim();
  if (HALF_WIDTH.has(type)) tidy = halfWidth(tidy);
  if (SPACELESS.has(type)) tidy = tidy.replace(/\s/g, '');
  if (type === 'money' || type === 'decimal') tidy = tidy.replace(/[,，元¥￥]/g, '');
  // Browsers fill a phone number in with the country's prefix.
  if (type === 'phone') tidy = tidy.replace(/^(?:\+|00)?86-?(?=1[3-9])/, '');
  return UPPER.has(type) ? tidy.toUpperCase() : tidy;
}

function visible(text: string, lines: boolean): string {
  const kept = [...text].map((character) => {
    if (character === '\n' || character === '\t') return character === '\n' && lines ? character : ' ';
    return isForbidden(character.codePointAt(0) ?? 0) ? '' : character;
  });
  return kept.join('');
}

const halfWidth = (text: string) =>
  text
    .replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(/[\u3000]/g, ' ')
    .replace(/[—–－]/g, '-')
    .replace(/。/g, '.');
