/** What is to be done about a bad rating, step by step: what each step asks, and the command that follows. */
import type { LocalRow } from '../device/types';
import type { Colleague } from '../staff/colleagues';
import type { Ready } from '../staff/forms';
import { type Blank, type Option, one, reason, said, text, type Values } from '../staff/forms';
import { w } from './words';

export type Rectification = LocalRow<'rectification'>;

export const STEPS = ['assign', 'call-back', 'settle', 'reply', 'close', 'decide-appeal', 'defer'] as const;
export type Step = (typeof STEPS)[number];

/** The steps that somebody may take now: the next one, putting it off while it is not settled, calling whom the reply did not reach. */
export function stepsOf({ body }: Rectification, who: { id: string; roles: readonly string[] }): Step[] {
  const next = STEPS.find((step) => step === body.next);
  if (!next || body.rated.some((rated) => rated.id === who.id)) return [];
  const isLead = who.roles.includes('lead');
  const mine = isLead || body.responsible?.id === who.id;
  const call: Step[] = mine && body.reply_unreached && next === 'close' ? ['call-back'] : [];
  if (!mine || (['assign', 'close', 'decide-appeal'].includes(next) && !isLead)) return call;
  if (call.length > 0) return [...call, next];
  return isLead && body.outcome === null && !body.is_deferred && next !== 'decide-appeal' ? [next, 'defer'] : [next];
}

const yesOrNo = (yes: string, no: string): Option[] => [
  { value: 'yes', words: yes },
  { value: 'no', words: no },
];

/** What a step asks. Whoever is rated can have no part in it. */
export function blanksOf(
  step: Step,
  { body }: Rectification,
  colleagues: readonly Colleague[],
  today: string,
): Blank[] {
  switch (step) {
    case 'assign': {
      const free = colleagues.filter((person) => body.rated.every((rated) => rated.id !== person.id));
      return [
        one(
          'to',
          w('ratings.to'),
          free.map(({ id, body: { name } }) => ({ value: id, words: name })),
        ),
      ];
    }
    case 'call-back':
      return [
        one('reached', w('ratings.reached'), yesOrNo(w('ratings.yes'), w('ratings.no'))),
        text('words', w('ratings.words')),
      ];
    case 'settle':
      return [
        one('outcome', w('ratings.outcome'), [
          { value: 'fixed', words: w('ratings.fixed') },
          { value: 'no-basis', words: w('ratings.no-basis') },
        ]),
        text('words', w('ratings.reason')),
      ];
    case 'reply':
      return [text('words', w('ratings.reply'))];
    case 'decide-appeal':
      return [
        one('upheld', w('ratings.upheld'), yesOrNo(w('ratings.upheld-yes'), w('ratings.upheld-no'))),
        reason(w('ratings.reason')),
      ];
    case 'defer':
      return [
        { kind: 'day', name: 'on', label: w('ratings.defer-to'), needed: true, first: today },
        reason(w('ratings.reason')),
      ];
    case 'close':
      return [];
  }
}

export function commandOf(step: Step, values: Values): Ready {
  const words = said(values, 'words');
  switch (step) {
    case 'assign':
      return { type: 'rectification.assign@1', args: { to: said(values, 'to') } };
    case 'call-back':
      return { type: 'rectification.call-back@1', args: { reached: values['reached'] === 'yes', words } };
    case 'settle':
      return {
        type: 'rectification.settle@1',
        args: { outcome: said(values, 'outcome') as 'fixed' | 'no-basis', words },
      };
    case 'reply':
      return { type: 'rectification.reply@1', args: { words } };
    case 'close':
      return { type: 'rectification.close@1', args: {} };
    case 'decide-appeal':
      return {
        type: 'rating.decide-appeal@1',
        args: { upheld: values['upheld'] === 'yes', reason: said(values, 'reason') },
      };
    case 'defer':
      return { type: 'rectification.defer@1', args: { on: said(values, 'on'), reason: said(values, 'reason') } };
  }
}
