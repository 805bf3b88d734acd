/** Which keyboard and which filling-in help suits a kind of answer. */
import type { FieldLike } from './shapes';

/** Attributes of a text input; `figures` sets the digits in equal widths. */
export interface Keyboard {
  inputmode: 'text' | 'tel' | 'numeric' | 'decimal';
  autocomplete: string;
  maxlength: number;
  figures: boolean;
  capitals: boolean;
}

const PLAIN: Keyboard = { inputmode: 'text', autocomplete: 'off', maxlength: 200, figures: false, capitals: false };
const LONGEST = { phone: 20, 'id-number': 30, uscc: 24, 'bank-account': 40, number: 16 };

/** The keyboard for `field`; browsers may only offer to fill in what belongs to the applicant themselves. */
export function keyboardFor(field: FieldLike): Keyboard {
  const own = field.id.startsWith('applicant_');
  switch (field.type) {
    case 'name':
      return { ...PLAIN, autocomplete: own ? 'name' : 'off', maxlength: field.validation?.max_length ?? 50 };
    case 'phone':
      return { ...PLAIN, inputmode: 'tel', autocomplete: own ? 'tel' : 'off', maxlength: LONGEST.phone, figures: true };
    case 'id-number':
      return { ...PLAIN, maxlength: LONGEST['id-number'], figures: true, capitals: true };
    case 'uscc':
      return { ...PLAIN, maxlength: LONGEST.uscc, figures: true, capitals: true };
    case 'bank-account':
      return { ...PLAIN, inputmode: 'numeric', maxlength: LONGEST['bank-account'], figures: true };
    case 'integer':
      return { ...PLAIN, inputmode: 'numeric', maxlength: LONGEST.number, figures: true };
    case 'money':
    case 'decimal':
      return { ...PLAIN, inputmode: 'decimal', maxlength: LONGEST.number, figures: true };
    default:
      return { ...PLAIN, maxlength: field.validation?.max_length ?? PLAIN.maxlength };
  }
}
