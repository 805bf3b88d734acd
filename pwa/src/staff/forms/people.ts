/** The questions about who works on a case, and the words to its applicant. */
import type { Act } from '../acts';
import { daysOf, fitFor, hoursOf, isFull, type Load, NOTHING, taskOf } from '../colleagues';
import { w } from '../words';
import { type ActForm, type Ask, type Option, one, onlyOf, reason, said, text } from './blanks';

const claim: ActForm = { command: () => ({ type: 'case.claim@1', args: {} }) };
const release: ActForm = { command: () => ({ type: 'case.release@1', args: {} }) };
const recall: ActForm = { command: () => ({ type: 'case.recall@1', args: {} }) };

/** Those who can take the due step, with what they have in hand. */
export function fitting({ body, colleagues, loads, today }: Ask): Option[] {
  const task = taskOf({ item_id: body.view.item_id, step: body.step, claimed_by: body.claimed_by });
  return fitFor(colleagues, task, today, loads).map(({ id, body: { name } }) => ({
    value: id,
    words: name,
    note: loadWords(loads.get(id)),
  }));
}

/** `手上 3 件，各步时限共约 2 小时`; with more than a day holds, how many days that is. */
export function loadWords(load: Load = NOTHING): string {
  if (load.cases === 0) return w('load.none');
  if (isFull(load)) return w('load.cases-full', { n: load.cases, days: daysOf(load) });
  return w('load.cases', { n: load.cases, hours: hoursOf(load) });
}

const noOne = (ask: Ask): string => (fitting(ask).length === 0 ? w('dialog.hand-over.nobody') : '');

/** Whoever asked for the case, if they can take it; else the only one who can. */
function asksFor(ask: Ask): string {
  const options = fitting(ask);
  const asking = options.find(({ value }) => value === ask.body.take_over?.id);
  return asking?.value ?? onlyOf(options);
}

const handOver: ActForm = {
  lead: (ask) => w('dialog.hand-over.lead') + noOne(ask),
  blanks: (ask) => [
    one('to', w('dialog.hand-over.to'), fitting(ask)),
    text('words', w('dialog.hand-over.words'), { needed: false }),
  ],
  given: (name, ask) => (name === 'to' ? asksFor(ask) : ''),
  command: (values) => ({ type: 'case.hand-over@1', args: { to: said(values, 'to'), words: said(values, 'words') } }),
};

const sendBack: ActForm = {
  lead: ({ body }) => w('dialog.send-back.lead', { name: body.handed_over?.sender.name ?? '' }),
  blanks: () => [text('words', w('dialog.hand-over.words'), { needed: false })],
  command: (values) => ({ type: 'case.send-back@1', args: { words: said(values, 'words') } }),
};

const askTakeOver: ActForm = {
  lead: ({ body }) => w('dialog.ask-take-over.lead', { name: body.claimed_by?.name ?? '' }),
  blanks: () => [text('words', w('dialog.hand-over.words'), { needed: false })],
  command: (values) => ({ type: 'case.ask-take-over@1', args: { words: said(values, 'words') } }),
};

const keep: ActForm = {
  lead: ({ body }) => w('dialog.keep.lead', { name: body.take_over?.name ?? '' }),
  blanks: () => [text('words', w('dialog.hand-over.words'), { needed: false })],
  command: (values) => ({ type: 'case.keep@1', args: { words: said(values, 'words') } }),
};

const breakClaim: ActForm = {
  lead: ({ body }) => w('dialog.break-claim.lead', { name: body.claimed_by?.name ?? '' }),
  blanks: () => [reason(w('dialog.break-claim.reason'))],
  command: (values) => ({ type: 'case.break-claim@1', args: { reason: said(values, 'reason') } }),
};

const reassign: ActForm = {
  lead: (ask) => w('dialog.reassign.lead') + noOne(ask),
  blanks: (ask) => [one('to', w('dialog.hand-over.to'), fitting(ask)), reason(w('dialog.reassign.reason'))],
  given: (name, ask) => (name === 'to' ? onlyOf(fitting(ask)) : ''),
  command: (values) => ({ type: 'case.reassign@1', args: { to: said(values, 'to'), reason: said(values, 'reason') } }),
};

const note: ActForm = {
  lead: () => w('dialog.note.lead'),
  blanks: () => [text('text', w('dialog.note.text'))],
  command: (values) => ({ type: 'case.note@1', args: { text: said(values, 'text') } }),
};

const message: ActForm = {
  lead: ({ body }) => {
    const { applicant_name, agent_name } = body.view;
    if (agent_name === null) return w('dialog.message.lead', { name: applicant_name });
    return w('dialog.message.lead-agent', { name: applicant_name, agent: agent_name });
  },
  blanks: () => [text('text', w('dialog.message.text'))],
  command: (values) => ({ type: 'case.message@1', args: { text: said(values, 'text') } }),
};

const endAgency: ActForm = {
  lead: ({ body }) => w('dialog.end-agency.lead', { name: body.view.agent_name ?? '' }),
  blanks: () => [reason(w('dialog.end-agency.reason'))],
  command: (values) => ({ type: 'case.end-agency@1', args: { reason: said(values, 'reason') } }),
};

export const PEOPLE = {
  'case.claim': claim,
  'case.release': release,
  'case.recall': recall,
  'case.hand-over': handOver,
  'case.send-back': sendBack,
  'case.ask-take-over': askTakeOver,
  'case.keep': keep,
  'case.break-claim': breakClaim,
  'case.reassign': reassign,
  'case.note': note,
  'case.message': message,
  'case.end-agency': endAgency,
} as const satisfies Partial<Record<Act, ActForm>>;
