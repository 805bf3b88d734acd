import { expect, test } from 'vitest';
import type { Notice, PageVerdict } from '../../src/protocol/generated';
import {
  type Check,
  checkedOf,
  expiring,
  fault,
  followers,
  isTicked,
  mark,
  noCheck,
  noticeOf,
  papersOf,
  recode,
  reword,
  type Sentence,
  tick,
  unseen,
  unticked,
  verdictsToTell,
} from '../../src/staff/checklist';
import { CONTRACT, LEASE, moment, PAGES, page, view } from './cast';

const sentence: Sentence = (code, material, number) => `${material.name_zh} ${number ?? '-'} ${code}`;
const states = (check: Check, of = view()) =>
  Object.fromEntries(papersOf(LEASE, of, check).map((one) => [one.material.id, one.state]));
const notice = (check: Check, of = view()) => noticeOf(papersOf(LEASE, of, check), check, sentence);
const ASKED = { requested_at: '', by_name: '周敏', respond_by: {}, defects: [], answered_at: '' } as unknown as Notice;

test('papers begin as not looked at, shared ones too', () => {
  expect(states(noCheck())).toEqual({ contract: 'todo', 'id-card': 'todo', register: 'todo' });
});

test('a paper is in order once each of its pages is', () => {
  const half = mark(noCheck(), 'c1', 'ok');

  expect(states(half)['contract']).toBe('todo');
  expect(states(mark(half, 'c2', 'ok'))['contract']).toBe('ok');
});

test('ticking a paper marks all its pages, ticking again takes the marks away', () => {
  const [contract] = papersOf(LEASE, view(), noCheck());
  if (!contract) throw new Error('no contract');
  const ticked = tick(noCheck(), contract);

  expect(ticked.pages).toEqual({ c1: 'ok', c2: 'ok' });
  expect(tick(ticked, { ...contract, state: 'ok' })).toEqual(noCheck());
});

test('the notice names the document and the page, and the reason', () => {
  expect(notice(mark(noCheck(), 'c2', 'unreadable'))).toEqual([
    { key: 'c2', material: 'contract', file: 'c2', number: 2, code: 'unreadable', words: '房屋租赁合同 2 unreadable' },
  ]);
});

test('a required paper without pages is told as missing by itself, a shared one only when asked for', () => {
  const without = view({ pages: PAGES.slice(0, 2) });

  expect(notice(noCheck(), without).map((line) => [line.material, line.code])).toEqual([['id-card', 'missing']]);
  const asked = fault(noCheck(), 'register', 'missing');
  expect(notice(asked).map((line) => [line.material, line.file, line.code])).toEqual([['register', null, 'missing']]);
});

test('a paper that lacks pages is told as a whole, beside its bad pages', () => {
  const check = fault(mark(noCheck(), 'c1', 'unreadable'), 'contract', 'incomplete');

  expect(notice(check).map((line) => [line.file, line.code])).toEqual([
    ['c1', 'unreadable'],
    [null, 'incomplete'],
  ]);
});

test('a sentence that was changed stays, until another kind of defect brings its own', () => {
  const check = reword(mark(noCheck(), 'c2', 'unreadable'), 'c2', '第2页请拍清楚。');

  expect(notice(check)[0]?.words).toBe('第2页请拍清楚。');
  expect(notice(recode(check, 'c2', 'expired'))[0]?.words).toBe('房屋租赁合同 2 expired');
});

test('nothing can be accepted or told while papers are not looked at', () => {
  const papers = papersOf(LEASE, view(), noCheck());

  expect(unticked(papers)).toHaveLength(3);
  expect(unseen(papers, noCheck())).toHaveLength(3);
});

test('a bad page does not hide that another page was not looked at', () => {
  const check = mark(noCheck(), 'c1', 'unreadable');
  const contract = papersOf(LEASE, view(), check).filter((paper) => paper.material.id === 'contract');

  expect(unseen(contract, check)).toHaveLength(1);
  expect(unseen(contract, fault(check, 'contract', 'wrong-paper'))).toHaveLength(0);
});

