import { describe, expect, it } from 'vitest';
import type { Field, Material, ServiceItem } from '../../src/forms/types';
import { answerWords } from '../../src/resident/answer-words';
import {
  MATERIALS,
  missingPapers,
  paperCount,
  SUMMARY,
  shownFields,
  stepsOf,
  topicProblems,
} from '../../src/resident/apply/checks';
import { topicsOf, topicTitle } from '../../src/resident/apply/topics';

const LESSOR = ['kind', 'name', 'phone'].map((part) => field(`lessor_${part}`, `出租人${part}`));
const OWN = [field('purpose', '用途'), ...LESSOR, field('area', '面积')];
const APPLICANT = [field('applicant_name', '姓名', { type: 'name', group: 'applicant-person' })];
const DELIVERY = [field('delivery_method', '领取方式', { group: 'delivery' })];

describe('the screens of a form', () => {
  it('are one topic each, the delivery last, whatever the order of the groups', () => {
    const topics = topicsOf([...DELIVERY, ...APPLICANT, ...OWN]);

    expect(topics.map((topic) => topic.id)).toEqual(['applicant-person', 'purpose', 'delivery']);
  });

  it('keep together what belongs together and are never endless', () => {
    const many = Array.from({ length: 20 }, (_, n) => field(`part${n}_x`, `第${n}`));

    expect(topicsOf(many).every((topic) => topic.fields.length <= 7)).toBe(true);
    expect(topicsOf(many).flatMap((topic) => topic.fields)).toEqual(many);
  });

  it('are named after what most of their questions share', () => {
    expect(topicTitle({ id: 'purpose', own: true, fields: OWN })).toBe('出租人');
    expect(topicTitle({ id: 'a', own: true, fields: [field('a', '用途'), field('b', '面积')] })).toBe('用途等几项');
  });

  it('end with the papers and the summary, and leave out topics with nothing to ask', () => {
    const hidden = field('mail_name', '收件人', { group: 'delivery', show_if: { field: 'purpose', in: ['never'] } });
    const item = itemOf([...OWN, hidden], [material('lease')]);

    expect(stepsOf(topicsOf(item.fields), item, {}).map((step) => step.id)).toEqual(['purpose', MATERIALS, SUMMARY]);
  });

  it('show a question only while its condition holds, and check only what is shown', () => {
    const kind = field('kind', '类型', { type: 'select', options: [{ value: 'person', zh: '个人', en: 'Person' }] });
    const number = field('number', '证件号码', { show_if: { field: 'kind', in: ['person'] } });
    const item = itemOf([kind, number], []);
    const [topic] = topicsOf(item.fields);
    if (!topic) throw new Error('no topic');

    expect(shownFields(topic, item, {}).map((one) => one.id)).toEqual(['kind']);
    expect(topicProblems(topic, item, { kind: 'person' }, '2026-11-23').map((one) => [one.field, one.code])).toEqual([
      ['number', 'required'],
    ]);
  });
});

describe('papers', () => {
  const item = itemOf(OWN, [
    material('lease'),
    material('licence', { source: 'shared' }),
    material('truth', { source: 'self-declared', form: 'form-field' }),
    material('consent', { requirement: 'conditional', condition: { field: 'purpose', in: ['sublet'] } }),
  ]);
  const none = () => false;
  const nothing = { photographed: none, signed: none, reused: none, later: none };

  it('that must be there at filing are named; what we look up is not', () => {
    const missing = missingPapers(item, {}, nothing);

    expect(missing.map(({ needed, kind }) => [needed.material.id, kind])).toEqual([
      ['lease', 'photo'],
      ['truth', 'sign'],
    ]);
  });

  it('follow the answers', () => {
    const missing = missingPapers(item, { purpose: 'sublet' }, { ...nothing, signed: () => true });

    expect(missing.map(({ needed }) => needed.material.id)).toEqual(['lease', 'consent']);
  });

  it('are counted by what is still to do', () => {
    const have = { ...nothing, photographed: (id: string) => id === 'lease' };

    expect(paperCount(item, {}, have)).toEqual({ all: 2, done: 1, missing: 1 });
  });

  it('are not asked for where a checked copy serves or where they are promised for later', () => {
    for (const kept of ['reused', 'later'] as const) {
      const have = { ...nothing, [kept]: (id: string) => id === 'lease' };

      expect(missingPapers(item, {}, have).map(({ needed }) => needed.material.id)).toEqual(['truth']);
    }
  });
});

describe('an answer reads', () => {
  it('as its kind wants it', () => {
    const yes = field('owned', '共有', { type: 'boolean' });
    const choice = field('use', '用途', { type: 'select', options: [{ value: 'home', zh: '居住', en: 'Home' }] });
    const place = field('place', '坐落', { type: 'address', validation: { levels: ['province', 'city'] } });
    const people = field('people', '成员', {
      type: 'table',
      columns: [{ id: 'n', label_zh: '姓名', label_en: 'Name', type: 'name' }],
    });

    expect(answerWords(yes, false)).toBe('否');
    expect(answerWords(choice, 'home')).toBe('居住');
    expect(answerWords(place, { province: '湖北', city: '武汉' })).toBe('湖北 武汉');
    expect(answerWords(place, { text: '北桥路 18 号' })).toBe('北桥路 18 号');
    expect(answerWords(people, [{ n: '李桂兰' }, { n: '陈志远' }])).toBe('姓名 李桂兰；姓名 陈志远');
    expect(answerWords(place, undefined)).toBe('没填');
  });
});

function field(id: string, label: string, rest: Partial<Field> = {}): Field {
  return { id, label_zh: label, label_en: label, type: 'text', required: true, ...rest };
}

function material(id: string, rest: Partial<Material> = {}): Material {
  return {
    id,
    type: id,
    name_zh: id,
    name_en: id,
    source: 'applicant',
    form: 'photo',
    requirement: 'required',
    condition: null,
    condition_zh: null,
    reuse_days: null,
    can_supply_later: false,
    ...rest,
  };
}

function itemOf(fields: Field[], materials: Material[]): ServiceItem {
  return { id: 'item', version: 1, fields, materials, eligibility: [] } as unknown as ServiceItem;
}
