/**
 * The device as a witness: it remembers what the log had become, and whether the log of today begins with that.
 *
 * A log that was written anew cannot prove it, whoever holds its key. One that was restored from a backup goes on under another
 * name, whose key the one before has endorsed; what the device had seen and the backup holds must still be there.
 */
import { type Checkpoint, checkpointOf, keysOf, opened } from '../proof/notes';
import { fromHex, hex, isConsistent } from '../proof/tree';
import type { LogKey, Proven, Welcome } from '../protocol/generated';

/** What the log had become when the device saw it last, and the keys that it knows of it. */
export interface Tree {
  /** Name of the log. */
  readonly origin: string;
  readonly size: number;
  /** Of the tree over its events, lower-case hex. */
  readonly root: string;
  /** `NAME+ID+KEY`; the first were believed, the others one of them has endorsed. */
  readonly keys: readonly string[];
}

/** Nothing is proven now, or what is said does not follow from what was seen. */
export type Finding = 'unproven' | 'altered';

/**
 * What is to be remembered after a welcome; null if the service keeps no tree and never did.
 *
 * The first tree that is met is believed. The welcome is of a log with the name that the device knows, or says that it was restored
 * from that one.
 */
export function judged(known: Tree | null, { origin = '', tree, proof = [] }: Welcome): Tree | Finding | null {
  if (!tree) return known === null ? null : 'unproven';
  try {
    return known === null ? first(origin, tree) : next(known, origin, tree, proof.map(fromHex));
  } catch {
    return 'altered';
  }
}

function first(name: string, tree: Proven): Tree | Finding {
  const found = unopened(tree.note);
  return found.name === name
    ? remembered(
        found,
        tree.keys.map((one) => one.key),
      )
    : 'altered';
}

function next(known: Tree, name: string, tree: Proven, path: readonly Uint8Array[]): Tree | Finding {
  const trusted = trustedOf(known.keys, tree.keys);
  const keys = keysOf(trusted.join(','));
  const found = checkpointOf(opened(tree.note, keys));
  if (found.name !== name) return 'altered';
  const until = name === known.origin ? found : checkpointOf(opened(tree.before ?? '', keys));
  if (until.name !== known.origin) return 'altered';
  // The backup need not reach as far as what was seen.
  if (until !== found && until.size < known.size) return remembered(found, trusted);
  const seen = { size: known.size, root: fromHex(known.root) };
  return isConsistent(seen, until, path) ? remembered(found, trusted) : 'altered';
}

/** The keys that are known, and those that one of them has endorsed, directly or through another. */
export function trustedOf(known: readonly string[], named: readonly LogKey[]): string[] {
  const trusted = [...known];
  for (const { key, endorsement = '' } of named)
    if (!trusted.includes(key) && isEndorsed(key, endorsement, trusted)) trusted.push(key);
  return trusted;
}

function isEndorsed(key: string, endorsement: string, trusted: readonly string[]): boolean {
  try {
    return opened(endorsement, keysOf(trusted.join(','))) === `${key}\n`;
  } catch {
    return false;
  }
}

/** What a note says, whoever has signed it. */
function unopened(note: string): Checkpoint {
  return checkpointOf(note.slice(0, note.lastIndexOf('\n\n') + 1));
}

function remembered({ name, size, root }: Checkpoint, keys: readonly string[]): Tree {
  return { origin: name, size, root: hex(root), keys };
}
