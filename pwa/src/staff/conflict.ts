/** What a member of staff may choose when an act was not done, by its verdict and code. */
import { wordsOf } from '../device/acts';
import type { OutboxEntry } from '../device/types';
import type { ServiceItem } from '../forms/types';
import { nameOf } from '../i18n';
import { refusalWords } from '../i18n/refusals';
import type { CaseBody } from '../protocol/generated';
import type { Act } from './acts';
import { AT_ONCE, FORMS, isAsked } from './forms';
import { w } from './words';

export const CHOICES = ['again', 'take-over', 'open', 'watch', 'hand', 'note', 'retry', 'discard'] as const;
export type Choice = (typeof CHOICES)[number];

/** What the service offers, as it is offered here: to decide again is to send the changed words again. */
const OFFERED: Readonly<Record<string, Choice>> = {
  open: 'open',
  'take-over': 'take-over',
  watch: 'watch',
  note: 'note',
  'decide-again': 'again',
  'ask-lead': 'hand',
  discard: 'discard',
};
/** Sending the same again cannot help where the person, not the act, is in the way. */
const CANNOT_HELP: ReadonlySet<string> = new Set([
  'case-is-closed',
  'not-found',
  'forbidden',
  'permission-lost',
  'acceptor-cannot-decide',
  'not-qualified',
]);
/** Acts with words or choices that can be changed before they are sent again; an acceptance follows from the papers. */
export function canBeChanged(type: string): boolean {
  const act = type.split('@')[0] as Act;
  return isAsked(act) && act !== 'case.accept' && !AT_ONCE.includes(act) && FORMS[act].blanks !== undefined;
}
/** Whether the person wrote anything in it. */
export const hasWords = (entry: OutboxEntry): boolean => wordsOf(entry) !== '';

/**
 * The choices, the likeliest first: the service's own, or for a refusal what makes sense with its code.
 *
 * @param possible whether the act could be done on the case as it is now.
 */
export function choicesFor(entry: OutboxEntry, possible: boolean): Choice[] {
  const offered = entry.options
    .flatMap((option) => OFFERED[option] ?? [])
    .filter((choice) => makesSense(choice, entry));
  const choices = offered.length > 0 ? withWords(entry, offered) : forRefusal(entry);
  const again: Choice[] = possible && canBeChanged(entry.type) ? ['again'] : [];
  const rest = choices.filter((choice) => choice !== 'again' && choice !== 'discard');
  return [...new Set<Choice>([...again, ...rest, 'hand', 'discard'])];
}

/** Nobody asks for a case that is theirs already, perhaps on another device. */
const makesSense = (choice: Choice, { params }: OutboxEntry): boolean =>
  choice !== 'take-over' || params?.['mine'] !== true;

/** Words that were written can always be kept, and no choice but the plain one loses them; without words there is nothing to keep. */
function withWords(entry: OutboxEntry, offered: readonly Choice[]): Choice[] {
  if (!hasWords(entry)) return offered.filter((choice) => choice !== 'note');
  const kept = offered.filter((choice) => choice !== 'discard').map((choice) => (choice === 'watch' ? 'open' : choice));
  return [...kept, 'note', 'discard'];
}

function forRefusal(entry: OutboxEntry): Choice[] {
  if (entry.code === 'permission-lost') return ['hand'];
  const helps = !CANNOT_HELP.has(entry.code ?? '') && !canBeChanged(entry.type);
  const keep: Choice[] = hasWords(entry) && entry.type !== 'case.note@1' ? ['note'] : [];
  return [...(helps ? (['retry'] as const) : []), 'open', ...keep, 'discard'];
}

/** The sentences that were written, in order. */
export function linesOf(entry: OutboxEntry): string[] {
  const { defects } = (entry.args ?? {}) as { defects?: { words: string }[] };
  if (defects) return defects.map((defect, n) => `${n + 1}. ${defect.words}`);
  return wordsOf(entry).split('\n').filter(Boolean);
}

/** Why an act was not done. The service names colleagues and papers by id; their names are in the case. */
export function reasonOf(entry: OutboxEntry, body: CaseBody | null, item: ServiceItem | undefined): string {
  if (!entry.code) return '';
  const { by: _id, mine, materials, ...rest } = entry.params ?? {};
  if (entry.code === 'already-claimed' && mine === true) return w('conflict.yours-already');
  const by = body?.claimed_by?.name;
  const names = Array.isArray(materials) ? { materials: materials.map((id) => materialName(String(id), item)) } : {};
  return refusalWords(entry.code, { ...rest, ...names, ...(by ? { by } : {}) });
}

function materialName(id: string, item: ServiceItem | undefined): string {
  const material = item?.materials.find((one) => one.id === id);
  return material ? nameOf(material) : id;
}
