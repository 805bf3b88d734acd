import { describe, expect, it } from 'vitest';
import type { Field, Material, RouteStep, ServiceItem } from '../../src/forms/types';
import type { ItemTrial } from '../../src/protocol/generated';
import { electronically, mailed } from '../../src/publishing/delivery';
import { type Change, changesOf, expecting } from '../../src/publishing/item-draft';
import * as parts from '../../src/publishing/parts';
import { faultsIn } from '../../src/publishing/publish';

const paper = (id: string, more: Partial<Material> = {}): Material => ({
  id,
  type: id,
  name_zh: `材料 ${id}`,
  name_en: id,
  source: 'applicant',
  form: 'photo',
  requirement: 'required',
  condition: null,
  condition_zh: null,
  reuse_days: null,
  can_supply_later: false,
  ...more,
});
const step = (name: string, more: Partial<RouteStep> = {}): RouteStep => ({
  step: name,
  stage: 'review',
  role: 'reviewer',
  name_zh: `步骤 ${name}`,
  name_en: name,
  working_hours: 7,
  clock: 'counted',
  calendar_days: null,
  ...more,
});
const KIND: Field = {
  id: 'kind',
  label_zh: '租赁方式',
  label_en: 'Kind',
  type: 'select',
  required: true,
  options: [
    { value: 'direct', zh: '直接出租', en: 'Direct' },
    { value: 'sublease', zh: '转租', en: 'Sublease' },
  ],
};
const AGENT: Field = { id: 'agent', label_zh: '有人代办', label_en: 'Agent', type: 'boolean', required: true };
/** Asked in two ways, of which only one is ever shown. */
const NAMES: Field[] = [
  {
    id: 'name',
    label_zh: '姓名',
    label_en: 'Name',
    type: 'name',
    required: true,
    show_if: { field: 'agent', in: [true] },
  },
  {
    id: 'name',
    label_zh: '单位',
    label_en: 'Body',
    type: 'text',
    required: true,
    show_if: { field: 'agent', in: [false] },
  },
];
const ITEM = {
  id: 'lease',
  version: 1,
  name_zh: '租房备案',
  name_en: 'Lease filing',
  plain_zh: '租了房来备案',
  notes_zh: [],
  promised_working_days: 3,
  statutory_working_days: null,
  eligibility: [{ id: 'r1', zh: '房子在辖区', en: 'In the district', check: null }],
  materials: [paper('a'), paper('b')],
  field_sets: [],
  fields: [KIND, AGENT, ...NAMES],
  route: [step('review'), step('decide', { stage: 'decide', role: 'decider' })],
  result: { kind: 'letter', name_zh: '证明', name_en: 'Letter', mailable: false, electronic: true, valid_days: null },
  fee: { cny: 0, note_zh: null },
} as unknown as ServiceItem;
const TRIAL: ItemTrial = { name: '自己办', at: '2026-11-23T10:00', answers: {} };
const BEFORE = { item: ITEM, trials: [TRIAL] };
const changed = (change: Partial<ServiceItem>): Change[] =>
  changesOf(BEFORE, { item: { ...ITEM, ...change }, trials: [TRIAL] });
const told = (change: Partial<ServiceItem>): string[] =>
  changed(change).map(({ what, name, aspect, was, becomes }) => `${what} ${name} ${aspect}：${was} → ${becomes}`);

