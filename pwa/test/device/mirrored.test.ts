import { describe, expect, it, vi } from 'vitest';
import { Mirrored, merged, PIECE, type Source } from '../../src/device/mirrored';
import type { Kind, LocalRow } from '../../src/device/types';

const row = (id: string, pos = 1): LocalRow => ({ id, pos, kind: 'queue', body: {}, marks: [] }) as unknown as LocalRow;
const seen = (rows: readonly LocalRow[] | null): string[] | undefined => rows?.map(({ id, pos }) => `${id}${pos}`);

/** A device whose reads are answered when the test says so. */
class Device {
  held = [row('a'), row('b'), row('c')];
  readonly asked: (readonly string[] | string | null)[] = [];
  readonly mirrored: Mirrored;
  private readonly waiting: { answer: () => void; fail: () => void }[] = [];

  constructor(kind: Kind = 'queue') {
    const source: Source = {
      rows: (_, ids) => this.later(ids, (id) => ids === null || ids.includes(id)),
      rowsAfter: (_, after, most) => this.later(after || null, (id) => id > after, most),
    };
    this.mirrored = new Mirrored(kind, source);
  }

  private later(asked: readonly string[] | string | null, holds: (id: string) => boolean, most?: number) {
    this.asked.push(asked);
    const rows = this.held.filter(({ id }) => holds(id)).slice(0, most);
    return new Promise<LocalRow[]>((resolve, reject) => {
      this.waiting.push({ answer: () => resolve(rows), fail: () => reject(new Error('gone')) });
    });
  }

  async answer(how: 'answer' | 'fail' = 'answer'): Promise<void> {
    this.waiting.shift()?.[how]();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }

  /** All rows are there. */
  static async ready(kind: Kind = 'queue'): Promise<Device> {
    const device = new Device(kind);
    void device.mirrored.read(null);
    await device.answer();
    return device;
  }
}

describe('Mirrored', () => {
  it('reads all rows once and then no more than what has changed', async () => {
    const device = await Device.ready();
    device.held = [row('a'), row('b', 2), row('bb'), row('d')];

    const read = device.mirrored.read(['b', 'bb', 'c']);
    await device.answer();
    await read;

    expect(device.asked).toEqual([null, ['b', 'bb', 'c']]);
    expect(seen(device.mirrored.rows.value)).toEqual(['a1', 'b2', 'bb1']);
  });

  it('reads all where something changed before the first rows were there', async () => {
    const device = new Device();
    void device.mirrored.read(['b']);
    await device.answer();
    expect(device.asked).toEqual([null]);
    expect(seen(device.mirrored.rows.value)).toEqual(['a1', 'b1', 'c1']);
  });

  it('reads what changes meanwhile together, after the read that goes on', async () => {
    const device = await Device.ready();
    void device.mirrored.read(['a']);
    device.held = [row('a', 2), row('b', 3), row('c')];
    void device.mirrored.read(['b']);
    void device.mirrored.read(['a', 'b']);
    await device.answer();
    expect(seen(device.mirrored.rows.value)).toEqual(['a1', 'b1', 'c1']);
    await device.answer();
    expect(device.asked).toEqual([null, ['a'], ['b', 'a']]);
    expect(seen(device.mirrored.rows.value)).toEqual(['a2', 'b3', 'c1']);
  });

  it('is told by all rows where one of those that are waited for asks for all', async () => {
    const device = await Device.ready();
    void device.mirrored.read(['a']);
    void device.mirrored.read(null);
    void device.mirrored.read(['b']);
    await device.answer();
    await device.answer();
    expect(device.asked).toEqual([null, ['a'], null]);
  });

  it('reads many rows in pieces, and what changed between two of them a little later', async () => {
    const device = new Device();
    const many = Array.from({ length: PIECE + 2 }, (_, n) => row(String(n).padStart(6, '0')));
    device.held = many;
    void device.mirrored.read(null);
    await device.answer();
    device.held = many.map((one, n) => (n === 0 ? { ...one, pos: 7 } : one));
    const read = device.mirrored.read(['000000']);
    await device.answer();
    expect(device.mirrored.rows.value?.length).toBe(PIECE + 2);
    expect(device.asked.length).toBe(2);
    await vi.waitFor(() => expect(device.asked.length).toBe(3));
    await device.answer();
    await read;
    expect(device.asked).toEqual([null, many[PIECE - 1]?.id, ['000000']]);
    expect(device.mirrored.rows.value?.[0]?.pos).toBe(7);
  });

  it('asks for nothing where nothing has changed', async () => {
    const device = await Device.ready();
    await device.mirrored.read([]);
    expect(device.asked).toEqual([null]);
  });

  it('reads all again after a read that failed', async () => {
    const device = await Device.ready();
    const failed = expect(device.mirrored.read(['a'])).rejects.toThrow('gone');
    await device.answer('fail');
    await failed;
    device.held = [row('a', 5)];
    void device.mirrored.read(['c']);
    await device.answer();
    expect(device.asked.at(-1)).toBeNull();
    expect(seen(device.mirrored.rows.value)).toEqual(['a5']);
  });

  it('shows nothing that was asked for before it was to forget', async () => {
    const device = await Device.ready();
    void device.mirrored.read(['a']);
    device.mirrored.forget();
    await device.answer();
    expect(device.mirrored.rows.value).toBeNull();
    void device.mirrored.read(null);
    await device.answer();
    expect(seen(device.mirrored.rows.value)).toEqual(['a1', 'b1', 'c1']);
  });

  it('always reads all rows that show own filings', async () => {
    const device = await Device.ready('status');
    void device.mirrored.read(['a']);
    await device.answer();
    expect(device.asked).toEqual([null, null]);
  });
});

it('merged keeps rows in the order of their ids', () => {
  const rows = merged([row('b'), row('d')], [row('a'), row('c'), row('d', 2)], new Set(['a', 'c', 'd']));
  expect(seen(rows)).toEqual(['a1', 'b1', 'c1', 'd2']);
});
