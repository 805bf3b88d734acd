/** How a case stands, as lines of a label and its words: what is shown of a moment, and what two moments differ in. */
import { either, language, listed, semicolon } from '../i18n';
import { day, dayTime, fullTime } from '../i18n/time';
import type { CaseBody, Defect, DueDate, Notice, Page, StatusBody } from '../protocol/generated';
import { momentsOf } from '../staff/events';
import type { Names } from './names';
import { w } from './stand-words';
import { MORE_OF_CASE, MORE_OF_VIEW } from './stands-more';
import { statusWords, turnWords } from './status';
import { methodWords, reasonWords } from './tellings';

/** One line of how a case stands. Lines of one `key` are compared with each other; `group` says where it is shown. */
export interface Line {
  readonly key: string;
  readonly group: 'now' | 'due' | 'papers' | 'words' | 'about' | 'answers';
  readonly label: string;
  readonly words: string;
}

type Group = Line['group'];
type Teller<Whole> = (whole: Whole, names: Names) => Line[];
type Tellers<Whole> = { readonly [Part in keyof Whole]-?: Teller<Whole> };

/** Said by another line, or no part of how the case stands. */
const untold = (): Line[] => [];

/** A teller for every part of the applicant's document: a part added to it must be told here, or left out on purpose. */
const OF_VIEW: Tellers<StatusBody> = {
  ...MORE_OF_VIEW,
  status: (view) => [now('status', statusWords(view.status))],
  turn: (view) => [now('turn', turnWords(view))],
  item_name: (view) => [about('item', either(view.item_name))],
  item_version: (view) => [about('item-version', w('version-n', { n: view.item_version }))],
  filing_number: (view) => [about('filing-number', view.filing_number)],
  case_number: (view) => [about('case-number', view.case_number ?? w('number-none'))],
  applicant_name: (view) => [about('applicant', view.applicant_name || w('erased'))],
  agent_name: (view) => (view.agent_name ? [about('agent', view.agent_name)] : []),
  filed_at: (view) => [about('filed', fullTime(view.filed_at))],
  received_at: (view) => (view.received_at ? [about('received', fullTime(view.received_at))] : []),
  answer_by: (view) => dueLine('answer-by', view.answer_by),
  promised: (view) => dueLine('promised', view.promised),
  awaiting_files: ({ awaiting_files: n }) => [now('awaiting', n ? w('awaiting-n', { n }) : w('awaiting-none'))],
  pages: (view, names) => pageLines(view.pages, names),
  declarations: (view, names) => listLine('declared', view.declarations, names),
  notices: (view) => view.notices.flatMap((notice, index) => noticeLines(notice, index, view.notices.length)),
  decision: (view) => decisionLines(view),
  result: (view) => resultLine(view),
  delivery: (view) => deliveryLines(view),
  answers: (view, names) =>
    names
      .answers(view.answers)
      .map((one) => ({ key: `answers.${one.id}`, group: 'answers', label: one.label, words: one.words })),
  item_id: untold, // told by its name
  steps: untold, // follow from the status
  office_step: untold, // told by whose turn it is
  timeline: untold, // stands in the table of what happened
  acts: untold, // follow from the status and the role
  channel: untold, // told of the case
  extension: untold, // stands among all that were asked for
  erased: untold, // told by the applicant's name
};

const OF_CASE: Tellers<CaseBody> = {
  ...MORE_OF_CASE,
  // What a notification told of may be among what only staff see.
  view: (body, names) => {
    const view = { ...body.view, timeline: momentsOf(body) };
    return Object.values(OF_VIEW).flatMap((tell) => tell(view, names));
  },
  step: ({ step }) => (step ? [now('step', either(step.name))] : []),
  claimed_by: ({ claimed_by: by }) => [now('claimed', by?.name ?? w('claimed-none'))],
  accepted_by: ({ accepted_by: by }) => (by ? [now('accepted', by.name)] : []),
  last_handler: ({ last_handler: by }) => [now('last', by?.name ?? w('nobody'))],
  channel: ({ channel }) => [about('channel', channelWords(channel))],
  checked: ({ checked }, names) => listLine('checked', checked, names),
  one_person: untold, // of the item
  internal: untold, // stands in the table of what happened
  doer: untold, // stands in the table of what happened
  alarm: untold, // follows from the dates
  route: untold, // follows from the step
  second_notice_words: untold, // told with the second notice
  notes: ({ notes }) => notes.map((note, index) => said(`note.${index}`, w('note', { n: index + 1 }), note)),
  opinions: ({ opinions }, names) =>
    opinions.map((one, index) => said(`opinion.${index}`, w('opinion', { step: names.step(one.step) }), one)),
};

/** How `body` stands, in words; nothing before the case was filed. */
export function linesOf(body: CaseBody | null, names: Names): Line[] {
  return body ? Object.values(OF_CASE).flatMap((tell) => tell(body, names)) : [];
}

