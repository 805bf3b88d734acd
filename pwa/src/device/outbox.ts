/**
 * What the person has done and the centre has not yet confirmed, on disk. Every write is strict: when its promise resolves, the
 * browser has handed it to the disk.
 */
import type { Judgement } from '../sync/core';
import type { Tree } from '../sync/witness';
import { type Database, type OutboxSchema, strictly, type Writing } from './database';
import { type Act, isAside, isFiling, isOpen, toEntry, withArgs, withNeeds } from './entry';
import { dropFile, takeFiles } from './pages';
import type { KeptKey } from './signing';
import { DeviceError, type Draft, type Json, type OutboxEntry } from './types';

/** How long an act whose effect was seen is kept, in case a log restored from a backup has lost it. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** An intent that is about to leave: its words, and what it comes after if that is not what they say. */
export interface Offered {
  id: string;
  body: string;
  after: readonly string[] | null;
}

const stands = (entry: OutboxEntry, { body, after }: Offered): boolean =>
  entry.body === body && JSON.stringify(entry.relinked ? entry.after : null) === JSON.stringify(after);

/** What may not leave after all. */
export interface Kept {
  gone: string[];
  changed: string[];
}

/** What became of an act that was not done, to be told to the centre, which keeps its words. */
export interface Telling {
  id: string;
  do: 'withdraw' | 'superseded';
  by: string | null;
}

/** What the device was told of itself by the centre, and must know again before the centre is heard. */
export interface Terms {
  /** When the lease ends, in milliseconds of the device's clock; null if there is none. */
  lease: number | null;
  /** The log was restored from a backup: when this was heard, ISO. */
  restored_at: string | null;
  /** How far the device's clock is ahead of the centre's, in milliseconds; null if never measured. */
  skew_ms: number | null;
  blocked: boolean;
  /** Id of the log that this device last agreed with; also known when the rows have been thrown away. */
  origin: string | null;
  /** What that log had become when it was seen last. */
  tree: Tree | null;
  /** When the centre's log was found not to begin with that, ISO; null while it does. */
  altered_at: string | null;
}

export const NO_TERMS: Terms = {
  lease: null,
  restored_at: null,
  skew_ms: null,
  blocked: false,
  origin: null,
  tree: null,
  altered_at: null,
};

const byLane = (lane: string): IDBKeyRange => IDBKeyRange.only(lane);

export class Outbox {
  constructor(private readonly database: Database<OutboxSchema>) {}

  /**
   * Keeps an act and gives it its place: the next sequence number, after the lane's last open act, needing the lane's filing
   * while that is not applied.
   *
   * @throws DeviceError `unknown-file`, `intent-too-large`, `no-space`
   */
  async submit(act: Act): Promise<OutboxEntry> {
    return strictly(this.database, async (tx) => {
      const entry = await place(tx, act);
      if (isFiling(act.type)) await tx.objectStore('drafts').delete(act.lane);
      return entry;
    });
  }

  async entries(): Promise<OutboxEntry[]> {
    const all = await this.database.use((db) => db.getAll('intents'));
    return all.sort((a, b) => a.seq - b.seq);
  }

  async entry(id: string): Promise<OutboxEntry | null> {
    return (await this.database.use((db) => db.get('intents', id))) ?? null;
  }

  async nextSeq(): Promise<number> {
    return ((await this.database.use((db) => db.get('kv', 'next_seq'))) as number | undefined) ?? 1;
  }

  /** Marks intents as offered in these words; returns those that the person has cancelled, and those that say something else now. */
  async markSent(offered: readonly Offered[]): Promise<Kept> {
    return strictly(this.database, async (tx) => {
      const intents = tx.objectStore('intents');
      const found = await Promise.all(offered.map(({ id }) => intents.get(id)));
      const open = found.map((entry) => (entry && isAside(entry) ? undefined : entry));
      const same = offered.map((one, at) => {
        const entry = open[at];
        return entry && stands(entry, one) ? entry : undefined;
      });
      await Promise.all(
        same.flatMap((entry) => (entry ? [intents.put({ ...entry, state: 'sent', offered: true })] : [])),
      );
      const ids = offered.map(({ id }) => id);
      const settled = await Promise.all(ids.map((id) => tx.objectStore('kept').getKey(id)));
      // One that another tab has settled meanwhile may travel: its answer is known to the server. One that was set aside may not:
      // a log that was restored has forgotten why.
      const gone = ids.filter((_, at) => open[at] === undefined && settled[at] === undefined);
      return { gone, changed: ids.filter((_, at) => open[at] !== undefined && same[at] === undefined) };
    });
  }