describe('the next version of an item', () => {
  it('differs in nothing until something is changed', () => {
    expect(changesOf(BEFORE, { ...BEFORE, item: { ...ITEM, version: 2 } })).toEqual([]);
  });

  it('names what is other, with what it was', () => {
    const item = {
      ...ITEM,
      promised_working_days: 1,
      eligibility: [],
      materials: [paper('a', { can_supply_later: true }), paper('c')],
    };
    expect(changesOf(BEFORE, { item, trials: [] })).toEqual([
      { what: 'promised', name: '', aspect: '', was: '3', becomes: '1' },
      { what: 'condition', name: '房子在辖区', aspect: '', was: '房子在辖区', becomes: '' },
      { what: 'material', name: '材料 b', aspect: '', was: '材料 b', becomes: '' },
      { what: 'material', name: '材料 a', aspect: '可以后补（容缺）', was: '否', becomes: '是' },
      {
        what: 'material',
        name: '材料 c',
        aspect: '',
        was: '',
        becomes: '材料 c（英文：c；要不要交：必须交；可以后补（容缺）：否）',
      },
      { what: 'trials', name: '', aspect: '', was: '1', becomes: '0' },
    ]);
  });

  it('tells in words what is other about a question', () => {
    const options = [...(KIND.options ?? []), { value: 'option-1', zh: '委托', en: 'Agency' }];
    const when = {
      all: [
        { field: 'kind', in: ['sublease'] },
        { field: 'agent', in: [true] },
      ],
    };
    const fields = [
      { ...KIND, options },
      AGENT,
      { ...NAMES[0], required: false, show_if: when } as Field,
      NAMES[1] as Field,
    ];
    expect(told({ fields })).toEqual([
      'question 租赁方式 选项：直接出租（Direct）、转租（Sublease） → 直接出租（Direct）、转租（Sublease）、委托（Agency）',
      'question 姓名 必须填：是 → 否',
      'question 姓名 前提：有人代办：是 → 租赁方式：转租；有人代办：是',
    ]);
  });

  it('tells in words what is other about steps, fee and delivery', () => {
    const route = [
      step('review', { role: 'assessor', clock: 'excluded', calendar_days: 15 }),
      ITEM.route[1] as RouteStep,
    ];
    expect(told({ route, fee: { cny: 5, note_zh: '工本费' }, result: { ...ITEM.result, mailable: true } })).toEqual([
      'fee  ：0 → 5',
      'fee-note  ： → 工本费',
      'delivery  ：窗口自取、电子件 → 窗口自取、邮寄、电子件',
      'step 步骤 review 谁来办：审核 → 评定机构',
      'step 步骤 review 特别程序，不算在承诺时限里：否 → 是',
      'step 步骤 review 特别程序几天： → 15',
    ]);
  });

  it('tells a new question with all that is said of it, and one of another kind', () => {
    const added: Field = { id: 'question_1', label_zh: '楼层', label_en: 'Floor', type: 'integer', required: true };
    const other = parts.asKind({ ...KIND, validation: { max_length: 9 } }, 'text');
    expect(told({ fields: [AGENT, ...NAMES, added] })).toEqual([
      'question 租赁方式 ：租赁方式 → ',
      'question 楼层 ： → 楼层（英文：Floor；填什么：整数；必须填：是）',
    ]);
    expect(other).toEqual({ id: 'kind', label_zh: '租赁方式', label_en: 'Kind', type: 'text', required: true });
    expect(told({ fields: [other, AGENT, ...NAMES] })).toEqual([
      'question 租赁方式 填什么：选一个 → 一行文字',
      'question 租赁方式 选项：直接出租（Direct）、转租（Sublease） → ',
    ]);
  });

  it('tells another order by what stands where, and nothing that only stands elsewhere in the data', () => {
    const rewritten = Object.fromEntries(Object.entries(KIND).reverse()) as unknown as Field;
    expect(told({ fields: [rewritten, AGENT, ...NAMES] })).toEqual([]);
    expect(told({ fields: parts.moved(ITEM.fields, 0, 1) })).toEqual([
      'question  顺序：租赁方式、有人代办 → 有人代办、租赁方式',
    ]);
  });

  it('never shows how it is stored', () => {
    const check = { field: 'applicant_age', op: 'gte', value: 60 } as const;
    const eligibility = [{ id: 'r1', zh: '房子在辖区', en: 'In the district', check }];
    const materials = [
      paper('a', { requirement: 'conditional', condition: { field: 'kind', in: ['sublease'] } }),
      paper('b'),
    ];
    const lines = told({ eligibility, materials });
    expect(lines).toEqual([
      'condition 房子在辖区 界限： → 不小于 60',
      'material 材料 a 要不要交：必须交 → 看情况交',
      'material 材料 a 前提： → 租赁方式：转租',
    ]);
  });

  it('asks how the result shall come where it can be mailed, and offers what there is', () => {
    const asked = mailed(ITEM, true);
    expect(asked.fields.map(({ id }) => id)).toEqual([
      'delivery_method',
      'mail_recipient',
      'mail_phone',
      'mail_address',
      ...ITEM.fields.map(({ id }) => id),
    ]);
    const offered = (item: ServiceItem) => item.fields[0]?.options?.map(({ value }) => value);
    expect(offered(asked)).toEqual(['pickup', 'mail', 'electronic']);
    expect(offered(electronically(asked, false))).toEqual(['pickup', 'mail']);
    expect(electronically(electronically(asked, false), true)).toEqual(asked);
    expect(mailed(asked, false)).toEqual(ITEM);
  });

  it('keeps a condition with papers that depend on something, and with no others', () => {
    const first = { field: 'agent', in: [true] };
    const conditional = parts.required(paper('a'), 'conditional', first);
    expect(conditional.condition).toEqual(first);
    expect(parts.required({ ...conditional, condition_zh: '代办时' }, 'required', first)).toEqual(paper('a'));
  });

  it('expects what was found, once its operator says so', () => {
    const found = { trial: '自己办', problems: [], materials: ['a'], unmet: [], route: ['x'], due_on: '2026-11-26' };
    expect(expecting(TRIAL, found)).toEqual({
      ...TRIAL,
      problems: [],
      materials: ['a'],
      unmet: [],
      due_on: '2026-11-26',
    });
  });

  it('gives what is added an id that nothing has', () => {
    expect(parts.freshId('paper', ['paper-1', 'paper-3'])).toBe('paper-2');
    expect(parts.freshId('question', ['question_1'], '_')).toBe('question_2');
  });

  it('tells ways to ask the same apart', () => {
    expect(parts.keysOf(['kind', 'name', 'name'])).toEqual(['kind', 'name', 'name 2']);
  });

  it('puts a condition together from one question or several, and takes it apart', () => {
    const [one, two] = [
      { field: 'kind', in: ['direct'] },
      { field: 'agent', in: [true] },
    ];
    expect([[], [one], [one, two]].map(parts.conditionOf)).toEqual([null, one, { all: [one, two] }]);
    expect(parts.partsOf({ all: [one, { all: [two] }] })).toEqual([one, two]);
  });

  it('offers the answers of a question, and keeps in sight what it offers no more', () => {
    const choices = parts.choicesOf([...ITEM.fields, KIND]);
    expect(choices.map(({ id }) => id)).toEqual(['kind', 'agent']);
    expect(parts.firstOf(KIND)).toEqual({ field: 'kind', in: ['direct'] });
    expect(parts.valuesOf({ field: 'kind', in: ['gone'] }, choices).map(({ words }) => words)).toEqual([
      '直接出租',
      '转租',
      'gone',
    ]);
    expect(parts.valuesOf({ field: 'agent', in: [true] }, choices).map(({ words }) => words)).toEqual(['是', '否']);
  });

  it('lets the clock of a step follow its stage', () => {
    const special = parts.atStage(step('x'), 'review', true);
    expect(special.clock).toBe('excluded');
    expect(parts.atStage({ ...special, calendar_days: 9 }, 'deliver')).toEqual(
      step('x', { stage: 'deliver', clock: 'after-decision' }),
    );
  });
});

describe('a refusal to publish', () => {
  it('names its places, be they faults or test cases', () => {
    expect(faultsIn({ faults: ['route: x'] })).toEqual(['route: x']);
    expect(faultsIn({ failures: [{ trial: '自己办', aspect: 'materials', expected: 'a', found: '' }] })).toEqual([
      '自己办：a → —',
    ]);
    expect(faultsIn({})).toEqual([]);
  });
});
