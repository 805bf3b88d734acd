/** The questions about the result and about a case that has ended: issue, post, hand over, void, look again. */

import type { Commands } from '../../device/types';
import { nameOf } from '../../i18n';
import { UNDOES } from '../../protocol/generated';
import type { Act } from '../acts';
import { deliveryLines } from '../answers';
import { actOf, w, wordOr } from '../words';
import { type ActForm, type Ask, line, type Option, one, onlyOf, reason, said, text } from './blanks';

const issue: ActForm = {
  lead: () => w('dialog.issue.lead'),
  command: () => ({ type: 'case.issue@1', args: {} }),
};

const dispatch: ActForm = {
  lead: () => w('dialog.dispatch.lead'),
  facts: ({ item, body }) => (item ? deliveryLines(item, body.view.answers) : []),
  command: () => ({ type: 'case.dispatch@1', args: {} }),
};

/** What was posted is signed for; what was not is collected or, where the item allows it, electronic. */
function methods({ body, item }: Ask): Option[] {
  if (body.view.status === 'posted') return [{ value: 'mail', words: w('dialog.deliver.mail') }];
  const electronic = item?.result.electronic ? [{ value: 'electronic', words: w('dialog.deliver.electronic') }] : [];
  return [{ value: 'pickup', words: w('dialog.deliver.pickup') }, ...electronic];
}

function receivers({ body }: Ask): Option[] {
  const { applicant_name, agent_name } = body.view;
  const agent = agent_name === null ? [] : [{ value: 'agent', words: w('dialog.deliver.agent', { name: agent_name }) }];
  const applicant = { value: 'applicant', words: w('dialog.deliver.applicant', { name: applicant_name }) };
  return [applicant, ...agent, { value: 'other', words: w('dialog.deliver.other') }];
}

type Receiver = NonNullable<Commands['case.deliver@1']['receiver']>;

const deliver: ActForm = {
  lead: () => w('dialog.deliver.lead'),
  blanks: (ask) => [
    one('method', w('dialog.deliver.title'), methods(ask)),
    ...(ask.read('method') === 'electronic' ? [] : [one('receiver', w('dialog.deliver.receiver'), receivers(ask))]),
    ...(isOther(ask.read) ? [line('name', w('dialog.deliver.name'), { most: 50 })] : []),
  ],
  given: (name, ask) => {
    if (name === 'receiver') return 'applicant';
    const wanted = ask.body.view.delivery.method;
    const possible = methods(ask);
    return possible.some(({ value }) => value === wanted) ? wanted : (possible[0]?.value ?? '');
  },
  command: (values) => {
    const method = said(values, 'method');
    if (method === 'electronic') return { type: 'case.deliver@1', args: { method } };
    const receiver = said(values, 'receiver') as Receiver;
    const name = receiver === 'other' ? { name: said(values, 'name') } : {};
    return { type: 'case.deliver@1', args: { method, receiver, ...name } };
  },
};

const isOther = (read: Ask['read']): boolean => read('method') !== 'electronic' && read('receiver') === 'other';

const voidResult: ActForm = {
  lead: ({ body }) => w('dialog.void-result.lead', { number: body.view.result?.document_number ?? '' }),
  blanks: () => [reason(w('dialog.void-result.reason'))],
  command: (values) => ({ type: 'case.void-result@1', args: { reason: said(values, 'reason') } }),
};

const reprint: ActForm = {
  lead: ({ body }) => w('dialog.reprint.lead', { n: (body.view.result?.prints ?? 1) + 1 }),
  blanks: () => [reason(w('dialog.reprint.reason'))],
  command: (values) => ({ type: 'case.reprint@1', args: { reason: said(values, 'reason') } }),
};

const CAME_BACK = ['not-collected', 'address', 'refused', 'damaged'] as const;

const returnPost: ActForm = {
  lead: () => w('dialog.return-post.lead'),
  blanks: () => [
    one(
      'why',
      w('dialog.return-post.why'),
      CAME_BACK.map((value) => ({ value, words: w(`post.${value}`) })),
    ),
  ],
  command: (values) => ({
    type: 'case.return-post@1',
    args: { why: said(values, 'why') as (typeof CAME_BACK)[number] },
  }),
};

const revoke: ActForm = {
  lead: () => w('dialog.revoke.lead'),
  blanks: () => [
    text('reason', w('dialog.revoke.reason')),
    line('basis', w('dialog.decide.basis')),
    text('remedies', w('dialog.decide.remedies'), { most: 200 }),
  ],
  given: (name, { item }) => {
    if (name === 'basis') return (item?.legal_basis[0] ?? '').slice(0, 200);
    return name === 'remedies' ? w('dialog.decide.remedies-given') : '';
  },
  command: (values) => ({
    type: 'case.revoke@1',
    args: { reason: said(values, 'reason'), basis: said(values, 'basis'), remedies: said(values, 'remedies') },
  }),
};

// Looking again

