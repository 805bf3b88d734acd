/** Whether a checked copy may serve as a paper now; the twin of `Copy` in `domain/vault/vault.py`. */
import type { VaultCopy } from '../protocol/generated';
import type { Day, Material } from './types';

/**
 * A copy that was checked before, beside the paper that is asked for.
 *
 * Attributes: `until` the last day on which it may serve; `usable` whether that is not over; `why` what ends it, the age
 * of the check or the document's own last day.
 */
export interface Reuse {
  copy: VaultCopy;
  until: Day;
  usable: boolean;
  why: 'age' | 'document';
}

const DAY_MS = 24 * 3600_000;

/** The copy that serves longest as `material`, else the one that did until last; null where there is none of its kind. */
export function reuseOf(material: Material, copies: readonly VaultCopy[], on: Day): Reuse | null {
  const found = copies.flatMap((copy) => asMaterial(copy, material, on) ?? []);
  return found.sort((a, b) => b.until.localeCompare(a.until))[0] ?? null;
}

function asMaterial(copy: VaultCopy, material: Material, on: Day): Reuse | null {
  if (copy.material_type !== material.type || material.reuse_days === null) return null;
  const byAge = daysLater(copy.checked_on, material.reuse_days);
  const ends = copy.expires_on !== null && copy.expires_on < byAge;
  const until = ends && copy.expires_on !== null ? copy.expires_on : byAge;
  return { copy, until, usable: until >= on, why: ends ? 'document' : 'age' };
}

function daysLater(day: Day, n: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}
