import { describe, expect, test } from 'vitest';
import { ACTS } from '../../src/protocol/generated';
import { type Act, choiceOf } from '../../src/staff/acts';
import { noCheck, papersOf } from '../../src/staff/checklist';
import {
  type Ask,
  type Asked,
  AT_ONCE,
  FORMS,
  faultOf,
  isAsked,
  OWN_DIALOG,
  textsOf,
  type Values,
} from '../../src/staff/forms';
import { STAFF_WORDS } from '../../src/staff/words';
import { CONTRACT, caseBody, colleague, DAYS, LEASE, MIN, material, procedure, view } from './cast';

/** A question with `values` typed; what is not typed stands as the form gives it. */
function ask(act: Asked, rest: Partial<Ask> = {}, values: Values = {}): Ask {
  const about: Ask = {
    body: caseBody(),
    item: LEASE,
    clerk: MIN,
    papers: [],
    check: noCheck(),
    notice: [],
    colleagues: [],
    loads: new Map(),
    today: '2026-11-24',
    days: DAYS,
    caseWords: (id) => id,
    read: (name) => values[name] ?? FORMS[act].given?.(name, about) ?? '',
    ...rest,
  };
  return about;
}

const blanksOf = (about: Ask, act: Asked) => FORMS[act].blanks?.(about) ?? [];
const needed = (act: Asked, values: Values = {}) =>
  blanksOf(ask(act, {}, values), act)
    .filter((blank) => blank.needed)
    .map((blank) => blank.name);

function command(act: Asked, values: Values = {}, rest: Partial<Ask> = {}) {
  const about = ask(act, rest, values);
  const filled = Object.fromEntries(blanksOf(about, act).map(({ name }) => [name, about.read(name)]));
  return FORMS[act].command(filled, about).args;
}

test('every act that staff may do has a question, is done at once, or has a dialog of its own', () => {
  const all = new Set(Object.values(ACTS).flatMap((row) => Object.keys(row)));
  const known = new Set<string>([...Object.keys(FORMS), ...OWN_DIALOG, 'case.supplement', 'case.withdraw']);

  expect([...all].filter((act) => !known.has(act))).toEqual([]);
});

test('every act has a title and a word in both languages', () => {
  for (const act of [...Object.keys(FORMS), ...OWN_DIALOG]) {
    if (isAsked(act as Act)) expect(STAFF_WORDS.zh).toHaveProperty([`dialog.${act.slice('case.'.length)}.title`]);
    expect(STAFF_WORDS.zh).toHaveProperty([`act.${act}`]);
  }
});

test('acts that are done at once ask nothing', () => {
  for (const act of AT_ONCE) expect(FORMS[act as Asked].blanks).toBeUndefined();
});

describe('a decision', () => {
  test('needs reason, basis and remedies where it rejects, nothing where it grants', () => {
    expect(needed('case.decide')).toEqual(['outcome']);
    expect(needed('case.decide', { outcome: 'rejected' })).toEqual(['outcome', 'reason', 'basis', 'remedies']);
  });

  test('carries the words of its outcome only', () => {
    expect(command('case.decide', { outcome: 'granted', reason: ' 同意 ' })).toEqual({
      outcome: 'granted',
      reason: '同意',
    });
    expect(
      command('case.decide', { outcome: 'rejected', reason: '危房', basis: '《办法》', remedies: '60日' }),
    ).toEqual({ outcome: 'rejected', reason: '危房', basis: '《办法》', remedies: '60日' });
  });

  test('says why it is late once a limit has passed', () => {
    const late = { body: caseBody({ overdue: ['promised'] }) };

    expect(blanksOf(ask('case.decide', late), 'case.decide').map(({ name }) => name)).toContain('delay');
    expect(command('case.decide', { delay: '等部门回函' }, late)).toMatchObject({ delay: '等部门回函' });
  });
});

