/** Everything that one person has not yet sent, as one file: the same ids wherever it is brought in, so nothing arrives twice. */
import type { IntentBody } from '../protocol/generated';
import type { Writing } from './database';
import type { Holdings } from './holdings';
import { putPage } from './pages';
import { DeviceError, type Draft, type LocalPage, type OutboxEntry } from './types';

const VERSION = 1;

interface RescueIntent {
  body: string;
  /** What it comes after and needs, where that is not what the text says any more. */
  links?: { after: string[]; needs: string[] };
  state: OutboxEntry['state'];
  code: string | null;
  about?: OutboxEntry['about'];
}

interface Rescue {
  doorstep: 'rescue';
  version: number;
  person: string | null;
  drafts: Draft[];
  intents: RescueIntent[];
  pages: (LocalPage & { base64: string })[];
}

/** The file; only these acts, with their pages and without drafts, where `ids` are named. */
export async function rescue(holdings: Holdings, ids: readonly string[] | null = null): Promise<Blob> {
  const [entries, drafts, pages] = await Promise.all([
    holdings.outbox.entries(),
    ids === null ? holdings.outbox.drafts() : [],
    holdings.pages.list(),
  ]);
  const chosen = entries.filter((entry) => ids === null || ids.includes(entry.id));
  const named = new Set(chosen.flatMap((entry) => entry.files.map((file) => file.id)));
  const head = { doorstep: 'rescue', version: VERSION, person: holdings.person?.id ?? null, drafts };
  const intents = chosen.map(
    ({ body, state, code, about, relinked, after, needs }): RescueIntent => ({
      body,
      ...(relinked ? { links: { after, needs } } : {}),
      state,
      code,
      about,
    }),
  );
  const parts: BlobPart[] = [JSON.stringify({ ...head, intents }).slice(0, -1), ',"pages":['];
  for (const [at, page] of pages.filter(({ file }) => ids === null || named.has(file)).entries()) {
    const bytes = await holdings.pages.bytes(page.file);
    if (at > 0) parts.push(',');
    parts.push(JSON.stringify({ ...page, base64: bytes ? base64(new Uint8Array(await bytes.arrayBuffer())) : '' }));
  }
  parts.push(']}');
  return new Blob(parts, { type: 'application/json' });
}

/**
 * Brings a rescue file in for the person whose work it holds: what is here already stays as it is. Returns how many acts and drafts
 * came with it.
 *
 * @throws DeviceError `unreadable`, `other-person`, `no-space`
 */
export async function bringIn(holdings: Holdings, file: Blob): Promise<{ acts: number; drafts: number }> {
  const brought = await read(file);
  if (brought.person !== null && brought.person !== holdings.person?.id) throw new DeviceError('other-person');
  return holdings.outbox.together(async (tx) => {
    const counts = { acts: 0, drafts: 0 };
    for (const intent of brought.intents) if (await putIntent(tx, intent)) counts.acts += 1;
    for (const draft of brought.drafts) if (await putDraft(tx, draft)) counts.drafts += 1;
    for (const page of brought.pages) await bringPage(tx, page);
    return counts;
  });
}

async function bringPage(tx: Writing, { base64: text, ...page }: Rescue['pages'][number]): Promise<void> {
  if ((await tx.objectStore('files').get(page.file)) || text === '') return;
  const state = page.intent === null ? 'local' : 'queued';
  await putPage(tx, { ...page, state, sent: 0, problem: null }, bytesOf(text));
}

async function read(file: Blob): Promise<Rescue> {
  try {
    const brought = JSON.parse(await file.text()) as Partial<Rescue>;
    if (brought.doorstep !== 'rescue' || brought.version !== VERSION) throw new DeviceError('unreadable');
    for (const { body } of brought.intents ?? []) JSON.parse(body);
    const { person = null, drafts = [], intents = [], pages = [] } = brought;
    return { doorstep: 'rescue', version: VERSION, person, drafts, intents, pages };
  } catch {
    throw new DeviceError('unreadable');
  }
}

async function putIntent(tx: Writing, { body, links, state, code, about }: RescueIntent): Promise<boolean> {
  const said = JSON.parse(body) as IntentBody;
  const intents = tx.objectStore('intents');
  if ((await intents.get(said.id)) || (await tx.objectStore('kept').get(said.id))) return false;
  const aside = state === 'conflict' || state === 'refused' || state === 'quarantined';
  await intents.put({
    ...said,
    type: said.type as OutboxEntry['type'],
    base: said.base ?? null,
    after: links?.after ?? said.after ?? [],
    needs: links?.needs ?? said.needs ?? [],
    ...(links ? { relinked: true } : {}),
    files: said.files ?? [],
    body,
    state: aside ? state : 'queued',
    pos: null,
    code: aside ? code : null,
    params: null,
    options: [],
    judged_at: null,
    about: about ?? null,
    // Another device may have offered it.
    offered: true,
  });
  const kv = tx.objectStore('kv');
  const next = ((await kv.get('next_seq')) as number | undefined) ?? 1;
  if (said.seq >= next) await kv.put(said.seq + 1, 'next_seq');
  return true;
}

async function putDraft(tx: Writing, draft: Draft): Promise<boolean> {
  if (await tx.objectStore('drafts').get(draft.id)) return false;
  await tx.objectStore('drafts').put(draft);
  return true;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

function bytesOf(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes.buffer;
}
