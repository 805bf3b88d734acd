/** The words for due dates: the rule behind one and each day of its proof. */
import type { DueDate, ProofDay } from '../protocol/generated';
import { type Key, t } from '.';
import { clock } from './time';

const RULES: Readonly<Record<string, Key>> = {
  'notice-5-working-days': 'due.rule.notice',
  'immediate-close-of-business': 'due.rule.immediate',
  'promised-working-days': 'due.rule.promised',
  'statutory-working-days': 'due.rule.statutory',
  'statutory-calendar-days': 'due.rule.statutory-calendar',
  'statutory-months': 'due.rule.statutory-months',
  'correction-calendar-days': 'due.rule.correction',
  'filing-calendar-days': 'due.rule.filing',
  'step-working-hours': 'due.rule.step',
  'delivery-working-days': 'due.rule.delivery',
  'gap-working-days': 'due.rule.gap',
  'rectification-working-days': 'due.rule.rectification',
  'kept-promise': 'due.rule.kept-promise',
};
const CALENDAR_DAYS = [
  'statutory-calendar-days',
  'statutory-months',
  'correction-calendar-days',
  'filing-calendar-days',
];

/** The rule of a due date, and that it may still change where the year's days off are not published. */
export function dueRuleWords(due: DueDate): string {
  const rule = RULES[due.rule];
  const words = rule ? t(rule) : t('due.rule.other');
  return due.provisional ? `${words}${t('due.provisional')}` : words;
}

/** What one day is in the count: `第 2 个工作日，17:00 前`. */
export function proofDayWords(day: ProofDay, due: DueDate): string {
  const words = kindWords(day, CALENDAR_DAYS.includes(due.rule));
  return day.is_due ? t('due.day.end', { words, clock: clock(due.at) }) : words;
}

function kindWords(day: ProofDay, natural: boolean): string {
  const n = day.n ?? 0;
  switch (day.kind) {
    case 'start':
      return t(day.is_due ? 'due.day.same' : 'due.day.start');
    case 'counted':
      return natural ? t('due.day.natural', { n }) : t('due.day.counted', { n });
    case 'make-up-workday':
      return t('due.day.make-up', { n });
    case 'weekend':
      return natural && day.n !== null ? t('due.day.natural', { n }) : t('due.day.weekend');
    case 'holiday':
      return natural && day.n !== null ? t('due.day.natural', { n }) : t('due.day.holiday');
    case 'suspended':
      return t('due.day.suspended');
    default:
      return t('due.day.rolled');
  }
}
