/** A line of help under a question, by its kind; none where the label says it all. */
import type { Field } from '../forms/types';
import { type Key, t } from '.';

const HINTS: Readonly<Partial<Record<Field['type'], Key>>> = {
  'id-number': 'hint.id-number',
  phone: 'hint.phone',
  uscc: 'hint.uscc',
  'bank-account': 'hint.bank-account',
  name: 'hint.name',
};
const FEW_LEVELS = 2;

/** The help for `field`, or null. */
export function hintFor(field: Field): string | null {
  if (field.type === 'address') {
    const levels = field.validation?.levels?.length ?? 0;
    return levels > 0 && levels <= FEW_LEVELS ? null : t('hint.address');
  }
  const key = HINTS[field.type];
  return key ? t(key) : null;
}
