/** What one person has on this device: their outbox, pages and replica, each in its own database. */
import { adoptDrafts } from './adopt';
import { Cache } from './cache';
import { openCache, openOutbox, type Told } from './database';
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
  /** Takes away the photographs of these cases that were kept for reading offline; all of them when null. */
  erasePhotos: (cases: readonly string[] | null) => Promise<void>;
  close: () => void;
}

/**
 * Opens a person's databases; drafts of a guest pass to a resident who signs in.
 *
 * @throws when this browser keeps no databases (some private windows)
 */
export async function openHoldings(person: Principal | null, told?: Told): Promise<Holdings> {
  const sub = person?.id ?? GUEST;
  const database = openOutbox(sub, told);
  const cache = new Cache(openCache(sub, told));
  const erasePhotos = (cases: readonly string[] | null): Promise<void> => eraseKept(sub, cases);
  cache.makeRoomWith(() => erasePhotos(null));
  database.makeRoomWith([() => erasePhotos(null), () => cache.dropOpened(true), () => cache.dropOpened(false)]);
  const holdings = { outbox: new Outbox(database), pages: new Pages(database), cache };
  await holdings.outbox.nextSeq();
  if (person?.kind === 'resident') await takeOverGuest(database, told);
  const close = (): void => {
    holdings.outbox.close();
    holdings.cache.close();
  };
  return { sub, person, ...holdings, erasePhotos, close };
}

/** Photographs kept for reading offline can be fetched again, so trouble with them stops nothing. */
async function eraseKept(sub: string, cases: readonly string[] | null): Promise<void> {
  const { erasePhotos } = await import('./keep');
  await erasePhotos(sub, cases).catch(() => undefined);
}

async function takeOverGuest(own: ReturnType<typeof openOutbox>, told?: Told): Promise<void> {
  const database = openOutbox(GUEST, told);
  const guest = { outbox: new Outbox(database), pages: new Pages(database) };
  try {
    await adoptDrafts(guest, own);
  } finally {
    database.close();
  }
}
