/** Handing acts in, and moving on those that were not done. */
import type { Json } from '../protocol/generated';
import type { Act } from './entry';
import { isAside, isFiling } from './entry';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { newId } from './ids';
import { tellAside } from './service';
import {
  DeviceError,
  type Draft,
  type IntentType,
  type OutboxEntry,
  type Resolution,
  type SubmitOptions,
} from './types';

const VIEW_AGAIN_MS = 600_000;

export class Acts {
  /** When this person's looks were reported, by case and position. */
  private readonly lookedAt = new Map<string, number>();

  constructor(
    private readonly holdings: Holdings,
    private readonly env: Env,
  ) {}

  /** @throws DeviceError `not-signed-in`, `unknown-file`, `intent-too-large`, `no-space` */
  async submit(type: IntentType, lane: string, args: Json, options: SubmitOptions): Promise<OutboxEntry> {
    const base = options.base === undefined ? await this.seenPosition(lane) : options.base;
    const { files = [], needs = [], about = null } = options;
    return this.holdings.outbox.submit(this.act({ type, lane, args, base, files, needs, about }));
  }

  private act(what: Omit<Act, 'id' | 'at' | 'by'>): Act {
    const { person } = this.holdings;
    if (!person) throw new DeviceError('not-signed-in');
    return { ...what, id: newId(), at: new Date(this.env.now()).toISOString(), by: person.id };
  }

  /** Position of the newest copy of the case on this device. */
  private async seenPosition(lane: string): Promise<number | null> {
    const { cache } = this.holdings;
    const kinds = await Promise.all((['case', 'status', 'queue'] as const).map((kind) => cache.row(kind, lane)));
    const opened = await cache.opened(lane);
    const positions = [...kinds, opened].flatMap((row) => (row ? [row.pos] : []));
    return positions.length === 0 ? null : Math.max(...positions);
  }

  /** Moves on an act; see `Resolution`. Returns the id of what takes its place, null if nothing does. */
  async resolve(id: string, how: Resolution): Promise<string | null> {
    const { outbox } = this.holdings;
    const entry = await outbox.entry(id);
    if (!entry) return null;
    if (how === 'discard') {
      await outbox.withdraw(id);
      return null;
    }
    if (how === 'edit' && isFiling(entry.type) && entry.state === 'queued' && !entry.offered) return this.reopen(entry);
    if (!isAside(entry)) return null;
    if (how === 'hand-to-desk') return this.handToDesk(entry);
    if (how === 'edit') return this.reopen(entry);
    if (how === 'note') return this.keepAsNote(entry);
    return (await this.resend(id, entry.args)).id;
  }

  /** Sends an act that was not done again as a new one, with other args, on the case as it is now. */
  async resend(id: string, args: Json): Promise<OutboxEntry> {
    const { outbox } = this.holdings;
    const old = await outbox.entry(id);
    if (!old) throw new DeviceError('not-found');
    const { type, lane, about } = old;
    const needs = old.needs.filter((need) => need !== id);
    const act = this.act({
      type,
      lane,
      args,
      base: await this.seenPosition(lane),
      files: old.files.map((file) => file.id),
      needs,
      about,
    });
    return outbox.replace(old, act, newId);
  }

  /** The centre keeps the words of an act that was not done; the desk sees them from now on, and the tray does without. */
  private async handToDesk(entry: OutboxEntry): Promise<null> {
    const taken = await tellAside(this.env, entry.id, { do: 'hand-to-desk' }).catch(() => {
      throw new DeviceError('offline');
    });
    if (taken !== 'taken') throw new DeviceError(taken === 'again' ? 'offline' : 'not-found');
    await this.holdings.outbox.withdraw(entry.id, true);
    return null;
  }

  private async keepAsNote(old: OutboxEntry): Promise<string | null> {
    const text = wordsOf(old);
    const { lane, about } = old;
    if (text === '') {
      await this.holdings.outbox.withdraw(old.id);
      return null;
    }
    const act = this.act({ type: 'case.note@1', lane, args: { text }, base: null, files: [], needs: [], about });
    return (await this.holdings.outbox.replace(old, act, newId)).id;
  }

  private async reopen(entry: OutboxEntry): Promise<string> {
    const args = entry.args as unknown as Pick<Draft, 'answers' | 'copies' | 'later'> &
      Partial<Pick<Draft, 'item_id' | 'item_version' | 'declarations'>> & { bundle_id?: string };
    const saved_at = new Date(this.env.now()).toISOString();
    const draft: Draft = {
      id: entry.lane,
      item_id: args.item_id ?? args.bundle_id ?? '',
      item_version: args.item_version ?? 0,
      item_name: entry.about?.item_name ?? null,
      answers: args.answers,
      declarations: args.declarations ?? [],
      copies: args.copies ?? [],
      later: args.later ?? [],
      ...(entry.about?.children ? { children: entry.about.children } : {}),
      step: '',
      created_at: entry.at,
      ...entry.about?.draft,
      saved_at,
    };
    await this.holdings.outbox.reopen(entry, draft);
    return draft.id;
  }

  /**
   * Reports that a case was read from this device's own copy; reads of personal data are facts.
   *
   * @returns whether there is something to send: not where the same look was reported a little while ago
   */
  async sayViewed(lane: string, position: number, offline: boolean): Promise<boolean> {
    const now = this.env.now();
    const key = `${lane} ${position}`;
    if (now - (this.lookedAt.get(key) ?? -Infinity) < VIEW_AGAIN_MS) return false;
    this.lookedAt.set(key, now);
    const args = { position, at: new Date(now).toISOString(), offline };
    try {
      await this.submit('record.view@1', lane, args, { base: position });
    } catch (error) {
      this.lookedAt.delete(key);
      throw error;
    }
    return true;
  }
}

/** Args that people write themselves. */
const WORDED = [
  'text',
  'opinion',
  'office',
  'reason',
  'findings',
  'words',
  'notice',
  'how',
  'remedy',
  'basis',
  'remedies',
  'delay',
] as const;

/** The words of an act, so that they can be kept as a note. */
export function wordsOf(entry: OutboxEntry): string {
  const args = entry.args as Record<string, unknown>;
  if (entry.type === 'case.request-correction@1') {
    const defects = (args['defects'] ?? []) as { words: string }[];
    return defects.map((defect) => defect.words).join('\n');
  }
  const words = WORDED.map((name) => args[name]);
  return words
    .filter((word): word is string => typeof word === 'string' && word !== '')
    .join('\n')
    .slice(0, 2000);
}
