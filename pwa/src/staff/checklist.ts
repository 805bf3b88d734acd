/** The papers of a case as a clerk checks them, and the correction notice that follows from what is not in order. */
import { materialsNeeded } from '../forms/conditions';
import type { Material, ServiceItem } from '../forms/types';
import type { DefectFound, Page, StatusBody, VerdictOn } from '../protocol/generated';

export const DEFECT_CODES = [
  'unreadable',
  'incomplete',
  'wrong-paper',
  'expired',
  'mismatch',
  'missing',
  'other',
] as const;
export type DefectCode = (typeof DEFECT_CODES)[number];
/** What is wrong with a page, one press each; the rest stand in a list. */
export const USUAL_CODES = ['unreadable', 'incomplete', 'wrong-paper'] as const satisfies readonly DefectCode[];
/** `again`: what was found before is to be looked at once more. */
export type Verdict = 'ok' | 'again' | DefectCode;

/** What a clerk has found so far; plain data, kept on the device. */
export interface Check {
  /** File id to verdict. */
  pages: Record<string, Verdict>;
  /** Materials without pages that were ticked (shared records, signed declarations). */
  papers: string[];
  /** Sentences the clerk has changed, by place in the notice. */
  words: Record<string, string>;
  /** What is wrong with a material as a whole. */
  codes: Record<string, DefectCode>;
  /** File id to the last day of the document on it. */
  expires: Record<string, string>;
}

export const noCheck = (): Check => ({ pages: {}, papers: [], words: {}, codes: {}, expires: {} });

/** What was found of a page: here, or by whoever told the centre before. */
export function verdictOn(page: Page, check: Check): 'ok' | DefectCode | undefined {
  const here = check.pages[page.file];
  if (here === 'again') return undefined;
  if (here !== undefined || page.verdict === null) return here;
  return page.verdict.good ? 'ok' : asCode(page.verdict.code);
}

const asCode = (code: string): DefectCode =>
  (DEFECT_CODES as readonly string[]).includes(code) ? (code as DefectCode) : 'other';

/**
 * Where a paper stands: `ok` all in order; `fault` something is to be told; `missing` nothing was handed in; `seen` looked at
 * before the last notice; `todo` not looked at to the end.
 */
export type PaperState = 'ok' | 'fault' | 'missing' | 'seen' | 'todo';

export interface Paper {
  material: Material;
  required: boolean;
  pages: Page[];
  /** Pages that newer ones have replaced. */
  earlier: Page[];
  state: PaperState;
  /** The applicant need not hand in pages for it: the office has it, or it was signed in the app. */
  withoutPages: boolean;
  /** Pages that a notice may concern; after a first notice only what was handed in since (Licensing Law art. 32). */
  tellable: readonly Page[];
  /** A notice has been sent: the paper as a whole can no longer be asked for. */
  told: boolean;
  /** What a shared register said last; empty where none was asked. */
  lookUp: string;
  /** The applicant promised it for later. */
  later: boolean;
}

/** One line of the notice with the place it concerns. */
export interface NoticeLine extends DefectFound {
  key: string;
  number: number | null;
}

const byNumber = (a: Page, b: Page): number => a.number - b.number;

/** Whether the paper needs nothing more. */
export const isTicked = ({ state }: Paper): boolean => state === 'ok' || state === 'seen';

/** The papers that this case calls for, with their pages, as far as they have been checked. */
export function papersOf(item: ServiceItem, view: StatusBody, check: Check): Paper[] {
  const needed = materialsNeeded(item, view.answers);
  const named = new Set(needed.map(({ material }) => material.id));
  const shown = new Set(view.pages.map((page) => page.material));
  const extra = item.materials.filter((material) => !named.has(material.id) && shown.has(material.id));
  const all = [
    ...needed.map(({ material, required }) => ({ material, required })),
    ...extra.map((material) => ({ material, required: false })),
  ];
  return all.map(({ material, required }) => paperOf(material, required, view, check)).filter(isShown);
}

/** An optional paper that was not handed in is nobody's concern. */
const isShown = (paper: Paper): boolean => paper.required || paper.pages.length > 0;