const undo: ActForm = {
  lead: (ask) => w('dialog.undo.lead', { act: actOf(wrongAct(ask)) }),
  blanks: () => [reason(w('dialog.undo.reason'))],
  button: (ask) => w('dialog.undo.button', { act: actOf(wrongAct(ask)) }),
  command: (values, ask) => ({
    type: 'case.undo@1',
    args: { wrong: wrongAct(ask), reason: said(values, 'reason') },
  }),
};

const wrongAct = ({ body }: Ask): string => UNDOES[body.view.status] ?? '';

const sample: ActForm = {
  lead: ({ body }) => w('dialog.sample.lead', { name: body.decided_by?.name ?? '' }),
  blanks: () => [
    one('sound', w('dialog.sample.sound'), [
      { value: 'yes', words: w('dialog.sample.yes') },
      { value: 'no', words: w('dialog.sample.no') },
    ]),
    reason(w('dialog.sample.findings'), { name: 'findings' }),
  ],
  command: (values) => ({
    type: 'case.sample@1',
    args: { sound: values['sound'] === 'yes', findings: said(values, 'findings') },
  }),
};

function commitments({ body, item }: Ask): Option[] {
  const open = Object.entries(body.commitments).filter(([, found]) => found === null);
  return open.map(([value]) => ({ value, words: materialName(item, value) }));
}

const verifyCommitment: ActForm = {
  lead: () => w('dialog.verify-commitment.lead'),
  blanks: (ask) => [
    one('material', w('dialog.verify-commitment.material'), commitments(ask)),
    one('true', w('dialog.verify-commitment.true'), [
      { value: 'yes', words: w('dialog.verify-commitment.yes') },
      { value: 'no', words: w('dialog.verify-commitment.no') },
    ]),
    reason(w('dialog.sample.findings'), { name: 'findings' }),
  ],
  given: (name, ask) => (name === 'material' ? onlyOf(commitments(ask)) : ''),
  command: (values) => ({
    type: 'case.verify-commitment@1',
    args: { material: said(values, 'material'), true: values['true'] === 'yes', findings: said(values, 'findings') },
  }),
};

const reopen: ActForm = {
  lead: ({ body }) => wordOr(`dialog.reopen.lead-${body.view.status}`, 'dialog.reopen.lead'),
  facts: ({ body }) =>
    body.view.evidence
      .filter((evidence) => evidence.outcome === 'waiting')
      .map(({ reply, files }) => ({
        label: w('case.evidence'),
        words: reply || w('case.paper-pages', { n: files.length }),
      })),
  blanks: () => [reason(w('dialog.reopen.reason'))],
  command: (values) => ({ type: 'case.reopen@1', args: { reason: said(values, 'reason') } }),
};

const refuseReopening: ActForm = {
  lead: () => w('dialog.refuse-reopening.lead'),
  blanks: () => [reason(w('dialog.refuse-reopening.reason'), { hint: w('dialog.told') })],
  command: (values) => ({ type: 'case.refuse-reopening@1', args: { reason: said(values, 'reason') } }),
};

function openGaps({ body, item }: Ask): Option[] {
  const open = body.view.gaps.filter((gap) => gap.state !== 'closed');
  return open.map((gap) => ({
    value: gap.material,
    words: materialName(item, gap.material),
    note: w(gap.state === 'supplied' ? 'gap.supplied' : 'gap.open'),
  }));
}

const OUTCOMES = ['supplied', 'waived', 'broken'] as const;

const closeGap: ActForm = {
  lead: () => w('dialog.close-gap.lead'),
  blanks: (ask) => [
    one('material', w('dialog.verify-commitment.material'), openGaps(ask)),
    one(
      'outcome',
      w('dialog.close-gap.outcome'),
      OUTCOMES.map((value) => ({ value, words: w(`gap.${value}-it`) })),
    ),
    reason(w('dialog.sample.findings'), { name: 'findings', needed: ask.read('outcome') !== 'supplied' }),
  ],
  given: (name, ask) => {
    if (name === 'material') return onlyOf(openGaps(ask));
    const gap = ask.body.view.gaps.find((one) => one.material === ask.read('material'));
    return name === 'outcome' && gap?.state === 'supplied' ? 'supplied' : '';
  },
  command: (values) => ({
    type: 'case.close-gap@1',
    args: {
      material: said(values, 'material'),
      outcome: said(values, 'outcome') as (typeof OUTCOMES)[number],
      findings: said(values, 'findings'),
    },
  }),
};

/** The name of a material, its id where the item is not here. */
export function materialName(item: Ask['item'], id: string): string {
  const material = item?.materials.find((one) => one.id === id);
  return material ? nameOf(material) : id;
}

export const RESULT = {
  'case.issue': issue,
  'case.dispatch': dispatch,
  'case.deliver': deliver,
  'case.void-result': voidResult,
  'case.reprint': reprint,
  'case.return-post': returnPost,
  'case.revoke': revoke,
  'case.undo': undo,
  'case.sample': sample,
  'case.verify-commitment': verifyCommitment,
  'case.reopen': reopen,
  'case.refuse-reopening': refuseReopening,
  'case.close-gap': closeGap,
} as const satisfies Partial<Record<Act, ActForm>>;
