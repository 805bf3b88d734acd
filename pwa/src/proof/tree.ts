/** Leaves, roots and proofs of the log's tree (RFC 6962, RFC 9162 section 2.1). */
import { sha256Here } from '../device/sha256';
import { joined, text, whole } from './bytes';
import { Wrong } from './wrong';

export const HASH = 32;

/** An event as it is stored. */
export interface SignedEvent {
  readonly origin: string;
  readonly stream: string;
  readonly version: number;
  readonly tag: string;
  readonly stored: Uint8Array;
}

export function hash(...parts: readonly Uint8Array[]): Uint8Array {
  return fromHex(sha256Here(joined(parts)));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, n) => Number.parseInt(digits.slice(n * 2, n * 2 + 2), 16));
}

const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

/** The hash of one event. */
export function leafOf({ origin, stream, version, tag, stored }: SignedEvent): Uint8Array {
  const [log, kind] = [text(origin), text(tag)];
  const id = fromHex(stream.replaceAll('-', ''));
  const content = hash(stored);
  const sizes = [whole(log.length, 2), whole(version, 8), whole(kind.length, 2), whole(stored.length, 8)] as const;
  return hash(LEAF, text('doorstep leaf 1\n'), sizes[0], log, id, sizes[1], sizes[2], kind, sizes[3], content);
}

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash(INNER, left, right);
}

/** The root over leaves. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const peaks: Uint8Array[] = [];
  leaves.forEach((leaf, at) => {
    let node = leaf;
    for (let number = at; number & 1; number >>= 1) node = parent(peaks.pop() as Uint8Array, node);
    peaks.push(node);
  });
  if (!peaks.length) return hash();
  return peaks.reduceRight((root, peak) => parent(peak, root));
}

/** The root to which a path leads from a leaf. @throws Wrong the path has a wrong length */
export function rootOfPath(leaf: Uint8Array, number: number, size: number, path: readonly Uint8Array[]): Uint8Array {
  let [at, last, found] = [number, size - 1, leaf];
  for (const other of path) {
    if (last === 0 || other.length !== HASH) throw new Wrong('path');
    if (at % 2 === 1 || at === last) {
      found = parent(other, found);
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else found = parent(found, other);
    [at, last] = [half(at), half(last)];
  }
  if (last) throw new Wrong('path');
  return found;
}

/** A tree of a size, with its root. */
export interface Grown {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether `path` proves that the `later` tree begins with the `earlier` one. */
export function isConsistent(earlier: Grown, later: Grown, path: readonly Uint8Array[]): boolean {
  if (earlier.size < 1 || earlier.size > later.size) return false;
  if (earlier.size === later.size) return !path.length && same(earlier.root, later.root);
  const roots = path.length ? rootsOf(earlier, later.size, path) : null;
  return roots !== null && same(roots[0], earlier.root) && same(roots[1], later.root);
}

/** The roots of both trees to which a path leads; null if it has a wrong length. */
function rootsOf(earlier: Grown, size: number, path: readonly Uint8Array[]): [Uint8Array, Uint8Array] | null {
  let [at, last] = [earlier.size - 1, size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  const [seed, ...nodes] = at === 0 ? [earlier.root, ...path] : path;
  let [first, second] = [seed as Uint8Array, seed as Uint8Array];
  for (const node of nodes) {
    if (last === 0 || node.length !== HASH) return null;
    if (at % 2 === 1 || at === last) {
      [first, second] = [parent(node, first), parent(node, second)];
      while (at % 2 === 0 && at) [at, last] = [half(at), half(last)];
    } else second = parent(second, node);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? [first, second] : null;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
