/** What a field and a table's column have in common, as far as a control needs to know. */
import type { Column, Field } from '../../forms/types';

export type FieldLike = Field | Column;

const FEW_LEVELS = 2;

/** Whether an address has so few levels (province, city) that one line would only be guesswork. */
export function hasFewLevels(field: FieldLike): boolean {
  const levels = field.validation?.levels?.length ?? 0;
  return levels > 0 && levels <= FEW_LEVELS;
}
