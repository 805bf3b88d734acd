/** What the acts of a scenario are done with: what a trainer is asked for by act, and which of several things to say is the right one. */
import type { Json } from '../../device/types';
import type { ServiceItem } from '../../forms/types';
import type { Choice, ExpectedAct, Play, ScenarioStep } from '../../protocol/generated';

export type Args = Record<string, Json>;

/** One thing that is asked about an act; which of the item's papers, steps and so on there are to choose from follows from it. */
export type Asked =
  | 'item'
  | 'items'
  | 'materials'
  | 'missing'
  | 'keep'
  | 'material'
  | 'step'
  | 'mode'
  | 'procedure'
  | 'days'
  | 'method';

/** Acts that have no command: they are said or chosen, so what they are done with is told by the words. */
export const SPOKEN: ReadonlySet<string> = new Set([
  'search-item',
  'explain',
  'check-eligibility',
  'invite-rating',
  'protect-privacy',
  'sync-offline',
]);

const ASKED: Readonly<Record<string, readonly Asked[]>> = {
  'open-case': ['item'],
  'attach-material': ['item', 'materials'],
  'reuse-material': ['items', 'item', 'materials'],
  'fetch-shared': ['item', 'materials'],
  'request-correction': ['item', 'missing', 'keep'],
  'accept-with-gap': ['item', 'material'],
  'accept-case': ['item'],
  'decline-case': ['item'],
  transfer: ['item', 'step'],
  'record-visit': ['item', 'mode'],
  'start-special': ['item', 'procedure', 'days'],
  'end-special': ['item', 'procedure'],
  approve: ['item'],
  reject: ['item'],
  'print-result': ['item', 'method'],
  'mail-result': ['item'],
};

/** Lists of names: an empty one asks for nothing and is left out. */
export const LISTS: ReadonlySet<Asked> = new Set<Asked>(['items', 'materials', 'missing', 'keep']);

/** What is asked about an act; which item, or which of them together (一件事), only where there are several. */
export const askedOf = (action: string, items: number): readonly Asked[] =>
  (ASKED[action] ?? []).filter((one) => (one !== 'item' && one !== 'items') || items > 1);

/** What an act has beside that, such as from a file: it is shown and can be dropped, not changed. */
export const otherArgs = (action: string, args: Args): [string, string][] =>
  Object.entries(args)
    .filter(([key]) => !(ASKED[action] ?? []).includes(key as Asked))
    .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);

/** The arguments with one of them set; an empty one is not asked for. */
export function withArg(args: Args, key: string, value: Json): Args {
  const isEmpty = value === '' || value === null || (Array.isArray(value) && value.length === 0);
  const { [key]: _, ...rest } = args;
  return isEmpty ? rest : { ...rest, [key]: value };
}

/** What of an act's arguments another act is done with too. */
export const argsFor = (action: string, args: Args): Args =>
  Object.fromEntries(Object.entries(args).filter(([key]) => (ASKED[action] ?? []).includes(key as Asked)));

/** The names in a list of arguments; of `lessee-id:back`, a part of a paper, the paper. */
export const namesIn = (args: Args, key: Asked): string[] => {
  const value = args[key];
  return Array.isArray(value) ? value.map((one) => String(one).split(':')[0] ?? '') : [];
};

/** The list with a name taken in or out; parts of a paper go with it. */
export function toggled(args: Args, key: Asked, name: string): Args {
  const value = args[key];
  const before = Array.isArray(value) ? value.map(String) : [];
  const without = before.filter((one) => one !== name && !one.startsWith(`${name}:`));
  return withArg(args, key, without.length < before.length ? without : [...before, name]);
}

/** The items that an act may be about: the one that it names, else all of the scenario. */
export const itemsAbout = (args: Args, items: readonly ServiceItem[]): readonly ServiceItem[] => {
  const named = items.filter(({ id }) => id === args.item);
  return named.length > 0 ? named : items;
};

/** The papers of items, each once. */
export const papersOf = (items: readonly ServiceItem[]) => [
  ...new Map(items.flatMap((item) => item.materials).map((one) => [one.id, one])).values(),
];

/** The steps of items that somebody completes, each once. */
export const stepsOf = (items: readonly ServiceItem[]) => [
  ...new Map(
    items
      .flatMap((item) => item.route)
      .filter(({ stage }) => stage === 'review')
      .map((one) => [one.step, one]),
  ).values(),
];

