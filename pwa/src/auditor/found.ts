/** A line of the list of cases, in words. */
import type { State } from '../components/icons';
import { either } from '../i18n';
import { dayTime } from '../i18n/time';
import { ENDED, type QueueBody } from '../protocol/generated';
import { stateOf, statusWords } from './status';
import { spanWords } from './times';
import { w } from './words';

/** A row of `GET /api/cases`. */
export interface FoundRow {
  readonly id: string;
  readonly body: QueueBody;
}

/** What the list shows of a case. `late` says by how much it is over its date, null if it is not. */
export interface FoundCase {
  readonly id: string;
  readonly to: string;
  readonly number: string;
  readonly item: string;
  readonly applicant: string;
  readonly state: State;
  readonly status: string;
  readonly claimed: string;
  readonly due: { readonly at: string; readonly when: string } | null;
  readonly late: string | null;
  readonly changed: { readonly at: string; readonly when: string };
}

/** The words of a row at `now`. */
export function foundCase({ id, body }: FoundRow, now: Date): FoundCase {
  const isOpen = !(ENDED as readonly string[]).includes(body.status);
  const secondsOver = body.due && isOpen && RUNS.has(body.status) ? (now.getTime() - Date.parse(body.due)) / 1000 : 0;
  return {
    id,
    to: `/audit/case/${id}`,
    number: body.number,
    item: either(body.item_name),
    applicant: body.applicant_masked,
    state: stateOf(body.status),
    status: statusWords(body.status),
    claimed: body.claimed_by?.name ?? w('nobody'),
    due: body.due && isOpen ? { at: body.due, when: dayTime(body.due) } : null,
    late: secondsOver > 0 ? w('late', { span: spanWords(secondsOver) }) : null,
    changed: { at: body.changed_at, when: dayTime(body.changed_at) },
  };
}

/** States in which the centre's own limit runs: before the decision, and not while the applicant corrects. */
const RUNS: ReadonlySet<string> = new Set(['received', 'accepted']);
