/** A version of an item that is being made: what differs from the one before, and what its test cases should find. */
import type { ServiceItem } from '../forms/types';
import { bracketed, colon, listed, semicolon } from '../i18n';
import type { ItemTrial } from '../protocol/generated';
import { waysOf } from './delivery';
import { keysOf } from './parts';
import { aspectsOf, type Told, titleOf } from './told';
import { w } from './words';

/** What a test case leads to; see `TrialFindings` in `domain/catalogue/trials.py`. */
export interface TrialFindings {
  trial: string;
  problems: string[];
  materials: string[];
  unmet: string[];
  route: string[];
  due_on: string;
}

/** Where a test case found something else than it expects. */
export interface TrialFailure {
  trial: string;
  aspect: 'at' | 'problems' | 'materials' | 'unmet' | 'route' | 'due_on';
  expected: string;
  found: string;
}

/** The answer of `POST /api/catalogue/check`. */
export interface Findings {
  faults: string[];
  failures: TrialFailure[];
  findings: TrialFindings[];
  open_cases: Readonly<Record<string, number>>;
}

export interface ItemDraft {
  item: ServiceItem;
  trials: ItemTrial[];
}

/** One thing that is other than in the version before; `name` names the part that it is about, `aspect` what of it. */
export interface Change {
  what: Part;
  name: string;
  aspect: string;
  was: string;
  becomes: string;
}

type Part =
  | 'name_zh'
  | 'name_en'
  | 'plain_zh'
  | 'notes_zh'
  | 'promised'
  | 'statutory'
  | 'condition'
  | 'material'
  | 'question'
  | 'step'
  | 'fee'
  | 'fee-note'
  | 'delivery'
  | 'trials';

/** What `after` changes of `before`, in the order of the form. */
export function changesOf(before: ItemDraft, after: ItemDraft): Change[] {
  const [a, b] = [before.item, after.item];
  const plain: [Part, unknown, unknown][] = [
    ['name_zh', a.name_zh, b.name_zh],
    ['name_en', a.name_en, b.name_en],
    ['plain_zh', a.plain_zh, b.plain_zh],
    ['notes_zh', a.notes_zh?.join(semicolon()), b.notes_zh?.join(semicolon())],
    ['promised', a.promised_working_days, b.promised_working_days],
    ['statutory', a.statutory_working_days, b.statutory_working_days],
    ['fee', a.fee.cny, b.fee.cny],
    ['fee-note', a.fee.note_zh, b.fee.note_zh],
    ['delivery', waysOf(a), waysOf(b)],
  ];
  return [
    ...plain
      .filter(([, was, becomes]) => said(was) !== said(becomes))
      .map(([what, was, becomes]) => ({ what, name: '', aspect: '', was: said(was), becomes: said(becomes) })),
    ...among('condition', a, b, (item) => item.eligibility),
    ...among('material', a, b, (item) => item.materials),
    ...among('question', a, b, (item) => item.fields),
    ...among('step', a, b, (item) => item.route),
    ...(same(before.trials, after.trials)
      ? []
      : [
          {
            what: 'trials' as const,
            name: '',
            aspect: '',
            was: String(before.trials.length),
            becomes: String(after.trials.length),
          },
        ]),
  ];
}

const said = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const same = (one: unknown, other: unknown): boolean => stored(one) === stored(other);

/** As it is stored, whatever the order of keys; what is undefined is not there. */
function stored(value: unknown): string {
  const isObject = (one: unknown): one is object => typeof one === 'object' && one !== null && !Array.isArray(one);
  const inOrder = (one: object) => Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value, (_, one) => (isObject(one) ? inOrder(one) : one)) ?? '';
}

/** What differs among the parts of one kind: those that are gone, new and other, then the order of those that stay. */
function among(what: Part, a: ServiceItem, b: ServiceItem, of: (item: ServiceItem) => readonly Told[]): Change[] {
  const [before, after] = [byKey(of(a)), byKey(of(b))];
  const gone = [...before].filter(([key]) => !after.has(key));
  const now = [...after].flatMap(([key, part]): Change[] => {
    const was = before.get(key);
    if (was) return differing(was, part, a, b).map((one) => ({ what, name: titleOf(part), ...one }));
    return [{ what, name: titleOf(part), aspect: '', was: '', becomes: wholly(part, b) }];
  });
  const stay = [...before.keys()].filter((key) => after.has(key));
  const moved = [...after.keys()].filter((key) => before.has(key));
  const isMoved = (_: string, n: number) => stay[n] !== moved[n];
  const [first, last] = [stay.findIndex(isMoved), stay.findLastIndex(isMoved)];
  const names = (keys: string[]) => listed(keys.slice(first, last + 1).map((key) => titleOf(after.get(key) as Told)));
  return [
    ...gone.map(([, part]) => ({ what, name: titleOf(part), aspect: '', was: titleOf(part), becomes: '' })),
    ...now,
    ...(first < 0 ? [] : [{ what, name: '', aspect: w('told.order'), was: names(stay), becomes: names(moved) }]),
  ];
}

const byKey = (parts: readonly Told[]): Map<string, Told> => {
  const keys = keysOf(parts.map((part) => ('step' in part ? part.step : part.id)));
  return new Map(parts.map((part, n) => [keys[n] ?? '', part]));
};

/** What of a part is other than it was, in words. */
function differing(
  was: Told,
  becomes: Told,
  a: ServiceItem,
  b: ServiceItem,
): Pick<Change, 'aspect' | 'was' | 'becomes'>[] {
  if (same(was, becomes)) return [];
  const [before, after] = [aspectsOf(was, a), aspectsOf(becomes, b)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ aspect: w(key), was: before.get(key) ?? '', becomes: after.get(key) ?? '' }))
    .filter((one) => one.was !== one.becomes);
}

/** A new part with all that is said of it. */
function wholly(part: Told, item: ServiceItem): string {
  const aspects = [...aspectsOf(part, item)].filter(([, words]) => words && words !== titleOf(part));
  return `${titleOf(part)}${bracketed(aspects.map(([key, words]) => `${w(key)}${colon()}${words}`).join(semicolon()))}`;
}

/** The test case with what was found as what it expects from now on. */
export function expecting(trial: ItemTrial, found: TrialFindings): ItemTrial {
  const { problems, materials, unmet, due_on } = found;
  return { ...trial, problems, materials, unmet, due_on };
}