  /** Writes verdicts down; an act that a restored log has lost comes back from what was kept. */
  async judge(changes: readonly Judgement[], at: string): Promise<void> {
    await strictly(this.database, async (tx) => {
      const [intents, kept] = [tx.objectStore('intents'), tx.objectStore('kept')];
      for (const { id, state, pos, code, params, options, after } of changes) {
        const entry = (await intents.get(id)) ?? (state === 'queued' ? (await kept.get(id))?.entry : undefined);
        if (!entry) continue;
        const said = { state, pos, code, params: params ?? null, options: [...options], judged_at: at };
        await intents.put({
          ...entry,
          ...said,
          ...(after === null ? {} : { after: [...after], relinked: true }),
        });
        await kept.delete(id);
      }
    });
  }

  /**
   * Takes acts out whose effect shows in rows, and keeps them for seven days. Their pages stay until the server has checked them.
   * Returns how many stay, because they are not applied any more in a log that was restored.
   */
  async settle(ids: readonly string[], now: number): Promise<number> {
    const settled_at = new Date(now).toISOString();
    const old = IDBKeyRange.upperBound(new Date(now - KEPT_MS).toISOString());
    return strictly(this.database, async (tx) => {
      const [intents, kept] = [tx.objectStore('intents'), tx.objectStore('kept')];
      let staying = 0;
      for (const id of ids) {
        const entry = await intents.get(id);
        if (entry && entry.state !== 'applied') {
          staying += 1;
          continue;
        }
        if (entry && entry.type !== 'record.view@1') await kept.put({ id, entry, settled_at });
        await intents.delete(id);
      }
      for (const id of await kept.index('settled_at').getAllKeys(old)) await kept.delete(id);
      return staying;
    });
  }

  /** Acts applied in the last seven days, settled or not, and open ones that were offered once, in order. */
  async offeredBefore(): Promise<OutboxEntry[]> {
    const [kept, intents] = await Promise.all([
      this.database.use((db) => db.getAll('kept')),
      this.database.use((db) => db.getAll('intents')),
    ]);
    const offered = intents.filter((entry) => entry.state === 'applied' || (entry.offered && !isAside(entry)));
    return [...kept.map(({ entry }) => entry), ...offered].sort((a, b) => a.seq - b.seq);
  }

  /** Which of these have been settled, by this tab or another. */
  async settledOf(ids: readonly string[]): Promise<Set<string>> {
    const keys = await this.database.use((db) => Promise.all(ids.map((id) => db.getKey('kept', id))));
    return new Set(ids.filter((_, at) => keys[at] !== undefined));
  }

  /**
   * Changes what an act says that has not been offered yet.
   *
   * @throws DeviceError `already-sent`, `not-found`, `intent-too-large`
   */
  async edit(id: string, args: Json): Promise<OutboxEntry> {
    return strictly(this.database, async (tx) => {
      const intents = tx.objectStore('intents');
      const entry = await intents.get(id);
      if (!entry) throw new DeviceError('not-found');
      if (entry.offered || entry.state !== 'queued') throw new DeviceError('already-sent');
      const changed = withArgs(entry, args);
      await intents.put(changed);
      return changed;
    });
  }

