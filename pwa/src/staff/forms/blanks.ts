/** What a person is asked before an act is kept: blanks with their labels, and the command that follows from them. */
import type { Commands, IntentType } from '../../device/types';
import type { ServiceItem } from '../../forms/types';
import type { CaseBody } from '../../protocol/generated';
import type { CentreDay } from '../../session';
import type { Check, NoticeLine, Paper } from '../checklist';
import type { Colleague, Load } from '../colleagues';
import type { Clerk } from '../queue';

/** One of several things to choose from; `note` says what it leads to. */
export interface Option {
  value: string;
  words: string;
  note?: string;
}

interface Plain {
  name: string;
  label: string;
  needed: boolean;
  hint?: string;
}

/**
 * One thing to fill in. `text` has several lines, `line` one; lengths in characters as the service takes them. `day`: a local
 * date. `count`: a whole number. `one` and `some` choose among options; `some` is kept as lines.
 */
export type Blank =
  | (Plain & { kind: 'text'; most: number })
  | (Plain & { kind: 'line'; most: number })
  | (Plain & { kind: 'day'; first: string; last?: string | undefined })
  | (Plain & { kind: 'count'; least: number; most: number })
  | (Plain & { kind: 'one'; options: Option[] })
  | (Plain & { kind: 'some'; options: Option[] });

/** Texts and choices of a dialog, by blank; always text, so that half-filled ones can be kept. */
export type Values = Readonly<Record<string, string>>;

/** A command ready to be handed in. */
export type Ready = { [Type in IntentType]: { type: Type; args: Commands[Type] } }[IntentType];

/** What a form knows while it is filled in; `read` tells what stands in another blank now. */
export interface Ask {
  body: CaseBody;
  item: ServiceItem | undefined;
  clerk: Clerk;
  papers: readonly Paper[];
  check: Check;
  notice: readonly NoticeLine[];
  colleagues: readonly Colleague[];
  /** What each of them has in hand, by id. */
  loads: ReadonlyMap<string, Load>;
  /** Local date at the centre. */
  today: string;
  /** The centre's next days, as far as the service told. */
  days: readonly CentreDay[] | undefined;
  read: (name: string) => string;
  /** A case in a few words: `陈**·BQ-20261124-0001-8`. */
  caseWords: (id: string) => string;
}

/**
 * The question before one act.
 *
 * `lead`: what will happen. `facts`: what to look at once more. `given`: what stands in a blank until something is typed.
 * `button`: the words of the button where the act's own do not say it. `again`: the texts of an earlier try, where its args
 * are not plain texts by the same names.
 */
export interface ActForm {
  lead?: (ask: Ask) => string;
  facts?: (ask: Ask) => { label: string; words: string }[];
  blanks?: (ask: Ask) => Blank[];
  given?: (name: string, ask: Ask) => string;
  button?: (ask: Ask) => string;
  again?: (args: Record<string, unknown>) => Values;
  command: (values: Values, ask: Ask) => Ready;
}

/** A text that somebody else will read; as long as a reason may be. */
export const reason = (label: string, rest: Partial<Plain> = {}): Blank => ({
  kind: 'text',
  name: 'reason',
  label,
  needed: true,
  most: 1000,
  ...rest,
});

/** Several lines. */
export const text = (name: string, label: string, rest: Partial<Plain> & { most?: number } = {}): Blank => ({
  kind: 'text',
  name,
  label,
  needed: true,
  most: 2000,
  ...rest,
});

/** One line. */
export const line = (name: string, label: string, rest: Partial<Plain> & { most?: number } = {}): Blank => ({
  kind: 'line',
  name,
  label,
  needed: true,
  most: 200,
  ...rest,
});

/** A choice of one. */
export const one = (name: string, label: string, options: Option[], rest: Partial<Plain> = {}): Blank => ({
  kind: 'one',
  name,
  label,
  needed: true,
  options,
  ...rest,
});

/** A choice of one is made already. */
export const onlyOf = (options: readonly Option[]): string => (options.length === 1 ? (options[0]?.value ?? '') : '');

/** The text in a blank without white space around it. */
export const said = (values: Values, name: string): string => values[name]?.trim() ?? '';

/** The choices of a `some`. */
export const chosen = (values: Values, name: string): string[] => (values[name] ?? '').split('\n').filter(Boolean);

/** Why a value cannot stay; null if it can. */
export type Fault = 'blank' | 'too-early' | 'too-late' | 'out-of-range' | null;

export function faultOf(blank: Blank, value: string): Fault {
  if (value.trim() === '') return blank.needed ? 'blank' : null;
  if (blank.kind === 'day') {
    if (value < blank.first) return 'too-early';
    return blank.last !== undefined && value > blank.last ? 'too-late' : null;
  }
  if (blank.kind !== 'count') return null;
  const count = Number(value);
  return Number.isInteger(count) && count >= blank.least && count <= blank.most ? null : 'out-of-range';
}

/** Args of an earlier try as texts, where they are plain. */
export function textsOf(args: unknown): Values {
  const entries = Object.entries((args ?? {}) as Record<string, unknown>).map(([name, value]) => [name, textOf(value)]);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const isList = Array.isArray(value) && value.every((part) => typeof part === 'string');
  return isList ? value.join('\n') : null;
}
