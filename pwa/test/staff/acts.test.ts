import { expect, test } from 'vitest';
import type { Mark } from '../../src/device/types';
import { BLANK_DELIVERY, BLANK_NOTICE } from '../../src/protocol/blank';
import { actsFor } from '../../src/protocol/generated';
import { type Act, choiceOf, type Desk } from '../../src/staff/acts';
import { hindranceOf, underWay } from '../../src/staff/hindrances';
import { caseBody, FANG, HAO, JING, LEASE, MIN, procedure, TAO, TUESDAY_10AM, view } from './cast';

const desk = (rest: Partial<Desk> = {}): Desk => ({
  body: caseBody(),
  item: LEASE,
  clerk: MIN,
  marks: [],
  now: TUESDAY_10AM,
  defects: 0,
  unticked: 0,
  mayFollow: 0,
  unseen: 0,
  verdicts: 0,
  ...rest,
});
const moreOf = (given: Desk): Act[] => choiceOf(given).more.flatMap(({ acts }) => acts);
const step = (id: string, role: string) => ({ id, role, stage: id, name: { zh: id, en: id } });
const DUE = { at: '2026-11-27T09:00:00Z', on: '2026-11-27', rule: '', provisional: false, days: [] };
const NOTICE = { ...BLANK_NOTICE, requested_at: '', by_name: '', respond_by: DUE };
const mine = (id: string) => ({ id, name: id });
const sent = (type: Mark['type'], state: Mark['state'] = 'waiting'): Mark => ({
  intent: 'i',
  type,
  state,
  code: null,
  at: '',
});

test('whoever has not taken the case is offered that first', () => {
  expect(choiceOf(desk({ body: caseBody({ claimed_by: null }) }))).toMatchObject({ main: 'case.claim', beside: [] });
});

test('a case of a colleague can be read, noted on, and written about to its applicant', () => {
  const body = caseBody({ claimed_by: mine('xin') });

  expect(choiceOf(desk({ body }))).toMatchObject({ main: null, beside: [] });
  expect(moreOf(desk({ body }))).toEqual(['case.message', 'case.note', 'case.ask-take-over']);
});

test('with defects the notice comes first, without them the acceptance', () => {
  expect(choiceOf(desk({ defects: 2, unticked: 1 })).main).toBe('case.request-correction');
  expect(choiceOf(desk())).toMatchObject({ main: 'case.accept', beside: ['case.request-correction'] });
  expect(moreOf(desk())).toEqual([
    'case.message',
    'case.note',
    'case.claim',
    'case.hand-over',
    'case.release',
    'case.decline',
    'case.redirect',
  ]);
});

test('after a notice another one must be asked for, and only then can be sent', () => {
  const told = (second_notice: '' | 'asked' | 'approved') =>
    choiceOf(desk({ body: caseBody({ second_notice, view: view({ notices: [NOTICE] }) }), defects: 1 }));

  expect(told('').main).toBe('case.ask-second-notice');
  expect([told('asked').main, told('asked').beside]).toEqual(['case.accept', []]);
  expect(told('approved').main).toBe('case.request-correction');
});

test('a lead is offered what waits for a lead, whoever has the case', () => {
  const asked = { state: 'asked' as const, working_days: 5, asked_by_name: '李涛', asked_at: '', words: '' };
  const extension = { ...asked, answered_at: null, answered_by_name: '' };
  const lead = (body: Desk['body']) => choiceOf(desk({ body, clerk: HAO })).main;

  expect(lead(caseBody({ second_notice: 'asked' }))).toBe('case.approve-second-notice');
  expect(lead(caseBody({ view: view({ status: 'accepted' }), extensions: [extension] }))).toBe('case.answer-extension');
  expect(moreOf(desk({ clerk: HAO }))).toEqual([
    'case.message',
    'case.note',
    'case.reassign',
    'case.break-claim',
    'case.void',
  ]);
});

test('a hand-over is taken back by its sender and sent back by whoever has it', () => {
  const handed = { sender: mine('min'), to: mine('xin'), at: '', opened: false, words: '' };
  const sender = (opened: boolean) =>
    moreOf(desk({ body: caseBody({ claimed_by: mine('xin'), handed_over: { ...handed, opened } }) }));

  expect(sender(false)).toContain('case.recall');
  expect(sender(true)).not.toContain('case.recall');
  expect(
    moreOf(desk({ body: caseBody({ handed_over: { ...handed, sender: mine('xin'), to: mine('min') } }) })),
  ).toContain('case.send-back');
});

test('a special procedure can be prolonged and ended only while it runs, and holds up the decision', () => {
  const at = (ended_on: string | null, ends_on = '2026-12-01') =>
    desk({
      body: caseBody({
        view: view({ status: 'accepted', procedures: [procedure({ ended_on, ends_on })] }),
        step: step('decide', 'decider'),
        claimed_by: mine('fang'),
      }),
      clerk: FANG,
    });

  expect(choiceOf(at(null))).toMatchObject({ main: 'case.decide', beside: ['case.end-procedure'] });
  expect(choiceOf(at(null, '2026-11-24')).main).toBe('case.end-procedure');
  expect(hindranceOf('case.decide', at(null))).toEqual({ code: 'procedure-runs' });
  expect(choiceOf(at('2026-11-20')).beside).toEqual([]);
  expect(moreOf(at('2026-11-20'))).not.toContain('case.prolong-procedure');
});