  /**
   * Takes an act out with the pages that only it names; acts that need it are set aside. False if it was offered already and its
   * answer is not known. The centre is told of one that it has judged, unless it was `handed` to the desk.
   */
  async withdraw(id: string, handed = false): Promise<boolean> {
    return strictly(this.database, async (tx) => {
      const entry = await tx.objectStore('intents').get(id);
      if (!entry) return true;
      if (!isAside(entry) && (entry.offered || entry.state !== 'queued')) return false;
      await tx.objectStore('intents').delete(id);
      if (!handed) await tell(tx, entry, null);
      for (const file of entry.files) {
        if ((await tx.objectStore('files').get(file.id))?.intent === id) await dropFile(tx, file.id);
      }
      await eachNeeding(tx, id, (other) => ({
        ...other,
        state: 'refused',
        code: 'needs-refused',
        params: null,
        options: [],
      }));
      return true;
    });
  }

  /**
   * Puts a new act in the place of one that was not done: pages pass to it, acts that need the old one need the new one, and acts
   * that were set aside with it are handed in again, with ids from `ids`.
   */
  async replace(old: OutboxEntry, act: Act, ids: () => string): Promise<OutboxEntry> {
    return strictly(this.database, async (tx) => {
      await tx.objectStore('intents').delete(old.id);
      const entry = await place(tx, act, old.id);
      await tell(tx, old, entry.id);
      await eachNeeding(tx, old.id, (other) =>
        withNeeds(
          other,
          other.needs.map((id) => (id === old.id ? entry.id : id)),
        ),
      );
      await revive(tx, old.id, entry, ids);
      return entry;
    });
  }

  /** A filing that was not done becomes a draft again, with its pages. */
  async reopen(entry: OutboxEntry, draft: Draft): Promise<void> {
    await strictly(this.database, async (tx) => {
      await Promise.all([tx.objectStore('intents').delete(entry.id), tx.objectStore('drafts').put(draft)]);
      await tell(tx, entry, null);
      for (const { id } of entry.files) {
        const page = await tx.objectStore('files').get(id);
        if (page) await tx.objectStore('files').put({ ...page, state: 'local', intent: null, sent: 0, problem: null });
      }
    });
  }

  // Drafts

  async drafts(): Promise<Draft[]> {
    const all = await this.database.use((db) => db.getAll('drafts'));
    return all.sort((a, b) => b.saved_at.localeCompare(a.saved_at));
  }

  async draft(id: string): Promise<Draft | null> {
    return (await this.database.use((db) => db.get('drafts', id))) ?? null;
  }

  async saveDraft(draft: Draft): Promise<void> {
    await strictly(this.database, (tx) => tx.objectStore('drafts').put(draft));
  }

  /** Half-done work on a case, null if there is none. */
  async work(lane: string): Promise<unknown> {
    return (await this.database.use((db) => db.get('kv', `work ${lane}`))) ?? null;
  }

  async saveWork(lane: string, work: unknown): Promise<void> {
    await strictly(this.database, async (tx) => {
      const kv = tx.objectStore('kv');
      if (work === null) await kv.delete(`work ${lane}`);
      else await kv.put(work, `work ${lane}`);
    });
  }

  async removeDraft(id: string): Promise<void> {
    await strictly(this.database, async (tx) => {
      await tx.objectStore('drafts').delete(id);
      for (const page of await tx.objectStore('files').index('lane').getAll(byLane(id))) {
        if (page.intent === null) await dropFile(tx, page.file);
      }
    });
  }

  // What the centre is to be told, and what it has told

  async tellings(): Promise<Telling[]> {
    return ((await this.database.use((db) => db.get('kv', 'tellings'))) as Telling[] | undefined) ?? [];
  }

  async told(ids: readonly string[]): Promise<void> {
    await strictly(this.database, async (tx) => {
      const kv = tx.objectStore('kv');
      const due = ((await kv.get('tellings')) as Telling[] | undefined) ?? [];
      await kv.put(
        due.filter(({ id }) => !ids.includes(id)),
        'tellings',
      );
    });
  }

  async terms(): Promise<Terms> {
    const known = (await this.database.use((db) => db.get('kv', 'terms'))) as Partial<Terms> | undefined;
    return { ...NO_TERMS, ...known };
  }