describe('an acceptance', () => {
  const later = material('contract', '合同', { can_supply_later: true });
  const item = { ...LEASE, materials: [later], promised_working_days: 3 };
  const papers = papersOf(item, view({ pages: [] }), noCheck());

  test('promises each paper that may follow, within the time that was typed or the usual one', () => {
    expect(command('case.accept', {}, { papers, item })).toEqual({ checked: [], gaps: [{ material: 'contract' }] });
    expect(command('case.accept', { 'gap-contract': '7' }, { papers, item })).toEqual({
      checked: [],
      gaps: [{ material: 'contract', working_days: 7 }],
    });
  });

  test('names the day of the promise where the days of the centre are known', () => {
    expect(FORMS['case.accept'].lead?.(ask('case.accept', { item }))).toContain('11月27日');
    expect(FORMS['case.accept'].lead?.(ask('case.accept', { item, days: undefined }))).toContain('3 个工作日');
  });

  test('an earlier try fills the days again', () => {
    expect(FORMS['case.accept'].again?.({ gaps: [{ material: 'contract', working_days: 7 }] })).toEqual({
      'gap-contract': '7',
    });
  });

  test('a paper that must be there is not among those that may follow', () => {
    const strict = papersOf({ ...LEASE, materials: [CONTRACT] }, view({ pages: [] }), noCheck());
    expect(command('case.accept', {}, { papers: strict })).toEqual({ checked: [] });
  });
});

describe('a special procedure', () => {
  const listed = {
    ...LEASE,
    legal_basis: ['《办法》第九条'],
    route: LEASE.route.map((step) =>
      step.step === 'review' ? { ...step, name_zh: '公示', clock: 'excluded' as const, calendar_days: 7 } : step,
    ),
  };
  const reviewed = { id: 'review', role: 'reviewer', stage: 'review', name: { zh: '公示', en: '' } };
  const body = caseBody({ step: reviewed });

  test('by the item’s own list has its kind, its longest time, its basis and its notice from the start', () => {
    expect(command('case.begin-procedure', {}, { body, item: listed })).toMatchObject({
      kind: 'public-notice',
      ends_on: '2026-12-01',
      basis: '《办法》第九条',
      notice: expect.stringMatching(/公示.*11月24日.*12月1日/u),
    });
  });

  test('of the law may last as long as it takes and rests on article 45', () => {
    const values = { kind: 'appraisal' };
    const about = ask('case.begin-procedure', { body, item: listed }, values);
    const ends = blanksOf(about, 'case.begin-procedure').find(({ name }) => name === 'ends_on');

    expect(ends).toMatchObject({ first: '2026-11-24', last: undefined });
    expect(command('case.begin-procedure', values, { body, item: listed })).toMatchObject({
      basis: expect.stringContaining('第四十五条'),
    });
  });

  test('is prolonged from the day after its last, and the only one is chosen already', () => {
    const running = { body: caseBody({ view: view({ procedures: [procedure()] }) }) };
    const ends = blanksOf(ask('case.prolong-procedure', running), 'case.prolong-procedure').find(
      ({ name }) => name === 'ends_on',
    );

    expect(ends).toMatchObject({ first: '2026-12-02' });
    expect(command('case.end-procedure', { findings: '无异议' }, running)).toEqual({
      procedure: 'p1',
      findings: '无异议',
    });
  });
});

describe('a hand-over', () => {
  test('offers those who can do the step, the least loaded first', () => {
    const colleagues = [
      colleague('busy', { name: '何欣' }),
      colleague('free', { name: '周敏' }),
      colleague('away', { absences: [{ first: '2026-11-23', last: '2026-11-25', substitute: null }] }),
      colleague('other', { roles: ['reviewer'] }),
      colleague('unschooled', { certificates: [] }),
      colleague('min'),
    ];
    const loads = new Map([['busy', { cases: 4, minutes: 240 }]]);
    const [to] = blanksOf(ask('case.hand-over', { colleagues, loads }), 'case.hand-over');

    expect(to).toMatchObject({
      name: 'to',
      options: [{ value: 'free' }, { value: 'busy', note: '手上 4 件，各步时限共约 4 小时' }],
    });
  });
});

