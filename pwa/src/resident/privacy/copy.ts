/** Everything that the centre keeps about a resident, in one archive: a page to read and print, the same for a machine, and the files. */
import { get } from '../../api';
import { at } from '../../base';
import { loadItem } from '../../catalogue';
import type { LocalRow } from '../../device/types';
import type { StatusBody } from '../../protocol/generated';
import type { OpenSession } from '../../signin/open-sessions';
import { pageAddress } from '../case/files';
import { fetchLooks, type Look } from './looks';
import { pageOf } from './page';
import { type Entry, zip } from './zip';

/** What is kept, as the service tells it to the person. */
export interface Kept {
  cases: { id: string; body: StatusBody }[];
  vault: readonly unknown[];
  drafts: readonly unknown[];
  contact: { sms: boolean; push: boolean; language: string };
  sessions: readonly OpenSession[];
  looks: readonly Look[];
}

/** A file of a case: where it goes in the archive, and where it is fetched from. */
export interface Wanted {
  path: string;
  address: string;
}

export interface Copy {
  archive: Blob;
  /** How many files could not be fetched. */
  missing: number;
}

/** Photographs, letters and results of all `cases`. */
export function filesOf(cases: Kept['cases']): Wanted[] {
  return cases.flatMap(({ id, body }) => {
    const folder = body.case_number ?? body.filing_number;
    const pages = body.pages
      .filter((page) => page.state === 'stored' || page.state === 'replaced')
      .map((page) => ({
        path: `${folder}/${page.material}-${page.number}-${page.file.slice(0, 8)}.${page.media_type === 'application/pdf' ? 'pdf' : 'jpg'}`,
        address: pageAddress(id, page.file, 'full'),
      }));
    const papers = body.papers.map(({ position, kind }) => ({
      path: `${folder}/${kind}-${position}.pdf`,
      address: at(`/api/cases/${id}/papers/${position}/${kind}.pdf`),
    }));
    const result = body.result ? [{ path: `${folder}/result.pdf`, address: at(`/api/cases/${id}/result.pdf`) }] : [];
    return [...pages, ...papers, ...result];
  });
}

/**
 * Fetches everything and packs it; `told` hears how many files of how many are there.
 *
 * @throws ApiError when the service cannot be reached
 */
export async function takeCopy(
  rows: { cases: readonly LocalRow<'status'>[]; vault: readonly LocalRow<'vault'>[] },
  told: (done: number, all: number) => void,
): Promise<Copy> {
  const kept = await gather(rows);
  const wanted = filesOf(kept.cases);
  const files: Entry[] = [];
  let missing = 0;
  for (const [done, one] of wanted.entries()) {
    told(done, wanted.length);
    const bytes = await fetched(one.address);
    if (bytes) files.push({ path: one.path, bytes });
    else missing += 1;
  }
  const items = await Promise.all(kept.cases.map(({ body }) => loadItem(body.item_id).catch(() => null)));
  const coder = new TextEncoder();
  const page = pageOf(
    kept,
    items,
    files.map(({ path }) => path),
  );
  return {
    archive: zip([
      { path: 'index.html', bytes: coder.encode(page) },
      { path: 'data.json', bytes: coder.encode(JSON.stringify(kept, null, 1)) },
      ...files,
    ]),
    missing,
  };
}

async function gather(rows: Parameters<typeof takeCopy>[0]): Promise<Kept> {
  const [looks, drafts, contact, sessions] = await Promise.all([
    fetchLooks(),
    get<{ drafts: unknown[] }>('/api/drafts'),
    get<Kept['contact']>('/api/contact'),
    get<{ sessions: OpenSession[] }>('/api/sessions'),
  ]);
  return {
    cases: rows.cases.map(({ id, body }) => ({ id, body })),
    vault: rows.vault.flatMap(({ body }) => body.copies),
    drafts: drafts.drafts,
    contact: { sms: contact.sms, push: contact.push, language: contact.language },
    sessions: sessions.sessions,
    looks,
  };
}

/** The bytes at `address`, or null: one file that is gone must not keep the person from all the others. */
async function fetched(address: string): Promise<Uint8Array | null> {
  try {
    const answer = await fetch(address, { credentials: 'same-origin' });
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}
