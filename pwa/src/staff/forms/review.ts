/** The questions on the way through the offices: opinions, special procedures, more time, the decision. */

import type { Commands } from '../../device/types';
import { nameOf } from '../../i18n';
import { dateOf, day } from '../../i18n/time';
import type { Act } from '../acts';
import { w, wordOr } from '../words';
import { daysLater } from '../worktime';
import { type ActForm, type Ask, line, type Option, one, onlyOf, reason, said, text } from './blanks';

/** What stops the clock of any item (Licensing Law art. 45); the same list as `domain/case/deciding/procedure.py`. */
const BY_LAW = [
  'hearing',
  'tender',
  'auction',
  'inspection',
  'testing',
  'quarantine',
  'appraisal',
  'expert-review',
] as const;
/** What does so only where the item's own list says so. */
const BY_LIST = ['public-notice', 'assessment', 'objection-period', 'production'] as const;
type Kind = Commands['case.begin-procedure@1']['kind'];

const isByLaw = (kind: string): boolean => (BY_LAW as readonly string[]).includes(kind);
const USUAL_DAYS = 7;
/** Licensing Law art. 42. */
const USUAL_EXTENSION = 10;

const review: ActForm = {
  lead: () => w('dialog.review.lead'),
  blanks: () => [text('opinion', w('dialog.review.opinion'), { needed: false })],
  command: (values) => ({ type: 'case.review@1', args: { opinion: said(values, 'opinion') } }),
};

const handBack: ActForm = {
  lead: ({ body }) => w('dialog.hand-back.lead', { step: stepBefore(body) }),
  blanks: () => [reason(w('dialog.hand-back.reason'))],
  command: (values) => ({ type: 'case.hand-back@1', args: { reason: said(values, 'reason') } }),
};

function stepBefore({ route }: Ask['body']): string {
  const before = route.findLast((step) => step.stage === 'review' && step.state === 'past');
  return before ? nameOf({ name_zh: before.name.zh, name_en: before.name.en }) : '';
}

/** The excluded step that is due, which is a special procedure by the item's own list. */
const listedStep = ({ item, body }: Ask) =>
  item?.route.find((step) => step.step === body.step?.id && step.clock === 'excluded');

function kinds(ask: Ask): Option[] {
  const listed = listedStep(ask) ? BY_LIST : [];
  return [...listed, ...BY_LAW].map((value) => ({ value, words: w(`procedure.${value}`) }));
}

const lastDay = (ask: Ask): string | undefined => {
  const most = isByLaw(ask.read('kind')) ? null : listedStep(ask)?.calendar_days;
  return most == null ? undefined : daysLater(ask.today, most);
};

const beginProcedure: ActForm = {
  lead: () => w('dialog.begin-procedure.lead'),
  blanks: (ask) => [
    one('kind', w('dialog.begin-procedure.kind'), kinds(ask)),
    {
      kind: 'day',
      name: 'ends_on',
      label: w('dialog.begin-procedure.ends'),
      needed: true,
      first: ask.today,
      last: lastDay(ask),
      hint: w('dialog.begin-procedure.ends-hint'),
    },
    line('basis', w('dialog.begin-procedure.basis')),
    text('notice', w('dialog.begin-procedure.notice')),
  ],
  given: (name, ask) => givenForProcedure(name, ask),
  command: (values) => ({
    type: 'case.begin-procedure@1',
    args: {
      kind: said(values, 'kind') as Kind,
      basis: said(values, 'basis'),
      ends_on: said(values, 'ends_on'),
      notice: said(values, 'notice'),
    },
  }),
};

function givenForProcedure(name: string, ask: Ask): string {
  switch (name) {
    case 'kind':
      return listedStep(ask) ? likelyKind(ask) : '';
    case 'ends_on':
      return lastDay(ask) ?? daysLater(ask.today, USUAL_DAYS);
    case 'basis':
      return isByLaw(ask.read('kind')) ? w('dialog.begin-procedure.basis-law') : basisOf(ask);
    default:
      return noticeOf(ask);
  }
}

