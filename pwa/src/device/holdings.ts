/** What one person has on this device: their outbox, pages and replica, each in its own database. */
import { adoptDrafts } from './adopt';
import { Cache } from './cache';
import { openCache, openOutbox } from './database';
import { Outbox } from './outbox';
import { Pages } from './pages';
import type { Principal } from './types';

export const GUEST = 'guest';

export interface Holdings {
  sub: string;
  person: Principal | null;
  outbox: Outbox;
  pages: Pages;
  cache: Cache;
  close: () => void;
}

/**
 * Opens a person's databases; drafts of a guest pass to a resident who signs in.
 *
 * @throws when this browser keeps no databases (some private windows)
 */
export async function openHoldings(person: Principal | null): Promise<Holdings> {
  const sub = person?.id ?? GUEST;
  const database = openOutbox(sub);
  const holdings = { outbox: new Outbox(database), pages: new Pages(database), cache: new Cache(openCache(sub)) };
  await holdings.outbox.nextSeq();
  if (person?.kind === 'resident') await takeOverGuest(database);
  const close = (): void => {
    holdings.outbox.close();
    holdings.cache.close();
  };
  return { sub, person, ...holdings, close };
}

async function takeOverGuest(own: ReturnType<typeof openOutbox>): Promise<void> {
  const database = openOutbox(GUEST);
  const guest = { outbox: new Outbox(database), pages: new Pages(database) };
  try {
    await adoptDrafts(guest, own);
  } finally {
    database.close();
  }
}