// What is said

/** Whether arguments are the same, in whatever order. */
export const isSame = (one: Args | undefined, other: Args | undefined): boolean =>
  sorted(one ?? {}) === sorted(other ?? {});
const sorted = (args: Args): string =>
  JSON.stringify(Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Whether something to say is what the step expects. */
export const isRight = (choice: Choice, expected: ExpectedAct): boolean =>
  choice.action === expected.action && isSame(choice.args, expected.args);

/** What makes one thing to say another than the rest of its step, whatever its words. */
export function newArgs(step: ScenarioStep): Args {
  const taken = new Set((step.choices ?? []).map(({ args }) => args?.says));
  let number = 1;
  while (taken.has(`${number}`)) number += 1;
  return { says: `${number}` };
}

/** What a step expects, if it is said: whether one of the things to say is it. */
export const lacksRight = (step: ScenarioStep): boolean =>
  SPOKEN.has(step.expected.action) && !(step.choices ?? []).some((one) => isRight(one, step.expected));

// What happens by itself

export type PlayAsked = 'item' | 'items' | 'papers' | 'signs' | 'agent' | 'answers' | 'role' | 'words' | 'days';

export const PLAYS: Readonly<Record<Play['do'], readonly PlayAsked[]>> = {
  file: ['item', 'agent', 'answers', 'papers', 'signs'],
  open: ['item', 'agent', 'answers', 'papers', 'signs'],
  bring: ['items', 'item', 'agent', 'answers', 'papers'],
  supply: ['item', 'papers', 'signs'],
  accept: ['item'],
  work: ['item', 'role', 'words'],
  decide: ['item'],
  call: ['item', 'words'],
  wait: ['days'],
  cut: [],
};

/** A play of another kind, with what that kind has of the one before. */
export function playAs(kind: Play['do'], before: Play): Play {
  const asked = PLAYS[kind];
  return {
    do: kind,
    ...(asked.includes('item') && before.item ? { item: before.item } : {}),
    ...(asked.includes('answers') && before.answers ? { answers: before.answers } : {}),
    ...(asked.includes('papers') && before.pages ? { pages: before.pages } : {}),
    ...(kind === 'work' ? { role: 'reviewer', words: '' } : {}),
    ...(kind === 'wait' ? { days: 1 } : {}),
  };
}

/** The page numbers in what was typed, each once and in order: `1、2` or `1,2` or `1 2`. */
export const pagesIn = (text: string): number[] =>
  [...new Set((text.match(/\d+/g) ?? []).map(Number))].filter((one) => one >= 1 && one <= 99).sort((a, b) => a - b);

export type Standing = '' | 'shown' | 'later';

/** How a paper stands in a play: shown, promised for later, or not spoken of. */
export const standingOf = (play: Play, paper: string): Standing =>
  play.pages && Object.hasOwn(play.pages, paper) ? 'shown' : play.later?.includes(paper) ? 'later' : '';

/** The play with a paper standing so; a paper that is shown has as many pages as usual until they are written. */
export function stoodSo(play: Play, paper: string, standing: Standing): Play {
  const { [paper]: _pages, ...pages } = play.pages ?? {};
  const { [paper]: _shown, ...shows } = play.shows ?? {};
  const later = (play.later ?? []).filter((one) => one !== paper);
  if (standing === 'shown') return { ...play, later, shows: play.shows ?? {}, pages: { ...pages, [paper]: [] } };
  return { ...play, pages, shows, later: standing === 'later' ? [...later, paper] : later };
}

/** What of a play is not in order: the days that go by, or who completes a step. */
export const isPlayLacking = (play: Play): boolean =>
  (play.do === 'wait' && !(Number.isInteger(play.days) && (play.days ?? 0) >= 1 && (play.days ?? 0) <= 366)) ||
  (play.do === 'work' && !play.role);

/** An answer that a field of its own can show; a table or an address is kept as it is. */
export const isKnownValue = (answer: Json): boolean => answer === null || typeof answer !== 'object';

/** What was typed as an answer, in the form in which the item's field keeps it. */
export const readAnswer = (text: string, type: string | undefined): Json =>
  type === 'integer' && /^-?\d+$/.test(text.trim()) ? Number(text) : text.trim();
