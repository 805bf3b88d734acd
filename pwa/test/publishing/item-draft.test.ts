import { describe, expect, it } from 'vitest';
import type { Material, ServiceItem } from '../../src/forms/types';
import type { ItemTrial } from '../../src/protocol/generated';
import { changesOf, expecting, freshId, required } from '../../src/publishing/item-draft';
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
} as unknown as ServiceItem;
const TRIAL: ItemTrial = { name: '自己办', at: '2026-11-23T10:00', answers: {} };
const BEFORE = { item: ITEM, trials: [TRIAL] };

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
      { what: 'promised', name: '', was: '3', becomes: '1' },
      { what: 'condition', name: '房子在辖区', was: '房子在辖区', becomes: '' },
      { what: 'material', name: '材料 b', was: '材料 b', becomes: '' },
      { what: 'material', name: '材料 a', was: 'false', becomes: 'true' },
      { what: 'material', name: '材料 c', was: '', becomes: '材料 c' },
      { what: 'trials', name: '', was: '1', becomes: '0' },
    ]);
  });

  it('keeps a condition with papers that depend on something, and with no others', () => {
    const first = { field: 'agent', in: [true] };
    const conditional = required(paper('a'), 'conditional', first);
    expect(conditional.condition).toEqual(first);
    expect(required({ ...conditional, condition_zh: '代办时' }, 'required', first)).toEqual(paper('a'));
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
    expect(freshId('paper', [{ id: 'paper-1' }, { id: 'paper-3' }])).toBe('paper-2');
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
