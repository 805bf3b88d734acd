import { describe, expect, it } from 'vitest';
import { overlaid, overlaidRow } from '../../src/device/overlay';
import type { OutboxEntry } from '../../src/device/types';

const ZHOU = { id: 'zhou', kind: 'staff' as const, name: '周敏' };

const entry = (id: string, type: OutboxEntry['type'], change: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id,
  seq: 1,
  lane: 'case',
  type,
  args: {},
  base: null,
  after: [],
  needs: [],
  files: [],
  at: '2026-11-23T07:02:10.000Z',
  by: 'zhou',
  body: '',
  state: 'queued',
  pos: null,
  code: null,
  params: null,
  options: [],
  judged_at: null,
  about: null,
  offered: false,
  ...change,
});

const page = (file: string, state: string) => ({
  file,
  material: 'lease-contract',
  number: 3,
  sha256: 's',
  size: 9,
  state,
});
const status = (pages: object[]) => ({ id: 'case', pos: 5, body: { pages, status: 'correction', turn: 'you' } });

describe('a filing', () => {
  const filing = entry('f', 'case.file@1', {
    args: {
      item_id: 'house-lease-filing',
      item_version: 2,
      answers: { applicant_name: '陈志远' },
      pages: [{ file: 'p1', material: 'lease-contract', number: 1 }],
      declarations: ['promise'],
    },
    files: [{ id: 'p1', sha256: 'abc', size: 7 }],
    about: { item_name: { zh: '房屋租赁登记备案', en: 'Lease filing' }, applicant: '陈志远' },
  });

  it('is a row of its own until the centre has one', () => {
    const [row] = overlaid('status', [], [filing], null);

    expect(row).toMatchObject({
      id: 'case',
      pos: 0,
      body: {
        item_name: { zh: '房屋租赁登记备案' },
        status: 'filed',
        filing_number: '',
        awaiting_files: 1,
        applicant_name: '陈志远',
        pages: [{ file: 'p1', sha256: 'abc', size: 7, state: 'waiting' }],
      },
      marks: [{ intent: 'f', type: 'case.file@1', state: 'waiting' }],
    });
  });

  it('gives way to the row of the centre, keeping its mark', () => {
    const rows = overlaid('status', [status([])], [{ ...filing, state: 'applied' }], null);

    expect(rows.map(({ pos, marks }) => [pos, marks.map((mark) => mark.state)])).toEqual([[5, ['applied']]]);
  });

  it('stays in sight when it was refused', () => {
    const [row] = overlaid('status', [], [{ ...filing, state: 'refused', code: 'answers-invalid' }], null);

    expect(row?.marks).toMatchObject([{ state: 'refused', code: 'answers-invalid' }]);
  });
});

describe('a supplement', () => {
  const supplement = entry('s', 'case.supplement@1', {
    args: { pages: [{ file: 'new', material: 'lease-contract', number: 3 }], replaces: ['old'] },
    files: [{ id: 'new', sha256: 'n', size: 4 }],
  });
  const states = (state: OutboxEntry['state'], pages = [page('old', 'stored')]) =>
    overlaidRow('status', status(pages), [{ ...supplement, state }], null).body.pages.map((one) => [
      one.file,
      one.state,
    ]);

  it('shows the new page in the place of the old one', () => {
    expect(states('queued')).toEqual([
      ['old', 'replaced'],
      ['new', 'waiting'],
    ]);
  });

  it('does not show a page twice that has come back', () => {
    expect(states('applied', [page('old', 'replaced'), page('new', 'stored')])).toEqual([
      ['old', 'replaced'],
      ['new', 'stored'],
    ]);
  });

  it('changes nothing once it was set aside', () => {
    expect(states('conflict')).toEqual([['old', 'stored']]);
  });
});

describe('at the desk', () => {
  const queue = (claimed_by: object | null) => ({ id: 'case', pos: 5, body: { claimed_by } });

  it('an own claim shows at once, another one is never overwritten', () => {
    const claim = entry('c', 'case.claim@1');
    const own = overlaidRow('queue', queue(null), [claim], ZHOU);
    const late = overlaidRow('queue', queue({ id: 'li', name: '李涛' }), [claim], ZHOU);

    expect([own.body.claimed_by, late.body.claimed_by]).toEqual([
      { id: 'zhou', name: '周敏' },
      { id: 'li', name: '李涛' },
    ]);
  });

  it('an act that only the centre can do is a mark, never a state', () => {
    const row = overlaidRow(
      'queue',
      { id: 'case', pos: 5, body: { status: 'received', claimed_by: null } },
      [entry('a', 'case.accept@1')],
      ZHOU,
    );

    expect([row.body.status, row.marks.map((mark) => mark.type)]).toEqual(['received', ['case.accept@1']]);
  });

  it('an own note shows once, before and after it has come back', () => {
    const note = entry('n', 'case.note@1', { args: { text: '晚上能补' } });
    const body = { notes: [] as object[], claimed_by: null };
    const before = overlaidRow('case', { id: 'case', pos: 5, body }, [note], ZHOU);
    const back = { ...body, notes: [{ at: '', by_name: '周敏', text: '晚上能补' }] };
    const after = overlaidRow('case', { id: 'case', pos: 6, body: back }, [{ ...note, state: 'applied' }], ZHOU);

    expect([before.body.notes.length, after.body.notes.length]).toEqual([1, 1]);
  });

  it('the report that a case was read is nobody’s business', () => {
    const row = overlaidRow('queue', queue(null), [entry('v', 'record.view@1')], ZHOU);

    expect(row.marks).toEqual([]);
  });
});
