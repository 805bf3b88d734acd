/** Between what stands in a text input and the answer it means. */
import { tidyAnswer } from '../../forms/tidy';
import type { Json } from '../../protocol/generated';
import type { FieldLike } from './shapes';

/** The answer that `typed` stands for in `field`; what cannot be read as one is kept as it was typed. */
export function tidied(field: FieldLike, typed: string): Json {
  const text = tidyAnswer(field.type, typed);
  return field.type === 'integer' ? wholeNumber(text) : text;
}

/** How an answer stands in its text input. */
export function asTyped(answer: Json | undefined): string {
  return typeof answer === 'string' || typeof answer === 'number' ? String(answer) : '';
}

function wholeNumber(figures: string): Json {
  const number = Number(figures);
  return /^[0-9]+$/.test(figures) && Number.isSafeInteger(number) ? number : figures;
}
