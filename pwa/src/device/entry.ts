/** An act as an outbox entry: its place in its lane and the exact text that travels. */
import type { FileRef, IntentBody, Json } from '../protocol/generated';
import { type About, DeviceError, type IntentType, type OutboxEntry } from './types';

const MAX_BODY_BYTES = 60_000;
const ASIDE: ReadonlySet<OutboxEntry['state']> = new Set(['conflict', 'refused', 'quarantined']);
const OPEN: ReadonlySet<OutboxEntry['state']> = new Set(['queued', 'sent', 'held']);

/** An act as it is handed in. */
export interface Act {
  id: string;
  type: IntentType;
  lane: string;
  args: Json;
  base: number | null;
  files: readonly string[];
  needs: readonly string[];
  about: About | null;
  at: string;
  by: string;
}

/** Whether an act hands a form in: it takes the draft of its lane out, and later acts on the lane need it. */
export const isFiling = (type: IntentType): boolean => type === 'case.file@1' || type === 'bundle.file@1';

/** Not done; the person must choose. */
export const isAside = (entry: OutboxEntry): boolean => ASIDE.has(entry.state);
/** No final verdict yet. */
export const isOpen = (entry: OutboxEntry): boolean => OPEN.has(entry.state);

/** Entries as the person is told of them: one that needs an act which was not done says so instead of seeming to wait. */
export function explained(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const aside = new Set(entries.filter(isAside).map((entry) => entry.id));
  return entries.map((entry) => {
    const blocked = entry.state === 'queued' && entry.needs.some((id) => aside.has(id));
    return blocked ? { ...entry, state: 'held', code: 'needs-refused' } : entry;
  });
}

/**
 * Gives an act its place: after the lane's last open act, needing the lane's filing while that is not applied.
 *
 * @throws DeviceError `intent-too-large`
 */
export function toEntry(act: Act, seq: number, lane: readonly OutboxEntry[], files: FileRef[]): OutboxEntry {
  const earlier = [...lane].sort((a, b) => a.seq - b.seq).filter((entry) => entry.id !== act.id);
  const last = earlier.filter(isOpen).at(-1);
  const filing = earlier.filter((entry) => isFiling(entry.type) && isOpen(entry)).map((entry) => entry.id);
  const { id, type, args, at, by } = act;
  const body: IntentBody = {
    id,
    seq,
    lane: act.lane,
    type,
    args,
    base: act.base === null ? null : { pos: act.base },
    after: last ? [last.id] : [],
    needs: [...new Set([...act.needs, ...filing])],
    files,
    at,
    by,
  };
  const text = textOf(body);
  return {
    ...body,
    type,
    base: body.base ?? null,
    after: body.after ?? [],
    needs: body.needs ?? [],
    files,
    body: text,
    state: 'queued',
    pos: null,
    code: null,
    params: null,
    options: [],
    judged_at: null,
    about: act.about,
    offered: false,
  };
}

/** @throws DeviceError `intent-too-large` */
function textOf(body: IntentBody): string {
  const text = JSON.stringify(body);
  if (new TextEncoder().encode(JSON.stringify(text)).length > MAX_BODY_BYTES) throw new DeviceError('intent-too-large');
  return text;
}

/** An act that was never offered, saying something else; it keeps its id and its place. @throws DeviceError `intent-too-large` */
export function withArgs(entry: OutboxEntry, args: Json): OutboxEntry {
  return { ...entry, args, body: textOf({ ...(JSON.parse(entry.body) as IntentBody), args }) };
}

/** An act that has not been judged, needing other acts; what was offered once keeps its text. */
export function withNeeds(entry: OutboxEntry, needs: string[]): OutboxEntry {
  if (entry.offered) return { ...entry, needs, relinked: true };
  const body = JSON.stringify({ ...(JSON.parse(entry.body) as IntentBody), needs });
  return { ...entry, needs, body };
}
