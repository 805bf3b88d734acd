import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ServiceItem } from '../../src/forms/types';
import {
  type Args,
  askedOf,
  isPlayLacking,
  isRight,
  itemsAbout,
  lacksRight,
  namesIn,
  newArgs,
  otherArgs,
  pagesIn,
  playAs,
  readAnswer,
  SPOKEN,
  standingOf,
  stoodSo,
  toggled,
  withArg,
} from '../../src/learn/practice/acting';
import { blankStep } from '../../src/learn/practice/editing';

const step = () => ({ ...blankStep(1), expected: { action: 'explain', args: { plain: true } } });
const say = (action: string, args: Args) => ({
  action,
  args,
  text_zh: '话',
  text_en: '',
});

describe('what an act is done with', () => {
  it('is asked for by act, which item only where there are several, and nothing of what is said', () => {
    expect(askedOf('accept-with-gap', 1)).toEqual(['material']);
    expect(askedOf('reuse-material', 1)).toEqual(['materials']);
    expect(askedOf('reuse-material', 2)).toEqual(['items', 'item', 'materials']);
    expect([...SPOKEN].flatMap((action) => askedOf(action, 2))).toEqual([]);
  });

  it('may be anything where it is emptied', () => {
    expect(withArg({ item: 'a', step: 'review' }, 'step', '')).toEqual({ item: 'a' });
    expect(toggled({ materials: ['id-card'] }, 'materials', 'id-card')).toEqual({});
  });

  it('keeps a part of a paper until the paper is no longer asked for', () => {
    const args = { missing: ['lessee-id:back', 'co-owner-consent'] };

    expect(namesIn(args, 'missing')).toEqual(['lessee-id', 'co-owner-consent']);
    expect(toggled(args, 'missing', 'lease')).toEqual({ missing: ['lessee-id:back', 'co-owner-consent', 'lease'] });
    expect(toggled(args, 'missing', 'lessee-id')).toEqual({ missing: ['co-owner-consent'] });
  });

  it('shows what came with a file and has no field', () => {
    expect(otherArgs('accept-case', { item: 'a', mood: 'kind', n: 2 })).toEqual([
      ['mood', 'kind'],
      ['n', '2'],
    ]);
  });

  it('is chosen from the item that is named, else from all', () => {
    const items = [{ id: 'a' }, { id: 'b' }] as ServiceItem[];

    expect(itemsAbout({ item: 'b' }, items).map(({ id }) => id)).toEqual(['b']);
    expect(itemsAbout({}, items).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('what is said', () => {
  it('is right where it is what the step expects, in whatever order it is written', () => {
    expect(isRight(say('explain', { a: 'x', plain: true }), { action: 'explain', args: { plain: true, a: 'x' } })).toBe(
      true,
    );
    expect(isRight(say('explain', {}), { action: 'explain' })).toBe(true);
    expect(isRight(say('explain', { plain: false }), { action: 'explain', args: { plain: true } })).toBe(false);
  });

  it('is told apart from the rest of its step by what is added to it', () => {
    const one = step();
    one.choices = [say('explain', newArgs(one))];
    one.choices.push(say('explain', newArgs(one)));

    expect(one.choices.map(({ args }) => args)).toEqual([{ says: '1' }, { says: '2' }]);
  });

  it('is lacking while none of it is right, and never in a step that is done', () => {
    const one = step();
    expect(lacksRight(one)).toBe(true);
    expect(lacksRight({ ...one, choices: [say('explain', { plain: true })] })).toBe(false);
    expect(lacksRight({ ...one, expected: { action: 'accept-case', args: {} } })).toBe(false);
  });
});

describe('what happens by itself', () => {
  it('takes over what another kind has too', () => {
    const before = { do: 'file' as const, item: 'a', agent: true, pages: { p: [1] } };

    expect(playAs('supply', before)).toEqual({ do: 'supply', item: 'a', pages: { p: [1] } });
    expect(playAs('wait', before)).toEqual({ do: 'wait', days: 1 });
  });

  it('has a paper shown, promised or not spoken of, never two of them', () => {
    const shown = stoodSo({ do: 'file', later: ['p'] }, 'p', 'shown');
    expect([standingOf(shown, 'p'), shown.later]).toEqual(['shown', []]);

    const later = stoodSo({ ...shown, shows: { p: '字' } }, 'p', 'later');
    expect([standingOf(later, 'p'), later.pages, later.shows]).toEqual(['later', {}, {}]);
    expect(standingOf(stoodSo(later, 'p', ''), 'p')).toBe('');
  });

  it('reads page numbers however they are separated', () => {
    expect(['2、1', '1,2', '1 2 2', '', '0 120'].map(pagesIn)).toEqual([[1, 2], [1, 2], [1, 2], [], []]);
  });

  it('keeps whole numbers as numbers and sums of money as they are written', () => {
    expect([readAnswer('36', 'integer'), readAnswer('36', 'money'), readAnswer(' 工地 ', 'text')]).toEqual([
      36,
      '36',
      '工地',
    ]);
  });

  it('lacks days that are no days, and who completes a step', () => {
    const plays = [{ do: 'wait', days: 7 }, { do: 'wait', days: 0 }, { do: 'work', role: '' }, { do: 'cut' }] as const;

    expect(plays.map(isPlayLacking)).toEqual([false, true, true, false]);
  });
});

it('every act that a file may expect is offered, and is either said or done with something', () => {
  const source = readFileSync(new URL('../../../domain/training/content.py', import.meta.url), 'utf8');
  const actions = [...(source.match(/^ACTIONS = \(([^)]*)\)/m)?.[1] ?? '').matchAll(/"([a-z-]+)"/g)].map(
    ([, one]) => one,
  );

  expect(actions.length).toBeGreaterThan(20);
  expect(actions.filter((one) => one && !SPOKEN.has(one) && askedOf(one, 2).length === 0)).toEqual([]);
});
