/** Signed notes, checkpoints and proofs in the forms of C2SP (signed-note, tlog-checkpoint, tlog-proof). */
import { decoded, joined, number, text } from './bytes';
import { hasSigned } from './ed25519';
import { HASH, hash, hex } from './tree';
import { Unreadable, Wrong } from './wrong';

const ED25519 = 1;
const ID_BYTES = 4;
const PROOF_LINE = 'c2sp.org/tlog-proof@v1';

/** Public keys by name and id. */
export type Keys = ReadonlyMap<string, Uint8Array>;

export interface Checkpoint {
  readonly name: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Proof extends Checkpoint {
  readonly number: number;
  readonly path: readonly Uint8Array[];
}

/** Keys from `NAME+ID+KEY`, separated by commas. @throws Unreadable one has not this form */
export function keysOf(said: string): Keys {
  return new Map(said.split(',').map((one) => keyOf(one.trim())));
}

function keyOf(said: string): [string, Uint8Array] {
  const [, name = '', id = '', rest = ''] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(said) ?? [];
  const key = decodedKey(rest);
  const right = hex(hash(text(`${name}\n`), key).subarray(0, ID_BYTES));
  if (key[0] !== ED25519 || key.length !== HASH + 1 || right !== id) throw new Unreadable('no-key');
  return [`${name} ${right}`, key.subarray(1)];
}

function decodedKey(said: string): Uint8Array {
  try {
    return decoded(said);
  } catch {
    throw new Unreadable('no-key');
  }
}

/** The text of a note that a known key has signed; a known key's signature that does not fit spoils it. @throws Wrong */
export function opened(note: string, keys: Keys): string {
  const between = note.lastIndexOf('\n\n');
  if (between < 0 || !note.endsWith('\n')) throw new Wrong('no-signature');
  const said = note.slice(0, between + 1);
  const lines = note.slice(between + 2, -1).split('\n');
  const good = lines.filter((line) => isSignedBy(line, said, keys));
  if (!good.length) throw new Wrong('other-key');
  return said;
}

function isSignedBy(line: string, said: string, keys: Keys): boolean {
  const [, name = '', signature = ''] = /^\u2014 ([^ ]+) (.+)$/s.exec(line) ?? [];
  if (!name || !signature) throw new Wrong('bad-line');
  const blob = decoded(signature);
  const key = keys.get(`${name} ${hex(blob.subarray(0, ID_BYTES))}`);
  if (!key) return false;
  if (!hasSigned(key, text(said), blob.subarray(ID_BYTES))) throw new Wrong('bad-signature');
  return true;
}

/** The checkpoint that the text of a note is. @throws Wrong it is none */
export function checkpointOf(said: string): Checkpoint {
  const [name, size = '', root = '', ...more] = said.split('\n');
  if (!name || !more.length) throw new Wrong('no-checkpoint');
  const bytes = decoded(root);
  if (bytes.length !== HASH) throw new Wrong('no-checkpoint');
  return { name, size: number(size), root: bytes };
}

/** The proof that a text is, its checkpoint signed. @throws Wrong */
export function proofOf(said: string, keys: Keys): Proof {
  const between = said.indexOf('\n\n');
  const [head, note] = between < 0 ? [said, ''] : [said.slice(0, between), said.slice(between + 2)];
  const [first, index, ...path] = head.split('\n');
  if (first !== PROOF_LINE || !index?.startsWith('index ')) throw new Wrong('no-proof');
  const checkpoint = checkpointOf(opened(note, keys));
  const at = number(index.slice('index '.length));
  if (at >= checkpoint.size) throw new Wrong('beyond');
  return { ...checkpoint, number: at, path: path.map(decoded) };
}

/** The key as it is named to people. */
export function keyName(name: string, key: Uint8Array): string {
  const bytes = joined([Uint8Array.of(ED25519), key]);
  const id = hex(hash(text(`${name}\n`), bytes).subarray(0, ID_BYTES));
  return `${name}+${id}+${btoa(String.fromCharCode(...bytes))}`;
}
