/** What the person may be told of the device: how it stands with the centre, what it still owes, and whether it keeps its promises. */
import { isAside, isOpen } from './entry';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { isBookkeeping } from './overlay';
import { room } from './space';
import { STANDING, type Standing } from './tabs';
import type { DeviceState, Noted, Principal } from './types';

/** A clock that went back by less is no reason to think so. */
const CLOCK_BACK_MS = 300_000;

/**
 * Whether the lease of a staff device is over. A clock that was turned back does not make it longer: the last contact is a moment
 * that has certainly passed.
 */
export function leaseIsOver({ terms, contact, connection }: Standing, now: number): boolean {
  if (connection === 'lease-expired') return true;
  const last = contact === null ? 0 : Date.parse(contact);
  return terms.lease !== null && (now >= terms.lease || now < last - CLOCK_BACK_MS);
}

/** Why rows are hidden and nothing can be done. What residents hold is their own, and may be the proof that they need. */
export function lockOf(standing: Standing, person: Principal | null, now: number): DeviceState['locked'] {
  if (person?.kind === 'staff' && standing.terms.altered_at !== null) return 'log';
  return leaseIsOver(standing, now) ? 'lease' : null;
}

export interface Kept {
  env: Env;
  device: string;
  storage: DeviceState['storage'];
  evicted: DeviceState['evicted'];
}

/** The state of a person's holdings; null before any are open. */
export async function stateOf(holdings: Holdings | null, standing: Standing, kept: Kept): Promise<DeviceState> {
  const { env, device, storage, evicted } = kept;
  const [entries, pages, ready] = holdings
    ? await Promise.all([holdings.outbox.entries(), holdings.pages.list(), holdings.cache.isReady()])
    : [[], [], false];
  const { used, left } = await room(env.storage);
  const own = entries.filter((entry) => !isBookkeeping(entry));
  const open = own.filter(isOpen);
  const waiting = pages.filter((page) => page.state === 'queued' || page.state === 'uploading');
  const { connection, contact, upgrade, terms, transport, wait } = standing;
  return {
    person: holdings?.person ?? null,
    connection,
    queued: open.length,
    aside: own.filter(isAside).length,
    uploads: waiting.length,
    last_contact: contact,
    ready,
    storage,
    storage_used: used,
    storage_left: left,
    upgrade,
    device,
    oldest_unsent: open[0]?.at ?? null,
    photos_waiting: { n: waiting.length, bytes: waiting.reduce((sum, page) => sum + page.size - page.sent, 0) },
    clock_skew_ms: terms.skew_ms,
    lease_until: terms.lease === null ? null : new Date(terms.lease).toISOString(),
    locked: lockOf(standing, holdings?.person ?? null, env.now()),
    origin_changed: connection === 'origin-changed',
    log_altered_at: terms.altered_at,
    log_seen: terms.tree && { origin: terms.tree.origin, size: terms.tree.size, root: terms.tree.root },
    restored_at: terms.restored_at,
    blocked: terms.blocked,
    evicted,
    transport,
    wait,
  };
}

export const NOBODY = STANDING;

/** What the outbox holds now, to be noted outside of the databases. */
export async function notedOf({ outbox }: Holdings, now: number): Promise<Noted> {
  const [entries, next_seq] = await Promise.all([outbox.entries(), outbox.nextSeq()]);
  return { n: entries.filter(isOpen).length, next_seq, at: new Date(now).toISOString() };
}

/** Work that was noted and is not there: the browser has thrown the databases away. */
export async function evictedFrom({ outbox }: Holdings, noted: Noted | null): Promise<DeviceState['evicted']> {
  if (!noted || noted.n === 0 || (await outbox.nextSeq()) >= noted.next_seq) return null;
  return { n: noted.n, at: noted.at };
}
