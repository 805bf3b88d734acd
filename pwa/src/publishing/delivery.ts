/** How the result reaches the applicant: what the item promises, and the questions of the form that go with it. */
import type { Condition, Field, FieldType, Option, ServiceItem } from '../forms/types';
import { listed } from '../i18n';
import { w } from './words';

const GROUP = 'delivery';
const METHOD = 'delivery_method';
const BY_MAIL: Condition = { field: METHOD, in: ['mail'] };
const ELECTRONIC: Option = { value: 'electronic', zh: '电子证照（文书）', en: 'Electronic document' };
const WAYS: Option[] = [
  { value: 'pickup', zh: '窗口自取', en: 'Collect at the outlet window' },
  { value: 'mail', zh: '邮寄送达', en: 'By mail' },
];

const asked = (id: string, type: FieldType, label_zh: string, label_en: string, more: Partial<Field>): Field => {
  return { id, type, label_zh, label_en, required: true, group: GROUP, ...more };
};
const NAMED = { show_if: BY_MAIL, validation: { min_length: 1, max_length: 50 } };
/** The questions of the shared set `delivery`, as the catalogue's source has them. */
const QUESTIONS: readonly Field[] = [
  asked(METHOD, 'select', '领取方式', 'How to receive the result', { options: WAYS }),
  asked('mail_recipient', 'name', '收件人', 'Recipient', NAMED),
  asked('mail_phone', 'phone', '收件电话', "Recipient's phone", { show_if: BY_MAIL }),
  asked('mail_address', 'address', '收件地址', 'Mailing address', { show_if: BY_MAIL }),
];

/** The item with its result posted on wish or never: only then the form asks how it shall come, and where to. */
export function mailed(item: ServiceItem, mailable: boolean): ServiceItem {
  const fields = item.fields.filter(({ group }) => group !== GROUP);
  const own = fields.findIndex(({ group = 'item' }) => group === 'item');
  if (mailable) fields.splice(own < 0 ? fields.length : own, 0, ...QUESTIONS);
  const sets = item.field_sets.filter((set) => set !== GROUP);
  const next = {
    ...item,
    fields,
    field_sets: mailable ? [...sets, GROUP] : sets,
    result: { ...item.result, mailable },
  };
  return electronically(next, item.result.electronic);
}

/** The item with its result also as an electronic document, or on paper only; the form offers what there is. */
export function electronically(item: ServiceItem, electronic: boolean): ServiceItem {
  const fields = item.fields.map((field) => {
    if (field.id !== METHOD) return field;
    const others = (field.options ?? []).filter(({ value }) => value !== ELECTRONIC.value);
    const mine = field.options?.find(({ value }) => value === ELECTRONIC.value) ?? ELECTRONIC;
    return { ...field, options: electronic ? [...others, mine] : others };
  });
  return { ...item, fields, result: { ...item.result, electronic } };
}

/** The ways in which the result comes, in words. */
export function waysOf({ result }: ServiceItem): string {
  return listed([
    w('way.pickup'),
    ...(result.mailable ? [w('way.mail')] : []),
    ...(result.electronic ? [w('way.electronic')] : []),
  ]);
}
