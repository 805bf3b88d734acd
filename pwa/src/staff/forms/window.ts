/** The questions of the window: correct, accept, decline, redirect, and what else happens before acceptance. */
import type { Commands } from '../../device/types';
import { nameOf } from '../../i18n';
import { day } from '../../i18n/time';
import type { DefectFound } from '../../protocol/generated';
import type { Act } from '../acts';
import { checkedOf, followers, type Paper, verdictsToTell } from '../checklist';
import { w } from '../words';
import { nthWorkingDay } from '../worktime';
import {
  type ActForm,
  type Ask,
  type Blank,
  line,
  type Option,
  one,
  onlyOf,
  reason,
  said,
  text,
  type Values,
} from './blanks';

const plain = ({ material, file, code, words }: DefectFound): DefectFound => ({
  material,
  file,
  code,
  words: words.trim(),
});

const lineName = (n: number): string => `line-${n}`;
const gapName = (material: string): string => `gap-${material}`;
const MOST_GAP_DAYS = 60;

const notice: ActForm = {
  lead: () => w('dialog.request-correction.lead'),
  blanks: ({ notice: lines }) => lines.map((_, n) => text(lineName(n), w('dialog.line', { n: n + 1 }), { most: 200 })),
  given: (name, { notice: lines }) => lines[Number(name.slice('line-'.length))]?.words ?? '',
  button: ({ notice: lines }) => w('act.case.request-correction-n', { n: lines.length }),
  again: ({ defects }) =>
    Object.fromEntries(((defects ?? []) as DefectFound[]).map(({ words }, n) => [lineName(n), words])),
  command: (values, { notice: lines }) => {
    const defects = lines.map((told, n) => plain({ ...told, words: said(values, lineName(n)) || told.words }));
    return { type: 'case.request-correction@1', args: { defects } };
  },
};

/** A promised paper has a blank of its own: within how many working days it comes. */
function gapBlank(paper: Paper): Blank {
  const { material } = paper;
  return {
    kind: 'count',
    name: gapName(material.id),
    label: w('dialog.accept.gap', { material: nameOf(material) }),
    hint: w('dialog.accept.gap-hint'),
    needed: false,
    least: 1,
    most: MOST_GAP_DAYS,
  };
}

const accept: ActForm = {
  lead: (ask) => [limitWords(ask), ...(followers(ask.papers).length > 0 ? [w('dialog.accept.gaps')] : [])].join(''),
  blanks: ({ papers }) => followers(papers).map(gapBlank),
  button: ({ papers }) => w(followers(papers).length > 0 ? 'act.case.accept-gaps' : 'act.case.accept'),
  again: ({ gaps }) =>
    Object.fromEntries(
      ((gaps ?? []) as { material: string; working_days?: number }[]).map(({ material, working_days }) => [
        gapName(material),
        working_days === undefined || working_days === null ? '' : String(working_days),
      ]),
    ),
  command: (values, { papers }) => {
    const gaps = followers(papers).map(({ material }) => gapOf(material.id, values));
    const args = { checked: checkedOf(papers), ...(gaps.length > 0 ? { gaps } : {}) };
    return { type: 'case.accept@1', args };
  },
};

function gapOf(material: string, values: Values): NonNullable<Commands['case.accept@1']['gaps']>[number] {
  const days = said(values, gapName(material));
  return days === '' ? { material } : { material, working_days: Number(days) };
}

/** By when the case is to be decided; the day itself where the centre's days are known that far. */
function limitWords({ item, days, today }: Ask): string {
  const n = item?.promised_working_days ?? 0;
  if (n === 0) return w('dialog.accept.lead-today');
  const on = nthWorkingDay(days, today, n);
  return on === null ? w('dialog.accept.lead', { n }) : w('dialog.accept.lead-day', { n, day: day(on) });
}

const decline: ActForm = {
  lead: () => w('dialog.decline.lead'),
  blanks: () => [text('reason', w('dialog.decline.reason')), text('remedy', w('dialog.decline.remedy'))],
  given: (name) => (name === 'remedy' ? w('dialog.decline.remedy-given') : ''),
  command: (values) => ({
    type: 'case.decline@1',
    args: { reason: said(values, 'reason'), remedy: said(values, 'remedy') },
  }),
};

const redirect: ActForm = {
  lead: () => w('dialog.redirect.lead'),
  blanks: () => [
    line('office', w('dialog.redirect.office')),
    reason(w('dialog.redirect.reason')),
    text('how', w('dialog.redirect.how'), { needed: false }),
  ],
  command: (values) => ({
    type: 'case.redirect@1',
    args: { office: said(values, 'office'), reason: said(values, 'reason'), how: said(values, 'how') },
  }),
};

const verify: ActForm = {
  lead: ({ papers, check }) => w('dialog.verify.lead', { n: verdictsToTell(papers, check).length }),
  command: (_, { papers, check }) => ({
    type: 'case.verify@1',
    args: { verdicts: verdictsToTell(papers, check) },
  }),
};

const askSecondNotice: ActForm = {
  lead: () => w('dialog.ask-second-notice.lead'),
  facts: ({ notice: lines }) => lines.map(({ words }, n) => ({ label: w('dialog.line', { n: n + 1 }), words })),
  blanks: () => [reason(w('dialog.ask-second-notice.reason'))],
  command: (values) => ({ type: 'case.ask-second-notice@1', args: { reason: said(values, 'reason') } }),
};

const approveSecondNotice: ActForm = {
  lead: () => w('dialog.approve-second-notice.lead'),
  facts: ({ body }) => [{ label: w('dialog.why'), words: body.second_notice_words }],
  command: () => ({ type: 'case.approve-second-notice@1', args: {} }),
};

const voided: ActForm = {
  lead: () => w('dialog.void.lead'),
  blanks: () => [reason(w('dialog.void.reason'))],
  command: (values) => ({ type: 'case.void@1', args: { reason: said(values, 'reason') } }),
};

/** The cases that seem to be the same matter. */
function twins({ body, caseWords }: Ask): Option[] {
  const suspected = body.duplicates.filter((twin) => twin.state === 'suspected');
  return suspected.map((twin) => ({ value: twin.case, words: caseWords(twin.case) }));
}

const merge: ActForm = {
  lead: () => w('dialog.merge.lead'),
  blanks: (ask) => [one('into', w('dialog.merge.into'), twins(ask)), reason(w('dialog.merge.reason'))],
  given: (name, ask) => (name === 'into' ? onlyOf(twins(ask)) : w('dialog.merge.reason-given')),
  command: (values) => ({
    type: 'case.merge@1',
    args: { into: said(values, 'into'), reason: said(values, 'reason') },
  }),
};

const clearDuplicate: ActForm = {
  lead: () => w('dialog.clear-duplicate.lead'),
  blanks: (ask) => [
    one('other', w('dialog.clear-duplicate.other'), twins(ask)),
    reason(w('dialog.clear-duplicate.reason')),
  ],
  given: (name, ask) => (name === 'other' ? onlyOf(twins(ask)) : ''),
  command: (values) => ({
    type: 'case.clear-duplicate@1',
    args: { other: said(values, 'other'), reason: said(values, 'reason') },
  }),
};

export const WINDOW = {
  'case.request-correction': notice,
  'case.accept': accept,
  'case.decline': decline,
  'case.redirect': redirect,
  'case.verify': verify,
  'case.ask-second-notice': askSecondNotice,
  'case.approve-second-notice': approveSecondNotice,
  'case.void': voided,
  'case.merge': merge,
  'case.clear-duplicate': clearDuplicate,
} as const satisfies Partial<Record<Act, ActForm>>;
