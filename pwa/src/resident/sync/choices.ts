/** What a resident may choose when an own act was not done, the likeliest first. */
import type { OutboxEntry } from '../../device/types';
import type { ServiceItem } from '../../forms/types';
import { nameOf } from '../../i18n';
import { refusalWords } from '../../i18n/refusals';
import type { StatusBody } from '../../protocol/generated';
import { supportNumber } from './entries';
import { w, wordOr } from './words';

export const CHOICES = ['edit', 'retry', 'evidence', 'message', 'open', 'hand', 'save', 'withdraw'] as const;
export type Choice = (typeof CHOICES)[number];

const FILINGS: ReadonlySet<string> = new Set(['case.file@1', 'bundle.file@1']);
/** Sending the same again cannot lead to another answer. */
const CANNOT_HELP: ReadonlySet<string> = new Set([
  'state-changed',
  'case-is-closed',
  'already-filed',
  'not-found',
  'forbidden',
  'permission-lost',
  'person-erased',
]);
/** Statuses in which there is a decision. */
const DECIDED: ReadonlySet<string> = new Set(['granted', 'rejected', 'issued', 'posted', 'delivered', 'revoked']);

/**
 * The choices for an act.
 *
 * @param body the case as it is now, null where the device has none.
 */
export function choicesFor(entry: OutboxEntry, body: StatusBody | null): Choice[] {
  const fault: Choice[] = entry.state === 'quarantined' ? ['retry'] : [];
  if (FILINGS.has(entry.type)) return [...fault, 'edit', 'hand', 'save', 'withdraw'];
  const choices: Choice[] = [];
  if (!CANNOT_HELP.has(entry.code ?? '')) choices.push('retry');
  if (isWithdrawalTooLate(entry) && body) {
    choices.push(body.acts.includes('case.supplement') ? 'evidence' : 'open');
    if (body.acts.includes('case.message')) choices.push('message');
  }
  if (body) choices.push('open');
  return [...new Set<Choice>([...choices, 'hand', 'save', 'withdraw'])];
}

/** The resident took the application back, and the centre had decided already. */
export const isWithdrawalTooLate = ({ type, code, params }: OutboxEntry): boolean =>
  type === 'case.withdraw@1' && code === 'state-changed' && DECIDED.has(String(params?.['status']));

/** Why it was not done, in a sentence. */
export function reasonOf(entry: OutboxEntry, item: ServiceItem | undefined): string {
  if (isWithdrawalTooLate(entry)) {
    const outcome = wordOr(`reason.outcome.${String(entry.params?.['status'])}`, 'reason.outcome.other');
    return w('reason.withdraw-decided', { outcome });
  }
  const { materials, ...rest } = entry.params ?? {};
  const names = Array.isArray(materials) ? { materials: materials.map((id) => materialName(String(id), item)) } : {};
  return refusalWords(entry.code ?? 'invalid', { ...rest, ...names, support: supportNumber(entry) });
}

function materialName(id: string, item: ServiceItem | undefined): string {
  const found = item?.materials.find((one) => one.id === id);
  return found ? nameOf(found) : id;
}