  async setTerms(change: Partial<Terms>): Promise<void> {
    await strictly(this.database, async (tx) => {
      const kv = tx.objectStore('kv');
      const known = (await kv.get('terms')) as Partial<Terms> | undefined;
      await kv.put({ ...NO_TERMS, ...known, ...change }, 'terms');
    });
  }

  /** The key with which the device signs, null if it has none. */
  async key(): Promise<KeptKey | null> {
    return ((await this.database.use((db) => db.get('kv', 'key'))) as KeptKey | undefined) ?? null;
  }

  /** Keeps a key unless there is one, or `instead` of it; returns the one that counts. */
  async keepKey(key: KeptKey, instead = false): Promise<KeptKey> {
    return strictly(this.database, async (tx) => {
      const kv = tx.objectStore('kv');
      const there = instead ? undefined : ((await kv.get('key')) as KeptKey | undefined);
      if (!there) await kv.put(key, 'key');
      return there ?? key;
    });
  }

  /** The device was blocked: forms that were not handed in go, with the pages that no act names. */
  async dropPrivate(): Promise<void> {
    await strictly(this.database, async (tx) => {
      await tx.objectStore('drafts').clear();
      const kv = tx.objectStore('kv');
      for (const key of await kv.getAllKeys()) if (key.startsWith('work ')) await kv.delete(key);
      for (const page of await tx.objectStore('files').getAll())
        if (page.intent === null) await dropFile(tx, page.file);
    });
  }

  /** Runs `job` over everything in one strict transaction; for a file that is brought back. */
  together<T>(job: (tx: Writing) => Promise<T>): Promise<T> {
    return strictly(this.database, job);
  }

  close(): void {
    this.database.close();
  }
}

/** Notes what the centre is to be told of an act that it keeps aside. */
async function tell(tx: Writing, entry: OutboxEntry, by: string | null): Promise<void> {
  if (!isAside(entry) || !entry.offered) return;
  const kv = tx.objectStore('kv');
  const due = ((await kv.get('tellings')) as Telling[] | undefined) ?? [];
  const telling: Telling = { id: entry.id, do: by === null ? 'withdraw' : 'superseded', by };
  await kv.put([...due, telling], 'tellings');
}

async function place(tx: Writing, act: Act, instead: string | null = null): Promise<OutboxEntry> {
  const lane = await tx.objectStore('intents').index('lane').getAll(byLane(act.lane));
  const files = await takeFiles(tx, act, instead);
  const kv = tx.objectStore('kv');
  const seq = ((await kv.get('next_seq')) as number | undefined) ?? 1;
  const entry = toEntry(act, seq, lane, files);
  await Promise.all([kv.put(seq + 1, 'next_seq'), tx.objectStore('intents').put(entry)]);
  return entry;
}

async function eachNeeding(tx: Writing, id: string, change: (entry: OutboxEntry) => OutboxEntry): Promise<void> {
  const intents = tx.objectStore('intents');
  for (const entry of await intents.getAll()) {
    if (isOpen(entry) && entry.needs.includes(id)) await intents.put(change(entry));
  }
}

/** Hands in anew what was set aside only because it needed `old`, which `by` now takes the place of. */
async function revive(tx: Writing, old: string, by: OutboxEntry, ids: () => string): Promise<void> {
  const all = await tx.objectStore('intents').getAll();
  const along = all.filter((entry) => isAside(entry) && entry.code === 'needs-refused' && entry.needs.includes(old));
  for (const entry of along.sort((a, b) => a.seq - b.seq)) {
    const { type, lane, args, base, about } = entry;
    const needs = entry.needs.map((id) => (id === old ? by.id : id));
    const files = entry.files.map((file) => file.id);
    const act = { id: ids(), type, lane, args, base: base?.pos ?? null, files, needs, about, at: by.at, by: by.by };
    await tx.objectStore('intents').delete(entry.id);
    const made = await place(tx, act, entry.id);
    await tell(tx, entry, made.id);
    await revive(tx, entry.id, made, ids);
  }
}