/** Most listed steps are public notices; the name of the step says so or not. */
function likelyKind(ask: Ask): string {
  const name = listedStep(ask)?.name_zh ?? '';
  if (name.includes('评估')) return 'assessment';
  if (name.includes('异议')) return 'objection-period';
  return /制证|制卡|制作/.test(name) ? 'production' : 'public-notice';
}

const basisOf = ({ item }: Ask): string => (item?.legal_basis[0] ?? '').slice(0, 200);

function noticeOf(ask: Ask): string {
  const [kind, ends] = [ask.read('kind'), ask.read('ends_on')];
  if (kind === '' || ends === '') return '';
  const words = { kind: wordOr(`procedure.${kind}`, 'dialog.none'), from: day(ask.today), to: day(ends) };
  return w('dialog.begin-procedure.notice-given', words);
}

function running({ body }: Ask): Option[] {
  return body.view.procedures
    .filter((procedure) => procedure.ended_on === null)
    .map(({ id, kind, begins_on, ends_on }) => ({
      value: id,
      words: w('procedure.span', {
        kind: wordOr(`procedure.${kind}`, 'dialog.none'),
        from: day(begins_on),
        to: day(ends_on),
      }),
    }));
}

const plannedEnd = (ask: Ask): string =>
  ask.body.view.procedures.find(({ id }) => id === ask.read('procedure'))?.ends_on ?? ask.today;
const later = (a: string, b: string): string => (a > b ? a : b);

const prolongProcedure: ActForm = {
  lead: () => w('dialog.prolong-procedure.lead'),
  blanks: (ask) => [
    one('procedure', w('dialog.procedure'), running(ask)),
    {
      kind: 'day',
      name: 'ends_on',
      label: w('dialog.prolong-procedure.ends'),
      needed: true,
      first: later(daysLater(plannedEnd(ask), 1), ask.today),
    },
    reason(w('dialog.prolong-procedure.reason')),
  ],
  given: (name, ask) => (name === 'procedure' ? onlyOf(running(ask)) : ''),
  command: (values) => ({
    type: 'case.prolong-procedure@1',
    args: { procedure: said(values, 'procedure'), ends_on: said(values, 'ends_on'), reason: said(values, 'reason') },
  }),
};

const endProcedure: ActForm = {
  lead: () => w('dialog.end-procedure.lead'),
  blanks: (ask) => [
    one('procedure', w('dialog.procedure'), running(ask)),
    text('findings', w('dialog.end-procedure.findings'), { needed: false }),
  ],
  given: (name, ask) => (name === 'procedure' ? onlyOf(running(ask)) : ''),
  command: (values) => ({
    type: 'case.end-procedure@1',
    args: { procedure: said(values, 'procedure'), findings: said(values, 'findings') },
  }),
};

const askExtension: ActForm = {
  lead: (ask) => w('dialog.ask-extension.lead', { n: mostDays(ask) }),
  blanks: (ask) => [
    {
      kind: 'count',
      name: 'working_days',
      label: w('dialog.ask-extension.days'),
      needed: true,
      least: 1,
      most: mostDays(ask),
    },
    reason(w('dialog.ask-extension.reason'), { hint: w('dialog.told') }),
  ],
  given: (name, ask) => (name === 'working_days' ? String(mostDays(ask)) : ''),
  command: (values) => ({
    type: 'case.ask-extension@1',
    args: { working_days: Number(said(values, 'working_days')), reason: said(values, 'reason') },
  }),
};

const mostDays = ({ item }: Ask): number => item?.extension_working_days ?? USUAL_EXTENSION;

const yesOrNo = (yes: string, no: string): Option[] => [
  { value: 'yes', words: yes },
  { value: 'no', words: no },
];

