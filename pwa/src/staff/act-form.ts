/** What a person is asked before an act is kept: the blanks of each act, and the command that follows from them. */
import type { Commands, IntentType } from '../device/types';
import type { Act, DefectFound } from '../protocol/generated';
import type { WordKey } from './words';

/** One text to write. `given` names the sentence that stands in it from the start. */
export interface Blank {
  name: string;
  label: WordKey;
  needed: boolean;
  given?: WordKey | 'basis';
}

export const OUTCOMES = ['granted', 'rejected'] as const;
export const METHODS = ['pickup', 'mail', 'electronic'] as const;

/** Texts and choices of a dialog, by blank. */
export type Values = Readonly<Record<string, string>>;

/** The blanks of an act; those of a decision follow from its outcome. */
export function blanksOf(act: Act, outcome: string): Blank[] {
  switch (act) {
    case 'case.decline':
      return [
        { name: 'reason', label: 'dialog.decline.reason', needed: true },
        { name: 'remedy', label: 'dialog.decline.remedy', needed: true, given: 'dialog.decline.remedy-given' },
      ];
    case 'case.review':
      return [{ name: 'opinion', label: 'dialog.review.opinion', needed: false }];
    case 'case.decide':
      return outcome === 'rejected' ? REJECTION : [{ name: 'reason', label: 'dialog.decide.word', needed: false }];
    case 'case.note':
      return [{ name: 'text', label: 'dialog.note.text', needed: true }];
    default:
      return [];
  }
}

const REJECTION: Blank[] = [
  { name: 'reason', label: 'dialog.decide.reason', needed: true },
  { name: 'basis', label: 'dialog.decide.basis', needed: true, given: 'basis' },
  { name: 'remedies', label: 'dialog.decide.remedies', needed: true, given: 'dialog.decide.remedies-given' },
];

/** A command ready to be handed in. */
export type Ready = { [Type in IntentType]: { type: Type; args: Commands[Type] } }[IntentType];

/** What the checklist gives to an act. */
export interface Findings {
  defects: readonly DefectFound[];
  checked: string[];
}

/** The command of an act with what was written for it; null for acts that are not a clerk's. */
export function commandOf(act: Act, values: Values, { defects, checked }: Findings): Ready | null {
  const text = (name: string): string => values[name]?.trim() ?? '';
  switch (act) {
    case 'case.request-correction':
      return { type: 'case.request-correction@1', args: { defects: defects.map(plain) } };
    case 'case.accept':
      return { type: 'case.accept@1', args: { checked } };
    case 'case.decline':
      return { type: 'case.decline@1', args: { reason: text('reason'), remedy: text('remedy') } };
    case 'case.review':
      return { type: 'case.review@1', args: { opinion: text('opinion') } };
    case 'case.decide':
      return { type: 'case.decide@1', args: decision(values, text) };
    case 'case.deliver':
      return { type: 'case.deliver@1', args: { method: text('method') } };
    case 'case.note':
      return { type: 'case.note@1', args: { text: text('text') } };
    case 'case.claim':
    case 'case.release':
    case 'case.issue':
    case 'case.dispatch':
      return { type: `${act}@1`, args: {} };
    default:
      return null;
  }
}

const plain = ({ material, file, code, words }: DefectFound): DefectFound => ({
  material,
  file,
  code,
  words: words.trim(),
});

function decision({ outcome }: Values, text: (name: string) => string): Commands['case.decide@1'] {
  if (outcome === 'granted') return { outcome, reason: text('reason') };
  return { outcome: 'rejected', reason: text('reason'), basis: text('basis'), remedies: text('remedies') };
}

/** The texts of an act that was handed in before, by blank; so that they can be changed and sent again. */
export function valuesOf(args: unknown): Values {
  const entries = Object.entries((args ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

/** The lines of a notice that was handed in before. */
export function defectsOf(args: unknown): DefectFound[] {
  const { defects } = (args ?? {}) as { defects?: DefectFound[] };
  return defects ?? [];
}