function paperOf(material: Material, required: boolean, view: StatusBody, check: Check): Paper {
  const own = view.pages.filter((page) => page.material === material.id);
  const pages = own.filter((page) => page.state !== 'replaced').sort(byNumber);
  const earlier = own.filter((page) => page.state === 'replaced').sort(byNumber);
  const told = view.status === 'received' && view.notices.length > 0;
  const fresh = told ? suppliedLast(view) : null;
  const tellable = pages.filter((page) => fresh === null || fresh.has(page.file));
  const lookUp = view.look_ups.findLast((one) => one.material === material.id)?.outcome ?? '';
  const elsewhere = material.source !== 'applicant' && lookUp !== 'not-found';
  const withoutPages = pages.length === 0 && (elsewhere || view.declarations.includes(material.id));
  const later = view.later.includes(material.id);
  const paper = { material, required, pages, earlier, withoutPages, tellable, told, lookUp, later };
  return { ...paper, state: stateOf(paper, check) };
}

/** Files of the last supplement; a second notice may only concern these. */
export function suppliedLast(view: StatusBody): ReadonlySet<string> {
  const last = view.timeline.findLast((moment) => moment.tag === 'case.supplemented');
  const count = Number(last?.params['pages'] ?? 0);
  return new Set(count > 0 ? view.pages.slice(-count).map((page) => page.file) : []);
}

function stateOf(paper: Omit<Paper, 'state'>, check: Check): PaperState {
  const { material, pages, tellable, told } = paper;
  if (check.papers.includes(material.id)) return 'ok';
  if (pages.length === 0 && paper.lookUp === 'found' && !check.codes[material.id]) return 'ok';
  if (!told && check.codes[material.id]) return 'fault';
  const verdicts = tellable.map((page) => verdictOn(page, check));
  if (verdicts.some((verdict) => verdict !== undefined && verdict !== 'ok')) return 'fault';
  if (pages.length === 0 && !paper.withoutPages) return 'missing';
  if (told && tellable.length === 0) return 'seen';
  if (pages.length === 0) return 'todo';
  return verdicts.every((verdict) => verdict === 'ok') ? 'ok' : 'todo';
}

/** Ticks or unticks a paper with all its pages. */
export function tick(check: Check, paper: Paper): Check {
  const untick = paper.state === 'ok';
  const pages = { ...check.pages };
  for (const page of paper.tellable) {
    if (!untick) pages[page.file] = 'ok';
    else if (page.verdict === null) delete pages[page.file];
    else pages[page.file] = 'again';
  }
  const { [paper.material.id]: _told, ...codes } = check.codes;
  const others = check.papers.filter((id) => id !== paper.material.id);
  const papers = paper.pages.length === 0 && !untick ? [...others, paper.material.id] : others;
  return { ...check, pages, papers, codes };
}

/** Papers that nobody has said anything of yet, with all that belongs to them there. */
export const untouched = (papers: readonly Paper[]): Paper[] =>
  papers.filter((paper) => paper.state === 'todo' && paper.pages.every((page) => page.state === 'stored'));

/** Ticks all that is left at once: whoever has looked at everything and found nothing wrong says so with one press. */
export const tickRest = (check: Check, papers: readonly Paper[]): Check => untouched(papers).reduce(tick, check);

/** Marks one page; the same mark again takes it away. */
export function mark(check: Check, file: string, verdict: Verdict): Check {
  const pages = { ...check.pages };
  if (pages[file] === verdict) delete pages[file];
  else pages[file] = verdict;
  return { ...check, pages };
}

/** Says what is wrong with a paper as a whole; the same again takes it away. */
export function fault(check: Check, material: string, code: DefectCode): Check {
  const { [material]: before, ...codes } = check.codes;
  const papers = check.papers.filter((id) => id !== material);
  return { ...check, papers, codes: before === code ? codes : { ...codes, [material]: code } };
}

/** Sentences for the applicant, by kind of defect; `number` is the page's, null for the paper as a whole. */
export type Sentence = (code: DefectCode, material: Material, number: number | null) => string;

