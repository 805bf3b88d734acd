/** What screens may ask of the device beyond its first needs: photographs kept for reading offline, forms kept with the centre. */
import {
  type CopiedDraft,
  type CopiedPage,
  contentOf,
  copyNow,
  isCopied,
  keepMark,
  markOf,
  marksOf,
} from './draft-copies';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { Kept, openPhotos } from './keep';
import { DeviceError, type Draft, type LocalPage } from './types';

/** What the engine gives to an extra. */
export interface Own {
  holdings: Holdings;
  env: Env;
  /** Id of this device. */
  device: string;
  /** `draftsChanged` lets the leading tab look at what is to be copied or kept. */
  tabs: { draftsChanged: () => void };
}

/** A page that is kept for reading offline. */
export interface KeptPage {
  blob: Blob;
  /** When it was fetched, ISO. */
  stored_at: string;
}

/** What is kept of a case; `wanted`: because somebody here asked for it, whoever has claimed it. */
export interface KeptCase {
  pages: number;
  wanted: boolean;
}

/** A form that the centre keeps, as this device may offer it. */
export interface OfferedDraft {
  draft: CopiedDraft;
  rev: number;
  saved_at: string;
  expires_at: string;
  /** `new`: not on this device. `newer`: changed on another device since. */
  how: 'new' | 'newer';
}

interface Listed {
  id: string;
  rev: number;
  saved_at: string;
  expires_at: string;
  draft: CopiedDraft;
}

const PASS_HEADER = 'x-draft-pass';

async function keptPage({ holdings }: Own, lane: string, file: string): Promise<KeptPage | null> {
  const kept = new Kept(openPhotos(holdings.sub));
  const found = await kept.page(lane, file).finally(() => kept.close());
  return found && { blob: found.bytes, stored_at: found.sheet.stored_at };
}

/** How much of a case can be read on this device without a signal. */
async function keptOf({ holdings }: Own, lane: string): Promise<KeptCase> {
  const kept = new Kept(openPhotos(holdings.sub));
  try {
    const [sheets, wanted] = await Promise.all([kept.sheets(), kept.wanted()]);
    return { pages: sheets.filter((sheet) => sheet.lane === lane).length, wanted: wanted.includes(lane) };
  } finally {
    kept.close();
  }
}

/** Keeps a case that was opened readable offline, with its photographs, or no longer. */
async function keepOffline({ holdings, tabs }: Own, lane: string, on: boolean): Promise<void> {
  const kept = new Kept(openPhotos(holdings.sub));
  await kept.want(lane, on).finally(() => kept.close());
  tabs.draftsChanged();
}

/** Forms that the centre keeps and this device has not, or not in their newest state. @throws DeviceError `offline` */
async function serverDrafts({ holdings, env }: Own): Promise<OfferedDraft[]> {
  if (holdings.person?.kind !== 'resident') return [];
  const { drafts } = await get<{ drafts: Listed[] }>(env, '/api/drafts');
  const [here, marks] = await Promise.all([holdings.outbox.drafts(), marksOf(holdings)]);
  const local = new Set(here.map((draft) => draft.id));
  return drafts.flatMap(({ id, rev, saved_at, expires_at, draft }): OfferedDraft[] => {
    if (!local.has(id)) return [{ draft, rev, saved_at, expires_at, how: 'new' }];
    return (marks[id]?.rev ?? 0) < rev ? [{ draft, rev, saved_at, expires_at, how: 'newer' }] : [];
  });
}

/** Takes over a form as the centre keeps it, with its photographs. @throws DeviceError `offline`, `not-found`, `no-space` */
async function continueDraft(own: Own, id: string): Promise<Draft> {
  const { drafts } = await get<{ drafts: Listed[] }>(own.env, '/api/drafts');
  const found = drafts.find((one) => one.id === id);
  if (!found) throw new DeviceError('not-found');
  const draft = await takeOver(own, found.draft, {});
  const content = contentOf(found.draft);
  const mark = { rev: found.rev, content, sent_at: own.env.now(), elsewhere: null, refused: null };
  await keepMark(own.holdings, id, mark);
  own.tabs.draftsChanged();
  return draft;
}

