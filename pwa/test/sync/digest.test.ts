import { crc32 as theirs } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32, Digest } from '../../src/sync/digest';

const rows = [
  { kind: 'status', id: 'a', pos: 1 },
  { kind: 'queue', id: 'a', pos: 2 },
  { kind: 'status', id: '房', pos: 3 },
];

it('the checksum is the platform’s', () => {
  for (const text of ['', 'status a 1', '房屋租赁']) expect(crc32(text)).toBe(theirs(text));
});

it('does not depend on the order of rows, and is the one that the server computes', () => {
  expect(new Digest(rows).text).toBe('3-1c207278a');
  expect(new Digest([...rows].reverse()).text).toBe('3-1c207278a');
});

it('follows a row that changes and one that goes', () => {
  const digest = new Digest(rows);
  digest.put({ kind: 'status', id: 'a', pos: 9 });
  digest.drop('queue', 'a');
  digest.drop('queue', 'unknown');

  expect(digest.text).toBe(new Digest([{ kind: 'status', id: 'a', pos: 9 }, rows[2] as (typeof rows)[0]]).text);
});
