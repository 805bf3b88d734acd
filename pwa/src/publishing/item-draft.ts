/** A version of an item that is being made: what differs from the one before, and what its test cases should find. */
import type { Condition, Material, ServiceItem } from '../forms/types';
import type { ItemTrial } from '../protocol/generated';

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

/** One thing that is other than in the version before; `name` names the condition or paper that it is about. */
export interface Change {
  what: Part;
  name: string;
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
  | 'trials';

/** What `after` changes of `before`, in the order of the form. */
export function changesOf(before: ItemDraft, after: ItemDraft): Change[] {
  const [a, b] = [before.item, after.item];
  const plain: [Part, unknown, unknown][] = [
    ['name_zh', a.name_zh, b.name_zh],
    ['name_en', a.name_en, b.name_en],
    ['plain_zh', a.plain_zh, b.plain_zh],
    ['notes_zh', a.notes_zh?.join('；'), b.notes_zh?.join('；')],
    ['promised', a.promised_working_days, b.promised_working_days],
    ['statutory', a.statutory_working_days, b.statutory_working_days],
  ];
  return [
    ...plain
      .filter(([, was, becomes]) => said(was) !== said(becomes))
      .map(([what, was, becomes]) => ({ what, name: '', was: said(was), becomes: said(becomes) })),
    ...among('condition', a.eligibility, b.eligibility, (one) => one.zh),
    ...among('material', a.materials, b.materials, (one) => one.name_zh),
    ...(same(before.trials, after.trials)
      ? []
      : [
          {
            what: 'trials' as const,
            name: '',
            was: String(before.trials.length),
            becomes: String(after.trials.length),
          },
        ]),
  ];
}

const said = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function among<One extends { id: string }>(
  what: Part,
  before: readonly One[],
  after: readonly One[],
  nameOf: (one: One) => string,
): Change[] {
  const gone = before.filter(({ id }) => !after.some((one) => one.id === id));
  const now = after.flatMap((one) => {
    const was = before.find(({ id }) => id === one.id);
    if (was && same(was, one)) return [];
    return [
      {
        what,
        name: nameOf(one),
        was: was ? differing(was, one) : '',
        becomes: was ? differing(one, was) : nameOf(one),
      },
    ];
  });
  return [...gone.map((one) => ({ what, name: nameOf(one), was: nameOf(one), becomes: '' })), ...now];
}

/** What stands in `one` and differs from `other`, in words as they are stored. */
function differing(one: object, other: object): string {
  const theirs = other as Record<string, unknown>;
  const parts = Object.entries(one).filter(([key, value]) => !same(value, theirs[key]));
  return parts
    .map(([, value]) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : said(value) || '—'))
    .join('、');
}

/** The test case with what was found as what it expects from now on. */
export function expecting(trial: ItemTrial, found: TrialFindings): ItemTrial {
  const { problems, materials, unmet, due_on } = found;
  return { ...trial, problems, materials, unmet, due_on };
}

/** A condition about one field, null where there are several or none. */
export const simple = (condition: Condition | null): { field: string; in: (string | boolean)[] } | null =>
  condition && 'field' in condition ? condition : null;

/** A paper as it is asked for in the way of `requirement`: a condition goes with `conditional` only. */
export function required(
  material: Material,
  requirement: Material['requirement'],
  firstChoice: Condition | null,
): Material {
  if (requirement !== 'conditional') return { ...material, requirement, condition: null, condition_zh: null };
  return { ...material, requirement, condition: material.condition ?? firstChoice };
}

/** An id that none of `taken` has. */
export function freshId(stem: string, taken: readonly { id: string }[]): string {
  for (let n = 1; ; n += 1) if (!taken.some(({ id }) => id === `${stem}-${n}`)) return `${stem}-${n}`;
}