test('what came after the decision is for a lead to look at', () => {
  const evidence = {
    at: '',
    files: [],
    reply: '',
    after_decision: true,
    supplies: [],
    outcome: 'waiting' as const,
    words: '',
  };
  const body = caseBody({ view: view({ status: 'rejected', evidence: [evidence] }), claimed_by: null, step: null });

  expect(choiceOf(desk({ body, clerk: HAO })).main).toBe('case.reopen');
  expect(moreOf(desk({ body, clerk: HAO }))).toContain('case.refuse-reopening');
  expect(
    choiceOf(desk({ body: caseBody({ view: view({ status: 'rejected' }), claimed_by: null }), clerk: HAO })).main,
  ).toBeNull();
});

test('only whoever did an act, or a lead, is offered to take it back', () => {
  const body = caseBody({ view: view({ status: 'accepted' }), step: step('review', 'reviewer'), doer: 'min' });

  expect(moreOf(desk({ body }))).toContain('case.undo');
  expect(moreOf(desk({ body: { ...body, doer: 'xin' } }))).not.toContain('case.undo');
  expect(moreOf(desk({ body: { ...body, doer: 'xin' }, clerk: HAO }))).toContain('case.undo');
});

test('a lead may move a case to a newer version of its item, and only there', () => {
  const at = (version: number) => moreOf(desk({ clerk: HAO, item: { ...LEASE, version } }));

  expect(at(2)).toContain('case.migrate');
  expect(at(1)).not.toContain('case.migrate');
});

test('a result with an open promise cannot be issued unless the item allows it', () => {
  const gap = {
    material: 'contract',
    material_name: { zh: '', en: '' },
    due: DUE,
    state: 'open' as const,
    outcome: '',
  };
  const body = caseBody({ view: view({ status: 'granted', gaps: [{ ...gap, is_overdue: false, closed_at: null }] }) });

  expect(hindranceOf('case.issue', desk({ body }))).toEqual({ code: 'gaps-open', n: 1 });
  expect(hindranceOf('case.issue', desk({ body, item: { ...LEASE, issue_with_gaps: true } }))).toBeNull();
});

test('each step of the route has its own main act', () => {
  const accepted = (id: string, role: string, who: string) =>
    caseBody({ view: view({ status: 'accepted' }), step: step(id, role), claimed_by: mine(who) });

  expect(choiceOf(desk({ body: accepted('review', 'reviewer', 'tao'), clerk: TAO })).main).toBe('case.review');
  expect(choiceOf(desk({ body: accepted('decide', 'decider', 'fang'), clerk: FANG })).main).toBe('case.decide');
});

test('a result is issued, posted where it goes by post, and delivered', () => {
  const at = (status: 'granted' | 'issued' | 'posted', method: string) =>
    choiceOf(
      desk({
        body: caseBody({
          view: view({
            status,
            delivery: { ...BLANK_DELIVERY, method, state: status === 'posted' ? 'on-the-way' : 'ready' },
          }),
          step: null,
          claimed_by: mine('jing'),
        }),
        clerk: JING,
      }),
    );

  expect(at('granted', 'mail').main).toBe('case.issue');
  expect(at('issued', 'mail')).toMatchObject({ main: 'case.dispatch', beside: ['case.deliver'] });
  expect(at('issued', 'pickup')).toMatchObject({ main: 'case.deliver', beside: [] });
  expect(at('posted', 'mail').main).toBe('case.deliver');
});

test('those whose turn it is not have nothing to press at first', () => {
  expect(choiceOf(desk({ clerk: JING }))).toMatchObject({ main: null, beside: [] });
  expect(choiceOf(desk({ body: caseBody({ view: view({ status: 'delivered' }), claimed_by: null }) })).main).toBeNull();
});

test('no button is offered that the shared table does not allow', () => {
  const { main, beside } = choiceOf(desk());
  const more = moreOf(desk());
  const allowed = actsFor('received', {
    applicant: false,
    roles: MIN.roles,
    stepRole: 'window-clerk',
    stepStage: 'accept',
  });

  for (const act of [main, ...beside, ...more]) expect(allowed).toContain(act);
});

test('acceptance explains what is not ticked, the notice what was not looked at', () => {
  expect(hindranceOf('case.accept', desk({ unticked: 2 }))).toEqual({ code: 'unticked', n: 2 });
  expect(hindranceOf('case.request-correction', desk())).toEqual({ code: 'no-defects' });
  expect(hindranceOf('case.request-correction', desk({ defects: 1, unseen: 3 }))).toEqual({ code: 'unseen', n: 3 });
  expect(hindranceOf('case.request-correction', desk({ defects: 1, unticked: 1 }))).toBeNull();
});

test('photographs on their way hold up what judges them', () => {
  const body = caseBody({ view: view({ awaiting_files: 2 }) });

  expect(hindranceOf('case.accept', desk({ body }))).toEqual({ code: 'files-waiting', n: 2 });
  expect(hindranceOf('case.note', desk({ body }))).toBeNull();
});

test('whoever accepted a case cannot decide it', () => {
  const body = caseBody({ view: view({ status: 'accepted' }), claimed_by: mine('fang'), accepted_by: mine('fang') });

  expect(hindranceOf('case.decide', desk({ body, clerk: FANG }))).toEqual({ code: 'accepted-by-you' });
});

test('an act that is on its way leaves nothing else to press; claims and notes do not', () => {
  expect(underWay([sent('case.claim@1'), sent('case.note@1')])).toBeNull();
  expect(underWay([sent('case.accept@1', 'applied')])?.type).toBe('case.accept@1');
  expect(underWay([sent('case.accept@1', 'refused')])).toBeNull();
  expect(hindranceOf('case.decline', desk({ marks: [sent('case.accept@1')] }))).toEqual({ code: 'under-way' });
});
