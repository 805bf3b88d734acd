/** Keeps one person's replica and outbox in step with the server while this tab leads. */
import type { Gone, Row, StatusBody } from '../protocol/generated';
import { SUBPROTOCOL } from '../protocol/generated';
import { type Pending, type Phase, SyncCore } from '../sync/core';
import { APP_BUILD } from './build';
import { type Env, inflater } from './env';
import type { Holdings } from './holdings';
import { Link } from './link';
import { fetchTicket } from './service';
import type { Kind, OutboxEntry, UploadProgress } from './types';
import { fetchedCarrier, Uploads } from './uploads';

export interface ConnectionEvents {
  phase: (phase: Phase, upgrade: { min_app: string; hard: boolean } | null) => void;
  contact: () => void;
  rows: (kinds: Kind[]) => void;
  outbox: () => void;
  uploads: (progress: UploadProgress[]) => void;
}

const KINDS: Kind[] = ['status', 'queue', 'case'];
const ARRIVED: ReadonlySet<string> = new Set(['stored', 'rejected', 'replaced']);

const pendingOf = (entry: OutboxEntry): Pending => {
  const { id, seq, lane, needs, body, state, pos } = entry;
  return { id, seq, lane, needs, body, state, pos };
};

export class Connection {
  private link: Link | undefined;
  private readonly uploads: Uploads;
  /** Acts whose pages may follow, by id; an act that is not here any more is settled. */
  private answered: ReadonlyMap<string, OutboxEntry> = new Map();
  private over = false;

  constructor(
    private readonly env: Env,
    private readonly holdings: Holdings,
    private readonly device: string,
    private readonly events: ConnectionEvents,
  ) {
    this.uploads = new Uploads({
      pages: holdings.pages,
      carry: fetchedCarrier(async () => (await import('./tus')).tusCarrier(holdings.pages, `${env.origin}/files/`)),
      mayGo: (page) => this.mayGo(page.intent),
      changed: events.uploads,
      sent: (page) => this.link?.handle({ on: 'uploaded', lane: page.lane }),
      answered: () => this.reachable(),
      now: env.now,
      random: env.random,
      setTimer: env.setTimer,
    });
  }

  async start(): Promise<void> {
    const { outbox, cache } = this.holdings;
    const entries = await outbox.entries();
    const lanes = [...new Set(entries.map((entry) => entry.lane))];
    const stand = await cache.stand(lanes);
    const next_seq = await outbox.nextSeq();
    await this.reofferUnchecked();
    if (this.over) return;
    const inflate = inflater();
    const seed = { app: APP_BUILD, device: this.device, feat: inflate ? ['zlib'] : [], stand, next_seq };
    const core = new SyncCore({ ...seed, intents: entries.map(pendingOf) }, this.env.random);
    this.link = this.linkTo(core, inflate);
    this.link.handle({ on: 'start' });
    this.uploads.start();
    // Whatever was handed in while this was being put together.
    await this.reload();
  }

  private linkTo(core: SyncCore, inflate: ((bytes: ArrayBuffer) => Promise<string>) | undefined): Link {
    const { env, events } = this;
    const { outbox, cache } = this.holdings;
    return new Link(core, {
      ticket: () => fetchTicket(env, this.holdings.sub),
      connect: () => env.connect(`${env.origin.replace(/^http/, 'ws')}/sync`, SUBPROTOCOL),
      inflate: inflate ?? (() => Promise.reject(new Error('no zlib'))),
      now: env.now,
      setTimer: env.setTimer,
      clearTimer: env.clearTimer,
      commit: (commit) => cache.commit(commit),
      forget: (ids) => cache.forget(ids),
      markSent: (ids) => outbox.markSent(ids),
      judge: (changes) => outbox.judge(changes, new Date(env.now()).toISOString()),
      settle: (ids) => outbox.settle(ids),
      contact: events.contact,
      phase: (phase, upgrade) => {
        events.phase(phase, upgrade);
        if (phase === 'live') this.uploads.look(true);
      },
      rows: (changed) => this.rowsChanged(changed),
      outbox: () => void this.outboxChanged(),
    });
  }

