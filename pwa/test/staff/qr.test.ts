import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { linkAddress, newSecret } from '../../src/staff/link';
import { qrOf } from '../../src/staff/qr';

/** Drawn by segno 1.6.6 (level L, byte mode) without the zero byte that it adds before the padding, which the standard does not ask for. */
const CODES = JSON.parse(readFileSync(new URL('./qr-codes.json', import.meta.url), 'utf8')) as {
  text: string;
  mask: number;
  rows: string[];
}[];

test.each(CODES)('the code of $text is the one that another encoder draws', ({ text, mask, rows }) => {
  expect(qrOf(text, mask).map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))).toEqual(rows);
});

test('a text that no code of these sizes holds is refused', () => {
  expect(() => qrOf('x'.repeat(400))).toThrow();
});

test('a link carries its secret where no server sees it, and the centre gets the hash of the secret', () => {
  const { secret, token_hash } = newSecret();

  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(token_hash).toMatch(/^[0-9a-f]{64}$/);
  expect(linkAddress('https://door.example', 'case-1', secret)).toBe(`https://door.example/hand-in/case-1#${secret}`);
});
