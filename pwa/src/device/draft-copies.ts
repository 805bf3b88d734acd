/**
 * Copies a resident's forms to the centre while they are filled in, at most once a minute each, so that they can go on with them on
 * another device. A copy never overwrites one from elsewhere that this device has not seen.
 */
import type { Json } from '../protocol/generated';
import type { Env } from './env';
import type { Holdings } from './holdings';
import type { Draft, LocalPage } from './types';

export const COPY_EVERY_MS = 60_000;

/** A page of a form as its copy names it; the bytes have been sent already. */
export type CopiedPage = Pick<
  LocalPage,
  'file' | 'material' | 'number' | 'sha256' | 'size' | 'media_type' | 'warning' | 'added_at'
>;

/** A form as the centre keeps it. */
export interface CopiedDraft extends Draft {
  pages: CopiedPage[];
}

/** How the copy of a form stands, on this device. */
export interface CopyMark {
  /** Number of the copy that this device has made or taken over. */
  rev: number | null;
  /** What was copied: changes whenever the form does. */
  content: string | null;
  /** When it was sent, device clock in ms. */
  sent_at: number;
  /** Another device has written since: nothing is copied until the person has chosen. */
  elsewhere: { rev: number; saved_at: string } | null;
  /** The centre does not take it; tried again when it changes. */
  refused: string | null;
}

const NO_COPY: CopyMark = { rev: null, content: null, sent_at: -Infinity, elsewhere: null, refused: null };
/** Codes after which it is no use to try the same again. */
const LASTING: ReadonlySet<string> = new Set(['draft-filed', 'too-many-drafts', 'body-too-large', 'forbidden']);

export const isCopied = (page: LocalPage): boolean => page.size > 0 && page.sent >= page.size;

/** The copy of `draft` with those of its pages whose bytes the centre has. */
export function copyOf(draft: Draft, pages: readonly LocalPage[]): CopiedDraft {
  const sent = pages.filter(isCopied).sort((a, b) => a.file.localeCompare(b.file));
  const named = sent.map(({ file, material, number, sha256, size, media_type, warning, added_at }) => {
    return { file, material, number, sha256, size, media_type, warning, added_at };
  });
  return { ...draft, pages: named };
}

/** Changes whenever the copy would. */
export const contentOf = ({ saved_at, pages }: CopiedDraft): string =>
  [saved_at, ...pages.map(({ file, material, number }) => `${file}:${material}:${number}`)].join(' ');

/** On which device, and for whom, forms are copied. */
export interface Copier {
  env: Env;
  holdings: Holdings;
  /** The centre knows by it a copy whose answer was lost: this device goes on from it as from any other of its own. */
  device: string;
}

export class DraftCopies {
  private live = false;
  private over = false;
  private again = false;
  private working: Promise<void> | null = null;
  private timerSet = false;
  private readonly kept = new Set<string>();

  private readonly env: Env;
  private readonly holdings: Holdings;

  constructor(
    private readonly copier: Copier,
    /** Copies changed: forms may have pages to send now, screens may have something to show. */
    private readonly changed: () => void,
  ) {
    this.env = copier.env;
    this.holdings = copier.holdings;
  }

  /** Forms or their pages changed. */
  look(): void {
    if (this.over) return;
    this.again = true;
    this.working ??= this.work().finally(() => {
      this.working = null;
    });
  }

  reach(live: boolean): void {
    this.live = live;
    if (live) this.look();
  }

  stop(): void {
    this.over = true;
  }

  async idle(): Promise<void> {
    await this.working;
  }

  /** Whether the centre keeps the form, so that photographs of it may be sent before it is handed in. */
  has(draft: string): boolean {
    return this.kept.has(draft);
  }

  private async work(): Promise<void> {
    while (this.again && this.live && !this.over) {
      this.again = false;
      await this.copyAll().catch(() => undefined);
    }
  }

  private async copyAll(): Promise<void> {
    const { outbox, pages } = this.holdings;
    const drafts = await outbox.drafts();
    for (const draft of drafts) {
      if (!this.live || this.over) return;
      await this.copy(copyOf(draft, await pages.list(draft.id)));
    }
    await this.dropOthers(new Set(drafts.map((draft) => draft.id)));
  }

  private async copy(copy: CopiedDraft): Promise<void> {
    const mark = await markOf(this.holdings, copy.id);
    if (mark.rev !== null && mark.elsewhere === null) this.keep(copy.id);
    const content = contentOf(copy);
    if (mark.content === content || mark.elsewhere !== null) return;
    const wait = mark.sent_at + COPY_EVERY_MS - this.env.now();
    if (wait > 0) this.later(wait);
    else await this.send(copy, content, mark);
  }

