/** The parts of an item in words, for the list of what changes: nothing is shown there as it is stored. */
import type {
  Condition,
  Eligibility,
  EligibilityCheck,
  Field,
  Material,
  Option,
  RouteStep,
  ServiceItem,
} from '../forms/types';
import { bracketed, colon, labelOf, listed, semicolon } from '../i18n';
import { wordOr } from '../staff/words';
import { choicesOf, partsOf, valuesOf } from './parts';
import { type OfferKey, w } from './words';

/** What may be told of: a condition, a paper, a question or a step. */
export type Told = Eligibility | Material | Field | RouteStep;

const asIs = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const yesNo = (value: unknown): string => w(value ? 'yes' : 'no');

/** By what is stored: what it is called, and how its value is said. */
const ASPECTS: Readonly<Record<string, readonly [OfferKey, (value: unknown, item: ServiceItem) => string]>> = {
  zh: ['form.in-zh', asIs],
  en: ['form.in-en', asIs],
  name_zh: ['form.in-zh', asIs],
  name_en: ['form.in-en', asIs],
  label_zh: ['form.in-zh', asIs],
  label_en: ['form.in-en', asIs],
  check: ['told.check', (value) => (value ? checked(value as EligibilityCheck) : '')],
  requirement: ['form.requirement', (value) => w(`need.${value as Material['requirement']}`)],
  condition: ['told.when', (value, item) => whenOf(value as Condition | null, item)],
  condition_zh: ['form.when-words', asIs],
  reuse_days: ['form.reuse', asIs],
  can_supply_later: ['form.later', yesNo],
  type: ['form.kind', (value) => w(`kind.${value as Field['type']}`)],
  required: ['form.required', yesNo],
  options: [
    'told.options',
    (value) => listed(((value as Option[]) ?? []).map(({ zh, en }) => `${zh}${bracketed(en)}`)),
  ],
  show_if: ['told.when', (value, item) => whenOf((value as Condition) ?? null, item)],
  validation: ['told.limits', yesNo],
  stage: ['form.stage', (value) => w(`stage.${value as RouteStep['stage']}`)],
  role: ['form.role', (value) => wordOr(`role.${value}`, 'bar.office')],
  working_hours: ['form.hours', asIs],
  clock: ['form.excluded', (value) => yesNo(value === 'excluded')],
  calendar_days: ['form.days', asIs],
};

/** What is said of a part, aspect by aspect; a paper's own kind is never edited. */
export function aspectsOf(part: Told, item: ServiceItem): Map<OfferKey, string> {
  const entries = Object.entries(part).filter(([key]) => !(key === 'type' && 'requirement' in part));
  return new Map(
    entries.flatMap(([key, value]) => {
      const aspect = ASPECTS[key];
      return aspect ? [[aspect[0], aspect[1](value, item)] as const] : [];
    }),
  );
}

/** What a condition, a paper, a question or a step is called. */
export function titleOf(part: Told): string {
  if ('name_zh' in part) return part.name_zh;
  return 'label_zh' in part ? part.label_zh : part.zh;
}

function checked({ op, value }: EligibilityCheck): string {
  if (typeof value !== 'number') return yesNo(value);
  return `${w(BOUNDS[op])} ${value}`;
}

/** How a number is bounded, by the operation of the check. */
export const BOUNDS = { lte: 'form.at-most', gte: 'form.at-least', eq: 'form.equal-to', in: 'form.equal-to' } as const;

/** A condition as one would say it: `租赁方式：转租、委托出租`. */
function whenOf(condition: Condition | null, item: ServiceItem): string {
  const choices = choicesOf(item.fields);
  return partsOf(condition)
    .map((part) => {
      const field = choices.find(({ id }) => id === part.field);
      const values = valuesOf(part, choices).filter(({ value }) => part.in.includes(value));
      return `${field ? labelOf(field) : part.field}${colon()}${listed(values.map(({ words }) => words))}`;
    })
    .join(semicolon());
}
