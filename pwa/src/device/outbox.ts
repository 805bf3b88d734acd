/**
 * What the person has done and the centre has not yet confirmed, on disk. Every write is strict: when its promise resolves, the
 * browser has handed it to the disk.
 */
import type { Judgement } from '../sync/core';
import { type Database, type OutboxSchema, strictly, type Writing } from './database';
import { type Act, isOpen, toEntry, withNeeds } from './entry';
import { dropFile, takeFiles } from './pages';
import type { Draft, OutboxEntry } from './types';

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
      if (act.type === 'case.file@1') await tx.objectStore('drafts').delete(act.lane);
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

  /** Marks intents as offered; returns those that are gone because the person cancelled them meanwhile. */
  async markSent(ids: readonly string[]): Promise<string[]> {
    return strictly(this.database, async (tx) => {
      const intents = tx.objectStore('intents');
      const found = await Promise.all(ids.map((id) => intents.get(id)));
      await Promise.all(found.flatMap((entry) => (entry ? [intents.put({ ...entry, state: 'sent' })] : [])));
      return ids.filter((_, at) => found[at] === undefined);
    });
  }

  async judge(changes: readonly Judgement[], at: string): Promise<void> {
    await strictly(this.database, async (tx) => {
      const intents = tx.objectStore('intents');
      for (const { id, state, pos, code, params, options } of changes) {
        const entry = await intents.get(id);
        if (!entry) continue;
        await intents.put({ ...entry, state, pos, code, params: params ?? null, options: [...options], judged_at: at });
      }
    });
  }

  /** Drops acts whose effect shows in rows. Their pages stay until the server has checked them. */
  async settle(ids: readonly string[]): Promise<void> {
    await strictly(this.database, async (tx) => {
      await Promise.all(ids.map((id) => tx.objectStore('intents').delete(id)));
    });
  }

  /**
   * Takes an act out with the pages that only it names; acts that need it are set aside. False if it was offered already and its
   * answer is not known.
   */
  async withdraw(id: string): Promise<boolean> {
    return strictly(this.database, async (tx) => {
      const entry = await tx.objectStore('intents').get(id);
      if (!entry) return true;
      if (entry.state === 'sent' || entry.state === 'held' || entry.state === 'applied') return false;
      await tx.objectStore('intents').delete(id);
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

  /** Puts a new act in the place of one that was not done: pages pass to it, and acts that need the old one need the new one. */
  async replace(old: OutboxEntry, act: Act): Promise<OutboxEntry> {
    return strictly(this.database, async (tx) => {
      await tx.objectStore('intents').delete(old.id);
      const entry = await place(tx, act, old.id);
      await eachNeeding(tx, old.id, (other) =>
        withNeeds(
          other,
          other.needs.map((id) => (id === old.id ? entry.id : id)),
        ),
      );
      return entry;
    });
  }

  /** A filing that was not done becomes a draft again, with its pages. */
  async reopen(entry: OutboxEntry, draft: Draft): Promise<void> {
    await strictly(this.database, async (tx) => {
      await Promise.all([tx.objectStore('intents').delete(entry.id), tx.objectStore('drafts').put(draft)]);
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

  close(): void {
    this.database.close();
  }
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
