/** How the log stands as the service tells it, and what this device remembers of it: whether anything was changed. */
import { get } from '../../api';
import { decoded } from '../../proof/bytes';
import { checkpointOf, keysOf, opened } from '../../proof/notes';
import { isConsistent } from '../../proof/tree';
import { Wrong } from '../../proof/wrong';
import { follows } from '../proof/known-keys';

export interface NamedKey {
  readonly at: string;
  readonly key: string;
  readonly endorsement: string;
}

export interface Restored {
  readonly at: string;
  readonly name: string;
  readonly before: string;
  readonly size: number;
}

export interface Erased {
  readonly position: number;
  readonly at: string;
  readonly what: string;
  readonly reason: string;
  readonly basis: string;
  readonly role: string;
  readonly by: string;
}

/** `GET /api/audit/log`. */
export interface Standing {
  readonly name: string;
  readonly checkpoint: string;
  readonly last_at: string;
  readonly keys: readonly NamedKey[];
  readonly restored: readonly Restored[];
  readonly erased: readonly Erased[];
  readonly more: boolean;
}

/** What this device saw last: a checkpoint that it checked, when, and the keys that it trusts. */
export interface Remembered {
  readonly name: string;
  readonly size: number;
  readonly root: string;
  readonly at: string;
  readonly keys: string;
}

export type Since =
  | { readonly found: 'first'; readonly size: number }
  | { readonly found: 'same'; readonly old: number; readonly new: number; readonly when: string }
  | { readonly found: 'restored'; readonly old: number; readonly kept: number; readonly when: string }
  | { readonly found: 'shorter'; readonly old: number; readonly size: number; readonly when: string }
  | { readonly found: 'changed'; readonly old: number; readonly when: string }
  | { readonly found: 'other'; readonly name: string; readonly when: string }
  | { readonly found: 'unsigned' };

type Path = (earlier: number, later: number) => Promise<readonly string[]>;

/** The proof that the later log begins with the earlier one, from the service. */
export async function pathFromService(earlier: number, later: number): Promise<readonly string[]> {
  return (await get<{ path: string[] }>(`/log/consistency?old=${earlier}&new=${later}`)).path;
}

/**
 * What has become of the log since `kept`, and what to remember from now on; nothing new is remembered of a log that is
 * not in order.
 */
export async function sinceLast(
  standing: Standing,
  kept: Remembered | null,
  { now, path }: { now: string; path: Path },
): Promise<{ since: Since; remember: Remembered | null }> {
  const keys = standing.keys.map((one) => one.key).join(',');
  const signed = checked(standing, kept ? kept.keys : keys);
  if (!signed || (kept && kept.keys !== keys && !follows(kept.keys, standing.keys)))
    return wrong({ found: 'unsigned' });
  const remember = {
    name: signed.name,
    size: signed.size,
    root: btoa(String.fromCharCode(...signed.root)),
    at: now,
    keys,
  };
  if (!kept) return { since: { found: 'first', size: signed.size }, remember };
  const when = kept.at;
  if (kept.name !== signed.name) return renamed(standing, kept, remember);
  if (signed.size < kept.size) return wrong({ found: 'shorter', old: kept.size, size: signed.size, when });
  const earlier = { size: kept.size, root: decoded(kept.root) };
  const proof = kept.size === signed.size ? [] : await path(kept.size, signed.size);
  if (!isConsistent(earlier, signed, proof.map(decoded))) return wrong({ found: 'changed', old: kept.size, when });
  return { since: { found: 'same', old: kept.size, new: signed.size - kept.size, when }, remember };
}

function wrong(since: Since): { since: Since; remember: null } {
  return { since, remember: null };
}

function checked({ checkpoint, keys }: Standing, trusted: string) {
  try {
    const all = follows(trusted, keys)
      ? [...new Set([...trusted.split(','), ...keys.map((one) => one.key)])].join(',')
      : trusted;
    return checkpointOf(opened(checkpoint, keysOf(all)));
  } catch (error) {
    if (error instanceof Wrong) return null;
    throw error;
  }
}

/** The log has another name: it was restored, and says from what, or it is another one. */
function renamed({ restored }: Standing, kept: Remembered, remember: Remembered) {
  const from = restored.find((one) => one.before === kept.name);
  if (!from) return wrong({ found: 'other', name: kept.name, when: kept.at });
  const still = Math.min(from.size, kept.size);
  return { since: { found: 'restored' as const, old: kept.size, kept: still, when: kept.at }, remember };
}

/** The memory of this device for a person. */
export const memory = {
  of(person: string): Remembered | null {
    const held = localStorage.getItem(place(person));
    return held ? (JSON.parse(held) as Remembered) : null;
  },
  keep(person: string, remembered: Remembered): void {
    localStorage.setItem(place(person), JSON.stringify(remembered));
  },
};

function place(person: string): string {
  return `doorstep audit log ${person}`;
}
