import { expect, test } from 'vitest';
import { blanksOf, commandOf, type Rectification, STEPS, stepsOf } from '../../src/lead/rectifying';
import { LEAD_WORDS } from '../../src/lead/words';
import { LEARN_WORDS } from '../../src/learn/words';
import { HALL_WORDS } from '../../src/staff/hall/words';
import { INTAKE_WORDS } from '../../src/staff/intake/words';
import { colleague, HAO, MIN } from '../staff/cast';

function bad(body: Partial<Rectification['body']> = {}): Rectification {
  const plain: Rectification['body'] = {
    subject_kind: 'case',
    subject: 'c',
    item: 'lease',
    unit: 'housing',
    level: 'very-dissatisfied',
    reasons: [],
    words: '',
    given_at: '',
    rated: [{ id: 'xin', name: '何欣' }],
    due: null,
    is_overdue: false,
    reply_unreached: false,
    is_deferred: false,
    deferred_because: '',
    responsible: null,
    call_backs: [],
    outcome: null,
    outcome_words: '',
    replied: false,
    appeal_waits: false,
    appeal_words: '',
    next: 'assign',
  };
  return { id: 'r', kind: 'rectification', pos: 1, body: { ...plain, ...body }, marks: [] };
}

test('a lead names who is responsible, who then calls, settles and replies', () => {
  const mine = { responsible: { id: 'min', name: '周敏' } };

  expect(stepsOf(bad(), HAO)).toEqual(['assign', 'defer']);
  expect(stepsOf(bad(), MIN)).toEqual([]);
  expect(stepsOf(bad({ ...mine, next: 'call-back' }), MIN)).toEqual(['call-back']);
  expect(stepsOf(bad({ ...mine, next: 'close' }), MIN)).toEqual([]);
});

test('a reply that did not reach the person is told by telephone before it is closed', () => {
  const replied = {
    responsible: { id: 'min', name: '周敏' },
    outcome: 'fixed',
    replied: true,
    reply_unreached: true,
    next: 'close',
  };

  expect(stepsOf(bad(replied), MIN)).toEqual(['call-back']);
  expect(stepsOf(bad(replied), HAO)).toEqual(['call-back', 'close']);
  expect(stepsOf(bad({ ...replied, reply_unreached: false }), HAO)).toEqual(['close']);
});

test('whoever was rated has no part in it', () => {
  expect(stepsOf(bad({ rated: [{ id: 'hao', name: '孙浩' }] }), HAO)).toEqual([]);
  const [to] = blanksOf('assign', bad(), [colleague('xin'), colleague('min')], '2026-11-24');
  expect(to).toMatchObject({ options: [{ value: 'min' }] });
});

test('every step has its command', () => {
  const values = {
    to: 'min',
    reached: 'no',
    words: '没人接',
    outcome: 'fixed',
    upheld: 'yes',
    reason: '查过',
    on: '2026-12-01',
  };

  expect(STEPS.map((step) => commandOf(step, values))).toEqual([
    { type: 'rectification.assign@1', args: { to: 'min' } },
    { type: 'rectification.call-back@1', args: { reached: false, words: '没人接' } },
    { type: 'rectification.settle@1', args: { outcome: 'fixed', words: '没人接' } },
    { type: 'rectification.reply@1', args: { words: '没人接' } },
    { type: 'rectification.close@1', args: {} },
    { type: 'rating.decide-appeal@1', args: { upheld: true, reason: '查过' } },
    { type: 'rectification.defer@1', args: { on: '2026-12-01', reason: '查过' } },
  ]);
});

test.each([
  ['the lead’s screens', LEAD_WORDS],
  ['learning', LEARN_WORDS],
  ['the counters', HALL_WORDS],
  ['the intake', INTAKE_WORDS],
])('%s speak both languages with the same blanks', (_, { zh, en }) => {
  const blanks = (sentence: string) => [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1]))].sort();
  const english = en as Record<string, string>;

  for (const [key, sentence] of Object.entries(zh)) {
    expect([key, blanks(english[key] ?? '')]).toEqual([key, blanks(sentence)]);
    expect([key, /[\u3400-\u9fff]/.test(english[key] ?? '')]).toEqual([key, false]);
  }
});
