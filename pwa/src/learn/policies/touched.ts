/** What a policy touches: open cases of its items, courses and questions that speak of them, certificates that cover them. */
import type { CertificateKind, Course, Policy, Question } from '../../protocol/generated';

/** Attributes: `cases` item of each open case at hand; `questions` null for whoever does not hold the bank. */
export interface Around {
  cases: readonly string[];
  courses: readonly Course[];
  questions: readonly Question[] | null;
  certificates: readonly CertificateKind[];
}

export interface Touched {
  cases: number;
  courses: Course[];
  questions: number | null;
  certificates: CertificateKind[];
}

export function touchedBy(policy: Pick<Policy, 'item_ids'>, around: Around): Touched {
  const items = new Set(policy.item_ids ?? []);
  const some = (ids: readonly string[] | undefined): boolean => (ids ?? []).some((id) => items.has(id));
  return {
    cases: around.cases.filter((id) => items.has(id)).length,
    courses: around.courses.filter(({ lessons }) => lessons.some((one) => some(one.item_ids))),
    questions: around.questions?.filter((one) => some(one.item_ids)).length ?? null,
    certificates: around.certificates.filter(({ item_ids }) => (item_ids === 'all' ? items.size > 0 : some(item_ids))),
  };
}
