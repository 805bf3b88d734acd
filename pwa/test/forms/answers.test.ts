import { describe, expect, it } from 'vitest';
import {
  checkAnswers,
  checkEligibility,
  checkField,
  PROBLEM_CODES,
  type Problem,
  yearsLater,
} from '../../src/forms/answers';
import { tidyAnswer } from '../../src/forms/tidy';
import type { Answers, FieldType, ServiceItem } from '../../src/forms/types';
import { groupTitle, levelLabel, problemWords } from '../../src/forms/words';
import { vectors } from './vectors';

const { item } = vectors<{ item: ServiceItem }>('form-item');
const forms = vectors<{ on: string; cases: { name: string; answers: Answers; problems: Problem[] }[] }>('answers');
const rules = vectors<{ on: string; cases: { name: string; answers: Answers; outcomes: Record<string, string> }[] }>(
  'eligibility',
);
const problems = forms.cases.flatMap((one) => one.problems);

describe('a filled-in form', () => {
  it.each(forms.cases)('$name', ({ answers, problems }) => {
    expect(checkAnswers(item, answers, forms.on)).toEqual(problems);
  });

  it('is checked field by field with the same result', () => {
    for (const { answers, problems } of forms.cases) {
      const ids = [...new Set(item.fields.map((field) => field.id))];
      const byField = ids.flatMap((id) => checkField(item, answers, id, forms.on));
      const known = problems.filter((one) => item.fields.some((field) => field.id === one.field));
      expect(byField).toEqual(known);
    }
  });

  it('says nothing about a hidden field', () => {
    expect(checkField(item, { has_agent: false, agent_note: 5 }, 'agent_note', forms.on)).toEqual([]);
  });

  it('knows that a day in leap years has no anniversary in others', () => {
    expect([yearsLater('2028-02-29', 20), yearsLater('2028-02-29', 1)]).toEqual(['2048-02-29', '2029-02-28']);
  });
});

describe('eligibility', () => {
  it.each(rules.cases)('$name', ({ answers, outcomes }) => {
    const results = checkEligibility(item, answers, rules.on);
    expect(Object.fromEntries(results.map((one) => [one.eligibility.id, one.outcome]))).toEqual(outcomes);
  });
});

describe('words', () => {
  it('exist for every code, and every code is met in the vectors', () => {
    expect(new Set(problems.map((one) => one.code))).toEqual(new Set(PROBLEM_CODES));
  });

  it.each(problems)('name what $field ($code) is about, in both languages', (problem) => {
    const zh = problemWords(problem, item, 'zh');
    const en = problemWords(problem, item, 'en');
    const field = item.fields.find((one) => one.id === problem.field);
    expect(zh).toContain(field?.label_zh ?? problem.field);
    expect(en).toContain(field?.label_en ?? problem.field);
    expect(`${zh}${en}`).not.toMatch(/undefined|null|NaN|！|!/);
  });

  it('name the one of several questions under one id that is shown', () => {
    const problem: Problem = { field: 'contact', code: 'too-short', params: { min: 2 } };

    expect(problemWords(problem, item, 'zh', { kind: 'organisation' })).toContain('“单位联系人”');
    expect(problemWords(problem, item, 'zh', { kind: 'family' })).toContain('“联系人”');
  });

  it.each([
    [{ field: 'phone', code: 'required', params: {} }, '“电话”还没填。', '“Phone” is still empty.'],
    [{ field: 'kind', code: 'required', params: {} }, '“类型”还没选。', '“Kind” is not chosen yet.'],
    [
      { field: 'ends', code: 'date-before', params: { other: 'starts' } },
      '“结束”要在“开始”之后。',
      '“Ends” must be after “Starts”.',
    ],
    [
      { field: 'members', code: 'id-check-digit', params: { row: 2, column: 'id_no' } },
      '“家庭成员”第2行的“身份证号”有一位填错了，请对着证件逐位看一遍。',
      'One digit of “ID number” in row 2 of “Members” is wrong. Please compare it with the card digit by digit.',
    ],
    [
      { field: 'home', code: 'too-long', params: { max: 50, level: 'room' } },
      '“住址”的“房号”太长了，最多50个字。',
      '“Room” in “Home address” is too long: at most 50 characters.',
    ],
  ] satisfies [Problem, string, string][])('read as a clerk would say it: $1', (problem, zh, en) => {
    expect([problemWords(problem, item, 'zh'), problemWords(problem, item, 'en')]).toEqual([zh, en]);
  });

  it('name the groups of fields and the parts of an address', () => {
    const titles = [groupTitle('agent', 'zh'), groupTitle(undefined, 'en'), groupTitle('item', 'zh')];
    expect(titles).toEqual(['有没有人代办', 'What it is about', '要办的事']);
    expect([levelLabel('room', 'zh'), levelLabel('unit', 'en')]).toEqual(['房号', 'Entrance']);
  });
});

describe('tidying', () => {
  it.each<[FieldType, string, string]>([
    ['phone', '１３８ ７１２３ ４５６７', '13871234567'],
    ['phone', '+86 13871234567', '13871234567'],
    ['phone', '027－84468000', '027-84468000'],
    ['id-number', ' 42010519900307124x\n', '42010519900307124X'],
    ['money', '￥1，800。50元', '1800.50'],
    ['name', '陈\u200b志远 ', '陈志远'],
    ['name', '买买提·吐尔逊', '买买提·吐尔逊'],
    ['name', '𬭳𠮷', '𬭳𠮷'],
    ['text', '一\n二', '一 二'],
    ['textarea', '一\r\n二', '一\n二'],
  ])('of a %s turns %j into %j', (type, typed, meant) => {
    expect(tidyAnswer(type, typed)).toBe(meant);
  });
});