/** The notice: a line for each page with a fault, each paper that is wrong as a whole, and each that is missing. */
export function noticeOf(papers: readonly Paper[], check: Check, sentence: Sentence): NoticeLine[] {
  return papers.flatMap((paper) => linesOf(paper, check, sentence));
}

function linesOf(paper: Paper, check: Check, sentence: Sentence): NoticeLine[] {
  const { material } = paper;
  const line = (key: string, code: DefectCode, page: Page | null): NoticeLine => {
    const number = page?.number ?? null;
    const words = check.words[key] ?? sentence(code, material, number);
    return { key, material: material.id, file: page?.file ?? null, number, code, words };
  };
  const faulty = paper.tellable.flatMap((page) => {
    const verdict = verdictOn(page, check);
    return verdict === undefined || verdict === 'ok' ? [] : [line(page.file, verdict, page)];
  });
  const whole = paper.told
    ? undefined
    : (check.codes[material.id] ?? (paper.state === 'missing' ? 'missing' : undefined));
  return whole === undefined ? faulty : [...faulty, line(material.id, whole, null)];
}

/** Another kind of defect brings its own sentence. */
export function recode(check: Check, key: string, code: DefectCode): Check {
  const { [key]: _before, ...words } = check.words;
  if (check.pages[key] !== undefined) return { ...check, words, pages: { ...check.pages, [key]: code } };
  return { ...check, words, codes: { ...check.codes, [key]: code } };
}

/** Changes the sentence of a line. */
export function reword(check: Check, key: string, words: string): Check {
  return { ...check, words: { ...check.words, [key]: words } };
}

/** Materials that were found in order. */
export const checkedOf = (papers: readonly Paper[]): string[] =>
  papers.filter(isTicked).map((paper) => paper.material.id);

/** Required papers that are not in order yet and cannot follow later. */
export const unticked = (papers: readonly Paper[]): Paper[] =>
  papers.filter((paper) => paper.required && !isTicked(paper) && !mayFollow(paper));

/** Required papers that are missing or wrong and may follow once the case is accepted (容缺受理). */
export const followers = (papers: readonly Paper[]): Paper[] =>
  papers.filter((paper) => paper.required && !isTicked(paper) && mayFollow(paper));

function mayFollow({ material, state }: Paper): boolean {
  const photographed = material.source !== 'self-declared' && material.form !== 'form-field';
  return material.can_supply_later && photographed && (state === 'missing' || state === 'fault');
}

/** What was found of single pages and the centre does not know yet; a page that is not good says why. */
export function verdictsToTell(
  papers: readonly Paper[],
  check: Check,
  lines: readonly DefectFound[] = [],
): VerdictOn[] {
  return papers.flatMap((paper) => paper.tellable.flatMap((page) => tellOf(page, check, lines)));
}

function tellOf(page: Page, check: Check, lines: readonly DefectFound[]): VerdictOn[] {
  const verdict = check.pages[page.file];
  if (verdict === undefined || verdict === 'again' || page.state !== 'stored') return [];
  const expires_on = check.expires[page.file] ?? null;
  if (verdict === 'ok') {
    const known = page.verdict?.good === true && page.verdict.expires_on === expires_on;
    return known ? [] : [{ file: page.file, good: true, ...(expires_on ? { expires_on } : {}) }];
  }
  if (page.verdict?.good === false && page.verdict.code === verdict) return [];
  const words = lines.find((line) => line.file === page.file)?.words ?? verdict;
  return [{ file: page.file, good: false, code: verdict, words: words.slice(0, MOST_WORDS) }];
}

const MOST_WORDS = 200;

/** Says until when the document on a page is valid; an empty day takes it away. */
export function expiring(check: Check, file: string, on: string): Check {
  const { [file]: _before, ...expires } = check.expires;
  return { ...check, expires: on === '' ? expires : { ...expires, [file]: on } };
}

/** Papers with something that nobody has looked at yet; one that is wrong as a whole needs no look at each page. */
export function unseen(papers: readonly Paper[], check: Check): Paper[] {
  return papers.filter((paper) => {
    if (paper.state === 'todo') return true;
    if (paper.state !== 'fault' || check.codes[paper.material.id]) return false;
    return paper.tellable.some((page) => verdictOn(page, check) === undefined);
  });
}