const answerExtension: ActForm = {
  facts: ({ body }) => {
    const asked = body.extensions.find((extension) => extension.state === 'asked');
    if (!asked) return [];
    return [
      {
        label: w('dialog.answer-extension.asked'),
        words: w('dialog.answer-extension.days', { name: asked.asked_by_name, n: asked.working_days }),
      },
      { label: w('dialog.why'), words: asked.words },
    ];
  },
  blanks: () => [
    one(
      'approved',
      w('dialog.answer-extension.answer'),
      yesOrNo(w('dialog.answer-extension.yes'), w('dialog.answer-extension.no')),
    ),
    reason(w('dialog.answer-extension.reason'), { hint: w('dialog.told') }),
  ],
  given: (name, { body, read }) => {
    if (name === 'approved') return 'yes';
    const asked = body.extensions.find((extension) => extension.state === 'asked');
    return read('approved') === 'yes' ? (asked?.words ?? '') : '';
  },
  button: ({ read }) => w(read('approved') === 'no' ? 'dialog.answer-extension.no' : 'dialog.answer-extension.yes'),
  command: (values) => ({
    type: 'case.answer-extension@1',
    args: { approved: values['approved'] === 'yes', reason: said(values, 'reason') },
  }),
};

const convert: ActForm = {
  lead: ({ item }) => w('dialog.convert.lead', { n: item?.statutory_working_days ?? 20 }),
  blanks: () => [reason(w('dialog.convert.reason'), { hint: w('dialog.told') })],
  command: (values) => ({ type: 'case.convert@1', args: { reason: said(values, 'reason') } }),
};

const CAUSES = ['no-response', 'death', 'object-lost'] as const;

const terminate: ActForm = {
  lead: () => w('dialog.terminate.lead'),
  blanks: () => [
    one(
      'cause',
      w('dialog.terminate.cause'),
      CAUSES.map((value) => ({ value, words: w(`dialog.terminate.${value}`) })),
    ),
    reason(w('dialog.terminate.reason'), { hint: w('dialog.told') }),
  ],
  command: (values) => ({
    type: 'case.terminate@1',
    args: { cause: said(values, 'cause') as (typeof CAUSES)[number], reason: said(values, 'reason') },
  }),
};

const OUTCOMES = ['granted', 'rejected'] as const;

/** Whether a limit has passed, so that the delay must be told. */
const isLate = ({ body, today }: Ask): boolean =>
  body.overdue.length > 0 || (body.view.promised !== null && dateOf(body.view.promised.at) < today);

const decide: ActForm = {
  lead: () => w('dialog.decide.lead'),
  blanks: (ask) => [
    one(
      'outcome',
      w('dialog.decide.title'),
      OUTCOMES.map((value) => ({ value, words: w(`dialog.decide.${value}`), note: w(`dialog.decide.${value}-note`) })),
    ),
    ...(ask.read('outcome') === 'rejected'
      ? rejection()
      : [text('reason', w('dialog.decide.word'), { needed: false })]),
    ...(isLate(ask)
      ? [text('delay', w('dialog.decide.delay'), { most: 1000, hint: w('dialog.decide.delay-hint') })]
      : []),
  ],
  given: (name, { item }) => {
    if (name === 'outcome') return 'granted';
    if (name === 'basis') return (item?.legal_basis.join('；') ?? '').slice(0, 500);
    return name === 'remedies' ? w('dialog.decide.remedies-given') : '';
  },
  button: ({ read }) => w(read('outcome') === 'rejected' ? 'dialog.decide.rejected' : 'dialog.decide.granted'),
  command: (values, ask) => {
    const delay = isLate(ask) ? { delay: said(values, 'delay') } : {};
    const reason = said(values, 'reason');
    if (values['outcome'] !== 'rejected')
      return { type: 'case.decide@1', args: { outcome: 'granted', reason, ...delay } };
    const words = { reason, basis: said(values, 'basis'), remedies: said(values, 'remedies') };
    return { type: 'case.decide@1', args: { outcome: 'rejected', ...words, ...delay } };
  },
};

const rejection = () => [
  text('reason', w('dialog.decide.reason')),
  text('basis', w('dialog.decide.basis'), { most: 500 }),
  text('remedies', w('dialog.decide.remedies'), { most: 500 }),
];

export const REVIEW = {
  'case.review': review,
  'case.hand-back': handBack,
  'case.begin-procedure': beginProcedure,
  'case.prolong-procedure': prolongProcedure,
  'case.end-procedure': endProcedure,
  'case.ask-extension': askExtension,
  'case.answer-extension': answerExtension,
  'case.convert': convert,
  'case.terminate': terminate,
  'case.decide': decide,
} as const satisfies Partial<Record<Act, ActForm>>;
