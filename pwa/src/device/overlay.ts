/**
 * A row as its reader should see it: what the centre sent, with the person's own acts laid over it until they have come back.
 *
 * Only what is certain to be seen by the person alone changes (own note, own claim, own new pages). Nothing is shown as done by the
 * centre before the centre has said so: the marks tell what is under way.
 */
import { BLANK_PAGE, BLANK_STATUS } from '../protocol/blank';
import type {
  CaseBody,
  FileBundle,
  FileCase,
  Json,
  Page,
  QueueBody,
  StatusBody,
  SupplementCase,
} from '../protocol/generated';
import type { Bodies, Kind, LocalRow, Mark, OutboxEntry, Principal } from './types';

interface Plain {
  id: string;
  pos: number;
  body: unknown;
}

const KEPT_PRIVATE: ReadonlySet<string> = new Set(['record.view@1']);
const WORKING: ReadonlySet<OutboxEntry['state']> = new Set(['queued', 'sent', 'held', 'applied']);

/** Whether an act is the app's own bookkeeping, which the person need not see in the outbox. */
export const isBookkeeping = (entry: OutboxEntry): boolean => KEPT_PRIVATE.has(entry.type);

function markOf(entry: OutboxEntry): Mark {
  const state = entry.state === 'queued' ? 'waiting' : entry.state;
  return { intent: entry.id, type: entry.type, state, code: entry.code, at: entry.at };
}

/** Rows of one kind with the acts of `outbox` (in order of `seq`) laid over them. */
export function overlaid<K extends Kind>(
  kind: K,
  rows: readonly Plain[],
  outbox: readonly OutboxEntry[],
  person: Principal | null,
): LocalRow<K>[] {
  const acts = new Map<string, OutboxEntry[]>();
  for (const entry of outbox) {
    if (!isBookkeeping(entry)) acts.set(entry.lane, [...(acts.get(entry.lane) ?? []), entry]);
  }
  const seen = rows.map((row) => overlaidRow(kind, row, acts.get(row.id) ?? [], person));
  if (kind !== 'status') return seen;
  const known = new Set(rows.map((row) => row.id));
  return [...seen, ...(localFilings(acts, known) as LocalRow<K>[])];
}

/** One row with the acts of its lane laid over it. */
export function overlaidRow<K extends Kind>(
  kind: K,
  row: Plain,
  acts: readonly OutboxEntry[],
  person: Principal | null,
): LocalRow<K> {
  const visible = acts.filter((entry) => !isBookkeeping(entry));
  const working = visible.filter((entry) => WORKING.has(entry.state));
  const body = working.reduce((so, entry) => applied(kind, so, entry, person), row.body as Bodies[K]);
  return { id: row.id, kind, pos: row.pos, body, marks: visible.map(markOf) };
}

function applied<K extends Kind>(kind: K, body: Bodies[K], entry: OutboxEntry, person: Principal | null): Bodies[K] {
  if (kind === 'status') return onStatus(body as StatusBody, entry) as Bodies[K];
  if (kind === 'queue') return onClaim(body as QueueBody, entry, person) as Bodies[K];
  if (kind === 'case') return onCase(body as CaseBody, entry, person) as Bodies[K];
  return body;
}

function onStatus(body: StatusBody, entry: OutboxEntry): StatusBody {
  if (entry.type !== 'case.supplement@1') return body;
  return supplemented(body, entry.args as unknown as SupplementCase, entry);
}

function supplemented(body: StatusBody, args: SupplementCase, entry: OutboxEntry): StatusBody {
  const replaced = new Set(args.replaces ?? []);
  const pages = body.pages.map((page) => (replaced.has(page.file) ? { ...page, state: 'replaced' as const } : page));
  const known = new Set(body.pages.map((page) => page.file));
  const added = pagesOf(args.pages ?? [], entry).filter((page) => !known.has(page.file));
  return { ...body, pages: [...pages, ...added] };
}

function pagesOf(pages: readonly { file: string; material: string; number: number }[], entry: OutboxEntry): Page[] {
  const refs = new Map(entry.files.map((file) => [file.id, file]));
  return pages.map((page) => {
    const ref = refs.get(page.file);
    return { ...BLANK_PAGE, ...page, sha256: ref?.sha256 ?? '', size: ref?.size ?? 0 };
  });
}

function onClaim<B extends { claimed_by: { id: string; name: string } | null }>(
  body: B,
  entry: OutboxEntry,
  person: Principal | null,
): B {
  if (entry.type === 'case.claim@1' && body.claimed_by === null && person) {
    return { ...body, claimed_by: { id: person.id, name: person.name ?? '' } };
  }
  if (entry.type === 'case.release@1' && body.claimed_by?.id === person?.id) return { ...body, claimed_by: null };
  return body;
}

function onCase(body: CaseBody, entry: OutboxEntry, person: Principal | null): CaseBody {
  if (entry.type !== 'case.note@1') return onClaim(body, entry, person);
  const text = (entry.args as { text?: string }).text ?? '';
  const twin = body.notes.some((note) => note.text === text && note.by_name === person?.name);
  if (twin && entry.state === 'applied') return body;
  return { ...body, notes: [...body.notes, { at: entry.at, by_name: person?.name ?? '', text }] };
}

/** Filings that the centre has no row of yet, as rows of this device. */
function localFilings(
  acts: ReadonlyMap<string, readonly OutboxEntry[]>,
  known: ReadonlySet<string>,
): LocalRow<'status'>[] {
  const rows: LocalRow<'status'>[] = [];
  for (const [lane, entries] of acts) {
    const filing = entries.filter((entry) => entry.type === 'case.file@1').at(-1);
    if (filing && !known.has(lane)) {
      rows.push(overlaidRow('status', { id: lane, pos: 0, body: filedHere(filing) }, entries, null));
    }
    const bundle = entries.filter((entry) => entry.type === 'bundle.file@1').at(-1);
    if (bundle) rows.push(...filedTogether(bundle).filter((row) => !known.has(row.id)));
  }
  return rows;
}

/** The cases that a linked filing becomes, each a row with the mark of the one act. */
function filedTogether(entry: OutboxEntry): LocalRow<'status'>[] {
  const { answers, pages } = entry.args as unknown as FileBundle;
  return (entry.about?.children ?? []).map((child) => {
    const { item_id, item_version, item_name } = child;
    const own = { item_id, item_version, answers, pages };
    const body = {
      ...filedHere({ ...entry, args: own as unknown as Json, about: { ...entry.about, item_name } }),
      bundle: entry.lane,
    };
    return { id: child.case, kind: 'status', pos: 0, body, marks: [markOf(entry)] };
  });
}

function filedHere(entry: OutboxEntry): StatusBody {
  const args = entry.args as unknown as FileCase;
  const pages = pagesOf(args.pages ?? [], entry);
  const next = (['accepted', 'decided', 'delivered'] as const).map((id) => ({ id, state: 'next' as const, at: null }));
  return {
    ...BLANK_STATUS,
    item_id: args.item_id,
    item_version: args.item_version,
    item_name: entry.about?.item_name ?? { zh: '', en: '' },
    steps: [{ id: 'filed', state: 'now', at: entry.at }, ...next],
    filed_at: entry.at,
    awaiting_files: pages.length,
    applicant_name: entry.about?.applicant ?? '',
    agent_name: entry.about?.agent ?? null,
    answers: args.answers,
    pages,
    declarations: args.declarations ?? [],
    later: args.later ?? [],
  };
}