describe('a delivery', () => {
  const issued = caseBody({ view: view({ status: 'issued', applicant_name: '陈家远', agent_name: '何建国' }) });
  const item = { ...LEASE, result: { electronic: true } } as Ask['item'];

  test('asks who signed, and the name of anybody else', () => {
    expect(command('case.deliver', {}, { body: issued, item })).toEqual({ method: 'pickup', receiver: 'applicant' });
    expect(command('case.deliver', { receiver: 'other', name: '陈奶奶' }, { body: issued, item })).toEqual({
      method: 'pickup',
      receiver: 'other',
      name: '陈奶奶',
    });
    expect(command('case.deliver', { method: 'electronic' }, { body: issued, item })).toEqual({ method: 'electronic' });
  });

  test('of what was posted is signed for, nothing else', () => {
    const posted = caseBody({ view: view({ status: 'posted' }) });
    const [method] = blanksOf(ask('case.deliver', { body: posted, item }), 'case.deliver');

    expect(method).toMatchObject({ options: [{ value: 'mail' }] });
  });
});

test('a correction names the act that it takes back', () => {
  const body = caseBody({ view: view({ status: 'granted' }) });
  expect(command('case.undo', { reason: '点错了' }, { body })).toEqual({ wrong: 'case.decide', reason: '点错了' });
});

test('the answer to an extension tells the reason that was asked with, unless it is refused', () => {
  const asked = {
    working_days: 5,
    state: 'asked' as const,
    asked_at: '',
    asked_by_name: '李涛',
    answered_at: null,
    answered_by_name: '',
    words: '等回函',
  };
  const body = caseBody({ extensions: [asked] });

  expect(command('case.answer-extension', {}, { body })).toEqual({ approved: true, reason: '等回函' });
  expect(command('case.answer-extension', { approved: 'no', reason: '材料够了' }, { body })).toEqual({
    approved: false,
    reason: '材料够了',
  });
});

test('a notice is sent without what the screen adds to its lines, in the words as they were changed', () => {
  const lines = [{ key: 'c2', number: 2, material: 'contract', file: 'c2', code: 'unreadable', words: '看不清' }];

  expect(command('case.request-correction', { 'line-0': ' 请重拍 ' }, { notice: lines })).toEqual({
    defects: [{ material: 'contract', file: 'c2', code: 'unreadable', words: '请重拍' }],
  });
});

test('what was handed in before fills the blanks again', () => {
  expect(
    textsOf({ reason: '不全', working_days: 5, approved: false, materials: ['a', 'b'], gaps: [{ material: 'x' }] }),
  ).toEqual({
    reason: '不全',
    working_days: '5',
    approved: 'no',
    materials: 'a\nb',
  });
  expect(textsOf(null)).toEqual({});
});

test('a blank says what is wrong with what stands in it', () => {
  const ends = { kind: 'day', name: 'd', label: '', needed: true, first: '2026-11-24', last: '2026-12-01' } as const;
  const days = { kind: 'count', name: 'n', label: '', needed: false, least: 1, most: 10 } as const;

  expect(['', '2026-11-23', '2026-12-02', '2026-12-01'].map((value) => faultOf(ends, value))).toEqual([
    'blank',
    'too-early',
    'too-late',
    null,
  ]);
  expect(['', '0', '11', '1.5', '10'].map((value) => faultOf(days, value))).toEqual([
    null,
    'out-of-range',
    'out-of-range',
    'out-of-range',
    null,
  ]);
});

test('no act stands in two places', () => {
  const { main, beside, more } = choiceOf({
    body: caseBody(),
    item: LEASE,
    clerk: { id: 'min', roles: ['window-clerk', 'lead'] },
    marks: [],
    now: new Date('2026-11-24T02:00:00Z'),
    defects: 1,
    unticked: 0,
    mayFollow: 0,
    unseen: 0,
    verdicts: 1,
  });
  const shown: (Act | null)[] = [main, ...beside, ...more.flatMap(({ acts }) => acts)];

  expect(new Set(shown).size).toBe(shown.length);
});
