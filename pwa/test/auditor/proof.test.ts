import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { checkExport, checkReceipt, sentenceOf } from '../../src/auditor/proof/check';
import { follows } from '../../src/auditor/proof/known-keys';
import { unzipped } from '../../src/auditor/proof/zip';
import { language } from '../../src/i18n';
import { decoded, text } from '../../src/proof/bytes';
import { hasSigned } from '../../src/proof/ed25519';
import { keysOf } from '../../src/proof/notes';
import { sha512 } from '../../src/proof/sha512';
import { fromHex, hex, isConsistent } from '../../src/proof/tree';

interface Vector {
  readonly name: string;
  readonly kind: 'receipt' | 'code' | 'export';
  readonly text?: string;
  readonly held?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly sentence: string;
}

interface Grown {
  readonly old: number;
  readonly old_root: string;
  readonly new: number;
  readonly new_root: string;
  readonly path: readonly string[];
  readonly holds: boolean;
}

const VECTORS = JSON.parse(readFileSync(new URL('../../../tests/vectors/proofs.json', import.meta.url), 'utf8')) as {
  key: string;
  keys: { key: string; endorsement: string }[];
  forged: string;
  zip: string;
  found: Vector[];
  consistency: Grown[];
};
const KEYS = keysOf(VECTORS.key);

afterEach(() => {
  language.value = 'zh';
});

test.each(VECTORS.found)('$kind $name: the same sentence as the verifier', ({ text: said, held, status, sentence }) => {
  language.value = 'en';
  const verdict = held
    ? checkExport(new Map(Object.entries(held).map(([name, content]) => [name, text(content)])), KEYS)
    : checkReceipt(said ?? '', KEYS);

  expect(sentenceOf(verdict)).toBe(sentence);
  expect(verdict.status).toBe(status);
});

test.each(VECTORS.consistency)('from $old to $new: $holds', (one) => {
  const [earlier, later] = [
    { size: one.old, root: decoded(one.old_root) },
    { size: one.new, root: decoded(one.new_root) },
  ];

  expect(isConsistent(earlier, later, one.path.map(decoded))).toBe(one.holds);
});

describe('signatures', () => {
  // RFC 8032 section 7.1, test 2.
  const key = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  const signature = fromHex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );

  test('one that holds', () => {
    expect(hasSigned(key, Uint8Array.of(0x72), signature)).toBe(true);
  });

  test('any bit that is turned spoils it', () => {
    for (const at of [0, 31, 32, 63]) {
      const spoilt = signature.slice();
      spoilt[at] = (spoilt[at] as number) ^ 1;
      expect(hasSigned(key, Uint8Array.of(0x72), spoilt)).toBe(false);
    }
    expect(hasSigned(key, Uint8Array.of(0x73), signature)).toBe(false);
  });
});

test.each([0, 3, 111, 112, 127, 128, 240])('the digest of %i bytes is the one of another implementation', (length) => {
  const bytes = new Uint8Array(length).fill(7);

  expect(hex(sha512(bytes))).toBe(createHash('sha512').update(bytes).digest('hex'));
});

test('an altered export is named in Chinese too', () => {
  expect(sentenceOf(checkExport(new Map(), KEYS))).toBe(
    '查不了：这不是导出的文件：里面要有 events.jsonl 和 checkpoint。',
  );
});

test('a file that is no zip is refused', async () => {
  for (const bytes of [text('not a zip'), new Uint8Array(), decoded(VECTORS.zip).subarray(0, 90)]) {
    await expect(unzipped(bytes)).rejects.toMatchObject({ why: 'no-zip' });
  }
});

test('what a zip holds is read, stored or deflated', async () => {
  const held = await unzipped(decoded(VECTORS.zip));

  expect([...held].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
    ['checkpoint', 'stored'],
    ['files/b.txt', 'deflated'.repeat(20)],
  ]);
});

describe('keys', () => {
  const [first, next] = VECTORS.keys as [{ key: string; endorsement: string }, { key: string; endorsement: string }];

  test('a key that the one before has signed follows it', () => {
    expect(follows(first.key, [first, next])).toBe(true);
    expect(follows(`${first.key},${next.key}`, [first, next])).toBe(true);
  });

  test('a key that nobody has signed, or another log, does not', () => {
    expect(follows(first.key, [first, { ...next, endorsement: '' }])).toBe(false);
    expect(follows(first.key, [next])).toBe(false);
    expect(follows(first.key, [first, { ...next, endorsement: VECTORS.forged }])).toBe(false);
  });
});
