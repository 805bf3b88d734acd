/** A guest's drafts pass to the person who signs in: copy, commit, then delete, one draft at a time. */
import { type Database, type OutboxSchema, strictly } from './database';
import type { Outbox } from './outbox';
import { type Pages, putPage } from './pages';
import type { Draft, LocalPage } from './types';

interface Contents {
  page: LocalPage;
  bytes: ArrayBuffer;
}

/**
 * Moves every draft of `guest`; returns how many there were. A draft that was copied before, when a crash came before the deletion,
 * is only deleted: it may have been filed meanwhile.
 */
export async function adoptDrafts(
  guest: { outbox: Outbox; pages: Pages },
  own: Database<OutboxSchema>,
): Promise<number> {
  const drafts = await guest.outbox.drafts();
  for (const draft of drafts) {
    const contents: Contents[] = [];
    for (const page of await guest.pages.list(draft.id)) {
      const bytes = await guest.pages.bytes(page.file);
      if (bytes) contents.push({ page, bytes: await bytes.arrayBuffer() });
    }
    await adopt(own, draft, contents);
    await guest.outbox.removeDraft(draft.id);
  }
  return drafts.length;
}

async function adopt(own: Database<OutboxSchema>, draft: Draft, contents: readonly Contents[]): Promise<void> {
  await strictly(own, async (tx) => {
    const kv = tx.objectStore('kv');
    const adopted = ((await kv.get('adopted')) as string[] | undefined) ?? [];
    if (adopted.includes(draft.id)) return;
    await Promise.all([tx.objectStore('drafts').put(draft), kv.put([...adopted, draft.id], 'adopted')]);
    for (const { page, bytes } of contents) await putPage(tx, page, bytes);
  });
}
