/** An answer as one reads it, whatever its type. */
import type { Column, Field } from '../forms/types';
import { levelLabel } from '../forms/words';
import { either, labelOf, language, pause, semicolon, t } from '../i18n';
import type { Json } from '../protocol/generated';

/** The answer to `field` in words; `没填` where there is none. */
export function answerWords(field: Field, answer: Json | undefined): string {
  if (answer === undefined || answer === null || answer === '') return t('field.not-filled');
  switch (field.type) {
    case 'boolean':
      return t(answer === true ? 'field.yes' : 'field.no');
    case 'select': {
      const option = field.options?.find((one) => one.value === answer);
      return option ? either(option) : String(answer);
    }
    case 'address':
      return addressWords(field, answer);
    case 'table':
      return Array.isArray(answer) ? answer.map((row) => rowWords(field.columns ?? [], row)).join(semicolon()) : '';
    default:
      return String(answer);
  }
}

function addressWords(field: Field, answer: Json): string {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return String(answer);
  const levels = (field.validation?.levels ?? [])
    .filter((level) => answer[level])
    .map((level) => `${String(answer[level])}${language.value === 'en' ? ` (${levelLabel(level, 'en')})` : ''}`);
  const line = typeof answer['text'] === 'string' ? answer['text'].trim() : '';
  return line || levels.join(' ') || t('field.not-filled');
}

function rowWords(columns: readonly Column[], row: Json): string {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return String(row);
  return columns
    .filter((column) => row[column.id])
    .map((column) => `${labelOf(column)} ${String(row[column.id])}`)
    .join(pause());
}
