import { describe, expect, it } from 'vitest';
import { find } from '../../src/forms/finder';
import type { ItemSummary } from '../../src/forms/types';
import { vectors } from './vectors';

const items = vectors<ItemSummary[]>('summaries');
const { queries } = vectors<{ queries: { query: string; first: string | null }[] }>('finder');

describe('finding an item', () => {
  it.each(queries)('$query brings $first first', ({ query, first }) => {
    expect(find(items, query)[0]?.id ?? null).toBe(first);
  });

  it.each(['zufang', '租房备案', 'laonianzheng', '高龄津贴'])('%s is found from each of its beginnings', (query) => {
    const whole = find(items, query)[0];
    for (let length = 1; length < query.length; length++) {
      expect(find(items, query.slice(0, length))).toContain(whole);
    }
  });

  it.each(['', '   ', '？'])('%j lists all items by how often they are asked for', (query) => {
    expect(find(items, query).map((item) => item.high_frequency_rank)).toEqual(items.map((_, i) => i + 1));
  });

  it('takes signs that mean something elsewhere for signs', () => {
    expect(find(items, '.*+?^$()|[]\\')).toEqual([]);
  });

  it('answers within a key press for a list five times as long', () => {
    const many = Array.from({ length: 5 }, () => items).flat();
    const started = performance.now();
    for (const { query } of queries) find(many, query);
    expect((performance.now() - started) / queries.length).toBeLessThan(16);
  });
});