  private async send(copy: CopiedDraft, content: string, mark: CopyMark): Promise<void> {
    const taken = await sendCopy(this.copier, copy, content, mark);
    if (taken === 'later') {
      this.later(COPY_EVERY_MS);
      return;
    }
    if (taken === 'taken') this.keep(copy.id);
    this.changed();
  }

  /** Copies of forms that are no more on this device (handed in, thrown away) are taken back. */
  private async dropOthers(here: ReadonlySet<string>): Promise<void> {
    for (const id of await copiedIds(this.holdings)) {
      if (here.has(id) || !this.live) continue;
      const answer = await ask(this.env, id, 'DELETE');
      if (answer === null || (answer.status >= 400 && answer.status !== 404)) return;
      this.kept.delete(id);
      await keepMark(this.holdings, id, null);
    }
  }

  private keep(id: string): void {
    if (this.kept.has(id)) return;
    this.kept.add(id);
    this.changed();
  }

  private later(ms: number): void {
    if (this.timerSet) return;
    this.timerSet = true;
    this.env.setTimer(() => {
      this.timerSet = false;
      this.look();
    }, ms);
  }
}

/** Copies a form at once, because its person asked for it. Does nothing where the copy is what this device has. */
export async function copyNow(copier: Copier, id: string): Promise<void> {
  const { holdings } = copier;
  const draft = await holdings.outbox.draft(id);
  if (!draft) return;
  const copy = copyOf(draft, await holdings.pages.list(id));
  const mark = await markOf(holdings, id);
  const content = contentOf(copy);
  if (mark.content !== content && mark.elsewhere === null) await sendCopy(copier, copy, content, mark);
}

/** `later`: the centre did not answer, or is busy. */
async function sendCopy(
  { env, holdings, device }: Copier,
  copy: CopiedDraft,
  content: string,
  mark: CopyMark,
): Promise<'taken' | 'refused' | 'later'> {
  const sent = { ...mark, sent_at: env.now() };
  await keepMark(holdings, copy.id, sent);
  const answer = await ask(env, copy.id, 'PUT', { draft: copy, base: mark.rev, device });
  if (answer === null || answer.status === 429 || answer.status >= 500 || answer.status === 401) return 'later';
  await keepMark(holdings, copy.id, { ...sent, ...marked(answer, content) });
  return answer.status === 200 ? 'taken' : 'refused';
}

interface Answer {
  status: number;
  body: { rev?: number; code?: string; params?: { rev?: number; saved_at?: string } };
}

/** What an answer changes in the mark of a copy. */
function marked({ status, body }: Answer, content: string): Partial<CopyMark> {
  if (status === 200) return { rev: body.rev ?? null, content, elsewhere: null, refused: null };
  const { rev, saved_at } = body.params ?? {};
  if (body.code === 'draft-elsewhere' && rev !== undefined) return { elsewhere: { rev, saved_at: saved_at ?? '' } };
  const code = body.code ?? 'refused';
  return LASTING.has(code) ? { content, refused: code } : { refused: code };
}

async function ask(env: Env, id: string, method: 'PUT' | 'DELETE', body?: unknown): Promise<Answer | null> {
  const init: RequestInit = { method, credentials: 'same-origin' };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  try {
    const response = await env.fetch(`${env.origin}/api/drafts/${id}`, init);
    return {
      status: response.status,
      body: response.status === 204 ? {} : ((await response.json()) as Answer['body']),
    };
  } catch {
    return null;
  }
}

// How copies stand is kept beside the forms

const KEY = 'copies';
type Marks = Record<string, CopyMark>;

export async function markOf(holdings: Holdings, draft: string): Promise<CopyMark> {
  return (await marksOf(holdings))[draft] ?? NO_COPY;
}

export async function marksOf(holdings: Holdings): Promise<Marks> {
  return ((await holdings.outbox.work(KEY)) as Marks | null) ?? {};
}

const copiedIds = async (holdings: Holdings): Promise<string[]> => Object.keys(await marksOf(holdings));

/** Keeps the mark of a copy, or drops it. */
export async function keepMark(holdings: Holdings, draft: string, mark: CopyMark | null): Promise<void> {
  const { [draft]: _before, ...others } = await marksOf(holdings);
  await holdings.outbox.saveWork(KEY, (mark === null ? others : { ...others, [draft]: mark }) as unknown as Json);
}
