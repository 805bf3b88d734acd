import { expect, it, test } from 'vitest';
import { keptOf, TRIES, tried, weakness } from '../../src/signin/pin';
import { SIGN_IN_WORDS } from '../../src/signin/words';

test.each([
  ['27182', 'short'],
  ['27182x', 'short'],
  ['2718281', 'short'],
  ['111111', 'easy'],
  ['123456', 'easy'],
  ['987654', 'easy'],
  ['271271', 'easy'],
  ['121212', 'easy'],
  ['271828', null],
  ['890123', null],
])('%s as a PIN is %s', (pin, why) => {
  expect(weakness(pin)).toBe(why);
});

it('opens with the right PIN only, and with none once it was tried too often', async () => {
  let kept = await keptOf('271828');
  expect(JSON.stringify(kept)).not.toContain('271828');

  for (let left = TRIES - 1; left >= 0; left -= 1) {
    const answer = await tried('314159', kept);
    expect([answer.isRight, answer.kept.left]).toEqual([false, left]);
    kept = answer.kept;
  }

  expect((await tried('271828', kept)).isRight).toBe(false);
}, 20_000);

it('counts anew after the right one', async () => {
  const once = await tried('314159', await keptOf('271828'));

  const answer = await tried('271828', once.kept);

  expect([answer.isRight, answer.kept.left]).toEqual([true, TRIES]);
}, 20_000);

it('keeps two people with the same PIN apart', async () => {
  expect((await keptOf('271828')).check).not.toBe((await keptOf('271828')).check);
});

test('both languages fill the same blanks', () => {
  const { zh, en } = SIGN_IN_WORDS as { zh: Record<string, string>; en: Record<string, string> };
  const blanks = (text = '') => [...new Set([...text.matchAll(/\{(\w+)/g)].map((found) => found[1]))].sort();

  for (const key of Object.keys(zh)) expect(blanks(en[key]), key).toEqual(blanks(zh[key]));
});