  stop(): void {
    this.over = true;
    this.uploads.stop();
    this.link?.handle({ on: 'stop' });
  }

  kick(): void {
    this.link?.handle({ on: 'kick' });
    this.uploads.look(true);
  }

  reachable(): void {
    this.link?.handle({ on: 'reachable' });
  }

  signedIn(): void {
    this.link?.handle({ on: 'signed-in' });
    this.uploads.look(true);
  }

  /** The outbox was changed outside the connection (a screen, another tab): take over what is new, gone or rewritten. */
  async reload(): Promise<void> {
    const entries = await this.holdings.outbox.entries();
    const { link } = this;
    if (!link) return;
    const now = new Map(entries.map((entry) => [entry.id, entry]));
    const stale = link.core.intents.filter((known) => isStale(known, now.get(known.id))).map((known) => known.id);
    if (stale.length > 0) link.handle({ on: 'removed', ids: stale });
    link.handle({ on: 'submitted', intents: entries.map(pendingOf) });
    this.remember(entries);
    this.uploads.look();
  }

  /** Settles when everything asked for so far has been carried out. */
  async idle(): Promise<void> {
    await this.link?.idle();
    await this.uploads.idle();
  }

  private async outboxChanged(): Promise<void> {
    this.remember(await this.holdings.outbox.entries());
    this.uploads.look();
    this.events.outbox();
  }

  private remember(entries: readonly OutboxEntry[]): void {
    this.answered = new Map(entries.map((entry) => [entry.id, entry]));
  }

  private mayGo(intent: string | null): boolean {
    if (intent === null) return false;
    const entry = this.answered.get(intent);
    return entry === undefined || entry.state === 'applied' || entry.state === 'held';
  }

  private rowsChanged(changed: { rows: readonly Row[]; gone: readonly Gone[] } | null): void {
    if (changed === null) {
      this.events.rows(KINDS);
      return;
    }
    const kinds = new Set([...changed.rows, ...changed.gone].map((one) => one.kind));
    this.events.rows(KINDS.filter((kind) => kinds.has(kind)));
    void this.dropArrived(changed.rows).catch(() => undefined);
  }

  /** Pages that the server has checked need not stay here. */
  private async dropArrived(rows: readonly Row[]): Promise<void> {
    const arrived = new Set(
      rows.flatMap((row) => pagesIn(row).filter((page) => ARRIVED.has(page.state))).map((page) => page.file),
    );
    if (arrived.size === 0) return;
    const here = (await this.holdings.pages.list()).filter((page) => page.intent !== null && arrived.has(page.file));
    if (here.length > 0) await this.holdings.pages.remove(here.map((page) => page.file));
  }

  /** Pages delivered in an earlier run that the server still waits for are offered again: it knows how much it has. */
  private async reofferUnchecked(): Promise<void> {
    const { pages, cache } = this.holdings;
    for (const page of await pages.list()) {
      if (page.state !== 'sent') continue;
      const row = await cache.row('status', page.lane);
      const there = row ? pagesIn(row).find((one) => one.file === page.file) : undefined;
      if (there && ARRIVED.has(there.state)) await pages.remove([page.file]);
      else await pages.update(page.file, { state: 'queued' });
    }
  }
}

function pagesIn(row: { kind: string; body: unknown }): StatusBody['pages'] {
  return row.kind === 'status' ? (row.body as StatusBody).pages : [];
}

/** Whether what the state machine holds is no longer what is on disk; answers it has had are never stale. */
function isStale(known: Readonly<Pending>, entry: OutboxEntry | undefined): boolean {
  if (known.state === 'applied') return false;
  return entry === undefined || entry.body !== known.body || (known.state === 'queued' && entry.state === 'refused');
}
