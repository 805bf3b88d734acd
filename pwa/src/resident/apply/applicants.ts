/** For whom an item can be applied for, with the answers that say so. */
import type { Answers, ServiceItem } from '../../forms/types';

export interface Applicant {
  id: 'self' | 'relative' | 'organisation';
  answers: Answers;
}

/** The choices, oneself first where persons may apply. */
export function applicantsOf(item: ServiceItem): Applicant[] {
  const asks = new Set(item.fields.map((field) => field.id));
  const kind = (value: string): Answers => (asks.has('applicant_kind') ? { applicant_kind: value } : {});
  const agent = (value: boolean): Answers => (asks.has('has_agent') ? { has_agent: value } : {});
  const persons: Applicant[] = item.subject.includes('natural-person')
    ? [
        { id: 'self', answers: { ...kind('natural-person'), ...agent(false) } },
        ...(item.agent_allowed && asks.has('has_agent')
          ? [{ id: 'relative' as const, answers: { ...kind('natural-person'), ...agent(true) } }]
          : []),
      ]
    : [];
  const organisations: Applicant[] = item.subject.includes('legal-person')
    ? [{ id: 'organisation', answers: kind('legal-person') }]
    : [];
  return [...persons, ...organisations];
}

/** Which of the choices the answers stand for; null where they say none, such as in a form for several items. */
export function applicantOf(item: ServiceItem, answers: Answers): Applicant | null {
  return (
    applicantsOf(item).find((one) => Object.entries(one.answers).every(([field, value]) => answers[field] === value)) ??
    null
  );
}

/** Questions that the choice has answered already, so that the form does not put them once more. */
export const settledBy = (chosen: Applicant | null): ReadonlySet<string> => new Set(Object.keys(chosen?.answers ?? {}));
