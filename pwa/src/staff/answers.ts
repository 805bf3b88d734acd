/** The answers of a case by topic, as a clerk reads them: private numbers shortened until asked for. */
import { maskIdNumber, maskPhone } from '../forms/checks';
import { visibleFields } from '../forms/conditions';
import type { Answers, Field, ServiceItem } from '../forms/types';
import { groupTitle } from '../forms/words';
import { type Language, labelOf } from '../i18n';
import { answerWords } from '../resident/answer-words';

/** One answer with its question. */
export interface Line {
  id: string;
  label: string;
  words: string;
  /** The service told it masked: whoever does not work on the case says first what the number is needed for. */
  masked: boolean;
}

export interface Topic {
  title: string;
  lines: Line[];
}

const PRIVATE: ReadonlySet<Field['type']> = new Set<Field['type']>(['id-number', 'bank-account', 'phone']);

/** Topics in the order of the form; `whole` shows private numbers in full. */
export function topicsOf(
  item: ServiceItem,
  answers: Answers,
  { whole, language }: { whole: boolean; language: Language },
): Topic[] {
  const topics = new Map<string | undefined, Topic>();
  for (const field of visibleFields(item, answers)) {
    const topic = topics.get(field.group) ?? { title: groupTitle(field.group, language), lines: [] };
    topics.set(field.group, topic);
    topic.lines.push({
      id: field.id,
      label: labelOf(field),
      words: shown(field, answers, whole),
      masked: isMasked(field, answers),
    });
  }
  return [...topics.values()];
}

/** How the result is to reach the applicant, in full: it is written on the envelope. */
export function deliveryLines(item: ServiceItem, answers: Answers): Line[] {
  const fields = visibleFields(item, answers).filter((field) => field.group === 'delivery');
  return fields.map((field) => ({
    id: field.id,
    label: labelOf(field),
    words: answerWords(field, answers[field.id]),
    masked: isMasked(field, answers),
  }));
}

/** Whether an answer came masked: no number that people write has a star in it. */
function isMasked(field: Field, answers: Answers): boolean {
  const answer = answers[field.id];
  return PRIVATE.has(field.type) && typeof answer === 'string' && answer.includes('*');
}

function shown(field: Field, answers: Answers, whole: boolean): string {
  const answer = answers[field.id];
  const words = answerWords(field, answer);
  if (whole || isMasked(field, answers) || !PRIVATE.has(field.type) || typeof answer !== 'string') return words;
  return field.type === 'phone' ? maskPhone(words) : maskIdNumber(words);
}
