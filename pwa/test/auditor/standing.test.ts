import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { type Remembered, type Standing, sinceLast } from '../../src/auditor/log/standing';

interface Grown {
  readonly old: number;
  readonly old_root: string;
  readonly new: number;
  readonly path: readonly string[];
  readonly holds: boolean;
}

const VECTORS = JSON.parse(readFileSync(new URL('../../../tests/vectors/proofs.json', import.meta.url), 'utf8')) as {
  keys: { key: string; endorsement: string }[];
  forged: string;
  notes: Record<string, string>;
  consistency: Grown[];
};
const [FIRST, NEXT] = VECTORS.keys as [{ key: string; endorsement: string }, { key: string; endorsement: string }];
const NOW = '2026-11-24T02:00:00Z';
const BEFORE = '2026-11-23T02:00:00Z';
const NAME = 'doorstep/6f2c';

function standing(size: number, changes: Partial<Standing> = {}): Standing {
  return {
    name: NAME,
    checkpoint: VECTORS.notes[size] as string,
    last_at: NOW,
    keys: [{ at: BEFORE, ...FIRST }],
    restored: [],
    erased: [],
    more: false,
    ...changes,
  };
}

function kept(size: number, changes: Partial<Remembered> = {}): Remembered {
  const grown = VECTORS.consistency.find((one) => one.old === size && one.holds);
  return { name: NAME, size, root: grown?.old_root ?? '', at: BEFORE, keys: FIRST.key, ...changes };
}

const honest = (old: number, later: number): Promise<readonly string[]> =>
  Promise.resolve(VECTORS.consistency.find((one) => one.old === old && one.new === later && one.holds)?.path ?? []);

async function since(told: Standing, remembered: Remembered | null) {
  return sinceLast(told, remembered, { now: NOW, path: honest });
}

describe('since the last visit', () => {
  test('the first one only remembers', async () => {
    const found = await since(standing(13), null);

    expect(found.since).toEqual({ found: 'first', size: 13 });
    expect(found.remember).toMatchObject({ name: NAME, size: 13, at: NOW, keys: FIRST.key });
  });

  test('a log that has grown goes on from what was seen', async () => {
    const found = await since(standing(13), kept(6));

    expect(found.since).toEqual({ found: 'same', old: 6, new: 7, when: BEFORE });
    expect(found.remember?.size).toBe(13);
  });

  test('one that has not grown needs no proof', async () => {
    const path = vi.fn();
    const found = await sinceLast(standing(13), kept(13), { now: NOW, path });

    expect(found.since).toMatchObject({ found: 'same', new: 0 });
    expect(path).not.toHaveBeenCalled();
  });

  test.each([
    ['an end that was cut off', standing(6), kept(13), 'shorter'],
    ['events that were changed', standing(13), kept(6, { root: kept(7).root }), 'changed'],
    ['the same size with another root', standing(13), kept(13, { root: kept(7).root }), 'changed'],
    ['another log', standing(13), kept(6, { name: 'doorstep/other' }), 'other'],
    ['another key', standing(13), kept(6, { keys: NEXT.key }), 'unsigned'],
    [
      'a key that nobody signed',
      standing(13, {
        keys: [
          { at: NOW, ...FIRST },
          { at: NOW, key: NEXT.key, endorsement: VECTORS.forged },
        ],
      }),
      kept(6),
      'unsigned',
    ],
    [
      'an altered checkpoint',
      standing(13, { checkpoint: standing(13).checkpoint.replace('\n13\n', '\n14\n') }),
      kept(6),
      'unsigned',
    ],
  ] as const)('%s is named, and nothing of it remembered', async (_, told, remembered, found) => {
    const { since: what, remember } = await since(told, remembered);

    expect(what.found).toBe(found);
    expect(remember).toBeNull();
  });

  test('a restoration says what was lost', async () => {
    const restored = [{ at: NOW, name: NAME, before: 'doorstep/old', size: 4 }];
    const found = await since(standing(13, { restored }), kept(6, { name: 'doorstep/old' }));

    expect(found.since).toEqual({ found: 'restored', old: 6, kept: 4, when: BEFORE });
    expect(found.remember?.name).toBe(NAME);
  });

  test('a key that the one before has signed is taken over', async () => {
    const keys = [
      { at: BEFORE, ...FIRST },
      { at: NOW, ...NEXT },
    ];
    const found = await since(standing(13, { keys }), kept(6));

    expect(found.since.found).toBe('same');
    expect(found.remember?.keys).toBe(`${FIRST.key},${NEXT.key}`);
  });
});