/** Keeps the form as it is on this device; the next copy takes the place of the one from elsewhere. */
async function keepMine({ holdings, tabs }: Own, id: string): Promise<void> {
  const mark = await markOf(holdings, id);
  await keepMark(holdings, id, { ...mark, rev: mark.elsewhere?.rev ?? mark.rev, elsewhere: null });
  tabs.draftsChanged();
}

/** A code of ten digits that carries a form to another browser. @throws DeviceError `offline`, `not-found` */
async function draftCode({ env, holdings, device }: Own, id: string): Promise<{ code: string; expires_at: string }> {
  await copyNow({ env, holdings, device }, id);
  return get(env, `/api/drafts/${id}/code`, { method: 'POST' });
}

/** Takes over the form of a code, signed in or not. @throws DeviceError `offline`, `not-found`, `no-space` */
async function resumeDraft(own: Own, code: string): Promise<Draft> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }) };
  const answer = await get<{ draft: CopiedDraft; pass: string }>(own.env, '/api/drafts/resume', init);
  const draft = await takeOver(own, answer.draft, { [PASS_HEADER]: answer.pass });
  own.tabs.draftsChanged();
  return draft;
}

/** How copies of the forms on this device stand, by form. */
function draftMarks({ holdings }: Own): ReturnType<typeof marksOf> {
  return marksOf(holdings);
}

/** Nothing is kept until every page is here: a copy without one of them would take the place of the whole. */
async function takeOver({ env, holdings }: Own, copy: CopiedDraft, headers: Record<string, string>): Promise<Draft> {
  const { pages, ...draft } = copy;
  const fetched: { page: CopiedPage; bytes: ArrayBuffer }[] = [];
  for (const page of pages) {
    if (await holdings.pages.get(page.file)) continue;
    const bytes = await pageOf(env, draft.id, page.file, headers);
    if (bytes) fetched.push({ page, bytes });
  }
  for (const { page, bytes } of fetched) {
    const local: LocalPage = { ...page, lane: draft.id, state: 'local', sent: page.size, intent: null, problem: null };
    await holdings.pages.add(local, bytes);
  }
  await dropLeftOut(holdings, draft.id, new Set(pages.map((page) => page.file)));
  await holdings.outbox.saveDraft(draft);
  return draft;
}

/** The bytes of a page, null if the centre has them no more: the form itself asks for that page again. @throws DeviceError `offline` */
async function pageOf(
  env: Env,
  draft: string,
  file: string,
  headers: Record<string, string>,
): Promise<ArrayBuffer | null> {
  const response = await reach(env, `/api/drafts/${draft}/files/${file}`, { headers });
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) throw new DeviceError('offline', { status: response.status });
  return response.arrayBuffer().catch(() => {
    throw new DeviceError('offline');
  });
}

/** Pages that were taken out of the form elsewhere go here too; those that never left this device stay. */
async function dropLeftOut(holdings: Holdings, draft: string, named: ReadonlySet<string>): Promise<void> {
  const here = await holdings.pages.list(draft);
  await holdings.pages.remove(here.filter((page) => isCopied(page) && !named.has(page.file)).map((page) => page.file));
}

async function get<Body>(env: Env, path: string, init: RequestInit = {}): Promise<Body> {
  const response = await reach(env, path, init);
  if (response.status === 404) throw new DeviceError('not-found');
  if (!response.ok) throw new DeviceError('offline', { status: response.status });
  return (await response.json()) as Body;
}

async function reach(env: Env, path: string, init: RequestInit): Promise<Response> {
  try {
    return await env.fetch(`${env.origin}${path}`, { credentials: 'same-origin', ...init });
  } catch {
    throw new DeviceError('offline');
  }
}

/** By the names under which the engine offers them. */
export const EXTRAS: Readonly<Record<string, (own: Own, ...args: never[]) => Promise<unknown>>> = {
  keptPage,
  keptOf,
  keepOffline,
  serverDrafts,
  continueDraft,
  keepMine,
  draftCode,
  resumeDraft,
  draftMarks,
};
