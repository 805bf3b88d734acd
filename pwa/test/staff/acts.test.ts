import { expect, test } from 'vitest';
import type { Mark } from '../../src/device/types';
import { actsFor } from '../../src/protocol/generated';
import { choiceOf, type Desk, hindranceOf, underWay } from '../../src/staff/acts';
import { caseBody, FANG, JING, LEASE, MIN, TAO, view } from './cast';

const desk = (rest: Partial<Desk> = {}): Desk => ({
  body: caseBody(),
  item: LEASE,
  clerk: MIN,
  marks: [],
  defects: 0,
  unticked: 0,
  unseen: 0,
  ...rest,
});
const step = (id: string, role: string) => ({ id, role, name: { zh: id, en: id } });
const mine = (id: string) => ({ id, name: id });
const sent = (type: Mark['type'], state: Mark['state'] = 'waiting'): Mark => ({
  intent: 'i',
  type,
  state,
  code: null,
  at: '',
});

test('whoever has not taken the case is offered that first', () => {
  expect(choiceOf(desk({ body: caseBody({ claimed_by: null }) }))).toEqual({
    main: 'case.claim',
    beside: [],
    more: ['case.note'],
  });
});

test('a case of a colleague can be read and noted on', () => {
  expect(choiceOf(desk({ body: caseBody({ claimed_by: mine('xin') }) }))).toEqual({
    main: null,
    beside: [],
    more: ['case.note'],
  });
});

test('with defects the notice comes first, without them the acceptance', () => {
  expect(choiceOf(desk({ defects: 2, unticked: 1 })).main).toBe('case.request-correction');
  expect(choiceOf(desk())).toEqual({
    main: 'case.accept',
    beside: ['case.request-correction'],
    more: ['case.decline', 'case.release', 'case.note'],
  });
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
        body: caseBody({ view: view({ status, delivery: { method } }), step: null, claimed_by: mine('jing') }),
        clerk: JING,
      }),
    );

  expect(at('granted', 'mail').main).toBe('case.issue');
  expect(at('issued', 'mail')).toMatchObject({ main: 'case.dispatch', beside: ['case.deliver'] });
  expect(at('issued', 'pickup')).toMatchObject({ main: 'case.deliver', beside: [] });
  expect(at('posted', 'mail').main).toBe('case.deliver');
});

test('those whose turn it is not have nothing to press but a note', () => {
  expect(choiceOf(desk({ clerk: JING }))).toEqual({ main: null, beside: [], more: ['case.note'] });
  expect(choiceOf(desk({ body: caseBody({ view: view({ status: 'delivered' }), claimed_by: null }) })).main).toBeNull();
});

test('no button is offered that the shared table does not allow', () => {
  const { main, beside, more } = choiceOf(desk());
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