/** A date by which somebody must act: `11月24日 星期二 17:00前`. */
export function dueWords(due: DueDate): string {
  const when = w('by-day', { when: dayTime(due.at) });
  return due.provisional ? w('provisional', { words: when }) : when;
}

type Plain = Parameters<typeof w>[0];

function line(key: Plain, group: Group, text: string): Line {
  return { key, group, label: w(key), words: text };
}

const now = (key: Plain, text: string): Line => line(key, 'now', text);
const about = (key: Plain, text: string): Line => line(key, 'about', text);

function dueLine(key: 'answer-by' | 'promised', due: DueDate | null): Line[] {
  return due ? [line(key, 'due', dueWords(due))] : [];
}

function listLine(key: 'checked' | 'declared', materials: readonly string[], names: Names): Line[] {
  return materials.length ? [line(key, 'papers', listed(materials.map(names.material)))] : [];
}

function pageLines(pages: readonly Page[], names: Names): Line[] {
  return [...new Set(pages.map((page) => page.material))].map((material) => ({
    key: `pages.${material}`,
    group: 'papers',
    label: names.material(material),
    words: pagesWords(pages.filter((page) => page.material === material)),
  }));
}

/** `第1、2页到了；第3页不能用（打不开）`. */
export function pagesWords(pages: readonly Page[]): string {
  const groups = new Map<string, Page[]>();
  for (const page of pages) {
    const alike = `${page.state} ${page.reason ?? ''}`;
    groups.set(alike, [...(groups.get(alike) ?? []), page]);
  }
  return [...groups.values()].map(alikeWords).join(semicolon());
}

function alikeWords(pages: readonly Page[]): string {
  const { state = 'stored', reason = null } = pages[0] ?? {};
  return w(`pages.${state}`, {
    pages: numbersWords(pages.map((page) => page.number)),
    reason: reasonWords(reason ?? ''),
  });
}

function numbersWords(numbers: readonly number[]): string {
  const inOrder = listed([...numbers].sort((a, b) => a - b).map(String));
  return language.value === 'en' && numbers.length > 1 ? `pages ${inOrder}` : w('page-numbers', { n: inOrder });
}

function noticeLines(notice: Notice, index: number, count: number): Line[] {
  const told = w('notice-words', {
    name: notice.by_name,
    when: dayTime(notice.requested_at),
    defects: notice.defects.map(defectWords).join(semicolon()),
    by: day(notice.respond_by.on),
  });
  const answer = notice.answered_at ? w('notice-answered', { when: dayTime(notice.answered_at) }) : w('notice-open');
  const which = count > 1 ? w('nth', { n: index + 1 }) : '';
  return [
    { key: `notice.${index}`, group: 'words', label: `${w('notice')}${which}`, words: told },
    { key: `notice-answer.${index}`, group: 'words', label: `${w('notice-answer')}${which}`, words: answer },
  ];
}

function defectWords({ words: told, material_name: material }: Defect): string {
  return told ? told.replace(/[。.]$/u, '') : `${either(material)}${w('no-text')}`;
}

function decisionLines({ decision }: StatusBody): Line[] {
  if (!decision) return [];
  const { outcome, by_name: name, at, reason, basis, remedies } = decision;
  const told = w('decision-words', { outcome: w(`decision.${outcome}`), name, when: dayTime(at) });
  const parts = { reason, basis, remedies };
  return [
    line('decision', 'words', told),
    ...(['reason', 'basis', 'remedies'] as const)
      .filter((part) => parts[part])
      .map((part) => line(part, 'words', parts[part])),
  ];
}

function resultLine({ result }: StatusBody): Line[] {
  if (!result) return [];
  const told = w('result-words', {
    name: either(result.name),
    number: result.document_number,
    when: dayTime(result.issued_at),
  });
  return [line('result', 'words', `${told}${semicolon()}${w(result.rendered ? 'result-rendered' : 'result-drawn')}`)];
}

function deliveryLines({ delivery }: StatusBody): Line[] {
  const { method, carrier, tracking_number: number, posted_at: posted, delivered_at: delivered } = delivery;
  return [
    about('delivery', methodWords(method)),
    ...(carrier ? [about('carrier', `${carrier} ${number ?? ''}`.trim())] : []),
    ...(posted ? [about('posted', dayTime(posted))] : []),
    ...(delivered ? [about('delivered', dayTime(delivered))] : []),
  ];
}

function said(
  key: string,
  label: string,
  { by_name: name, at, text }: { by_name: string; at: string; text: string },
): Line {
  const told = w('said', { name: name || w('said-applicant'), when: dayTime(at), text: text || w('no-text') });
  return { key, group: 'words', label, words: told };
}

function channelWords(channel: string): string {
  return channel === 'app' || channel === 'window' ? w(`channel.${channel}`) : channel;
}