test('after a notice only what was supplied last is looked at and told', () => {
  const answered = view({
    notices: [ASKED],
    pages: [
      ...PAGES.slice(0, 1),
      page('c2', 'contract', 2, 'replaced'),
      page('i1', 'id-card', 1),
      page('c2b', 'contract', 2),
    ],
    timeline: [moment(1, 'case.filed', { pages: 3 }), moment(5, 'case.supplemented', { pages: 1 })],
  });
  const papers = papersOf(LEASE, answered, noCheck());

  expect(states(noCheck(), answered)).toEqual({ contract: 'todo', 'id-card': 'seen', register: 'seen' });
  expect(papers[0]?.tellable.map((one) => one.file)).toEqual(['c2b']);
  expect(notice(mark(noCheck(), 'c1', 'unreadable'), answered)).toEqual([]);
  expect(checkedOf(papersOf(LEASE, answered, mark(noCheck(), 'c2b', 'ok')))).toEqual([
    'contract',
    'id-card',
    'register',
  ]);
});

test('after a notice a paper as a whole can no longer be asked for', () => {
  const answered = view({
    notices: [ASKED],
    pages: PAGES.slice(0, 2),
    timeline: [moment(5, 'case.supplemented', { pages: 0 })],
  });
  const papers = papersOf(LEASE, answered, noCheck());

  expect(notice(noCheck(), answered)).toEqual([]);
  expect(papers.filter((paper) => !isTicked(paper)).map((paper) => paper.material.id)).toEqual(['id-card']);
});

test('an optional paper that was not handed in does not show', () => {
  const item = { ...LEASE, materials: [CONTRACT, { ...CONTRACT, id: 'extra', requirement: 'optional' as const }] };

  expect(papersOf(item, view({ pages: [] }), noCheck()).map((paper) => paper.material.id)).toEqual(['contract']);
});

const verdict = (good: boolean, rest: Partial<PageVerdict> = {}): PageVerdict => {
  return { good, code: good ? '' : 'unreadable', words: '', expires_on: null, at: '', by_name: '何欣', ...rest };
};

test('what a colleague told the centre counts, until it is looked at again', () => {
  const seen = PAGES.map((one) => ({ ...one, verdict: verdict(true) }));
  const of = view({ pages: seen });
  const [contract] = papersOf(LEASE, of, noCheck());
  if (!contract) throw new Error('no contract');

  expect(states(noCheck(), of)['contract']).toBe('ok');
  expect(states(tick(noCheck(), contract), of)['contract']).toBe('todo');
});

test('the centre is told only what it does not know, with a reason for what is not good', () => {
  const [first, ...rest] = PAGES;
  if (!first) throw new Error('no pages');
  const of = view({ pages: [{ ...first, verdict: verdict(true) }, ...rest] });
  const check = expiring(mark(mark(mark(noCheck(), 'c1', 'ok'), 'c2', 'unreadable'), 'i1', 'ok'), 'i1', '2030-01-01');
  const papers = papersOf(LEASE, of, check);

  expect(verdictsToTell(papers, check, noticeOf(papers, check, sentence))).toEqual([
    { file: 'c2', good: false, code: 'unreadable', words: '房屋租赁合同 2 unreadable' },
    { file: 'i1', good: true, expires_on: '2030-01-01' },
  ]);
  expect(verdictsToTell(papers, noCheck())).toEqual([]);
});

test('a paper that the item lets follow later holds up no acceptance once it is known to be missing', () => {
  const later = { ...LEASE, materials: [{ ...CONTRACT, can_supply_later: true }] };
  const missing = papersOf(later, view({ pages: [] }), noCheck());
  const unread = papersOf(later, view(), noCheck());

  expect([unticked(missing).length, followers(missing).length]).toEqual([0, 1]);
  expect([unticked(unread).length, followers(unread).length]).toEqual([1, 0]);
});

test('what a register holds is in order, what it does not hold must be handed in', () => {
  const asked = (outcome: string) =>
    view({
      look_ups: [
        { material: 'register', material_name: { zh: '', en: '' }, register: 'residents', outcome, result: {}, at: '' },
      ],
    });

  expect(states(noCheck(), asked('found'))['register']).toBe('ok');
  expect(states(noCheck(), asked('unavailable'))['register']).toBe('todo');
  expect(states(noCheck(), asked('not-found'))['register']).toBe('missing');
});
