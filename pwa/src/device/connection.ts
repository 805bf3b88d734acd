/** Keeps one person's replica and outbox in step with the server while this tab leads. */

import { base } from '../base';
import type { Gone, Row, StatusBody, Wait, Welcome } from '../protocol/generated';
import { SUBPROTOCOL } from '../protocol/generated';
import { type Pending, type Phase, SyncCore, type UpgradeWanted } from '../sync/core';
import type { Beside } from './beside';
import { APP_BUILD, APP_SCHEMA } from './build';
import { Overtaken } from './cache';
import { type Env, inflater } from './env';
import type { Holdings } from './holdings';
import { Link } from './link';
import type { Terms } from './outbox';
import { fetchTicket, tellAside } from './service';
import type { Signer } from './signing';
import { KINDS, type Kind, type OutboxEntry, type UploadProgress } from './types';
import { fetchedCarrier, Uploads } from './uploads';

export interface ConnectionEvents {
  phase: (phase: Phase, upgrade: UpgradeWanted | null) => void;
  /** Something that the person may be told of the device itself has changed. */
  terms: (change: Partial<Terms>) => void;
  transport: (transport: 'socket' | 'poll') => void;
  waiting: (wait: Wait | null) => void;
  /** Another tab writes to the replica: begin anew from what is on disk. */
  overtaken: () => void;
  /** Every row was taken away: what another tab knows of them is old. */
  wiped: () => void;
  contact: () => void;
  rows: (kinds: Kind[], ids: string[] | null) => void;
  outbox: () => void;
  uploads: (progress: UploadProgress[]) => void;
  /** A form, or its copy with the centre, has changed. */
  drafts: () => void;
}

/** A change of the measured skew that is worth writing down. */
const SKEW_NEWS_MS = 2_000;
const GREETED: ReadonlySet<Phase> = new Set(['boot', 'catchup', 'warming', 'live']);
const ARRIVED: ReadonlySet<string> = new Set(['stored', 'rejected', 'replaced']);

const pendingOf = (entry: OutboxEntry, sig: string | null): Pending => {
  const { id, seq, lane, needs, body, state, pos, at } = entry;
  return { id, seq, lane, needs, body, sig, state, pos, at, after: entry.relinked ? entry.after : null };
};

export class Connection {
  private link: Link | undefined;
  private readonly uploads: Uploads;
  /** Acts whose pages may follow, by id; an act that is not here any more is settled. */
  private answered: ReadonlyMap<string, OutboxEntry> = new Map();
  private over = false;
  /** What goes on beside syncing; its code is fetched when the service is first there. */
  private beside: Beside | undefined;
  private reaches = false;
  private origin: string | null = null;
  /** Nothing is uploaded while the lease is over. */
  private halted = false;
  /** Signs what a member of staff does; null for residents, in a sandbox, and where the browser cannot. */
  private signer: Signer | null = null;
  /** Reloads follow one another, since signing takes time: an older one must not come last. */
  private reloading: Promise<void> = Promise.resolve();

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
      early: (page) => this.beside?.early(page) ?? false,
      sent: (page) => {
        this.link?.handle({ on: 'uploaded', lane: page.lane });
        this.beside?.look();
      },
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
    const [next_seq, terms] = [await outbox.nextSeq(), await outbox.terms()];
    await this.reofferUnchecked();
    this.signer = await this.openSigner().catch(() => null);
    const intents = await this.pending(entries);
    if (this.over) return;
    const inflate = inflater();
    const feat = inflate ? ['zlib'] : [];
    const { lease } = terms;
    this.origin = terms.origin;
    const seed = {
      app: APP_BUILD,
      schema: APP_SCHEMA,
      device: this.device,
      feat,
      stand: { ...stand, origin: this.origin, tree: terms.tree },
      next_seq,
      lease,
    };
    const core = new SyncCore({ ...seed, intents }, this.env.random);
    this.link = this.linkTo(core, inflate);
    this.link.handle({ on: 'start' });
    this.uploads.start();
    // Whatever was handed in while this was being put together.
    await this.reload();
  }

  private linkTo(core: SyncCore, inflate: ((bytes: ArrayBuffer) => Promise<string>) | undefined): Link {
    const { env, events } = this;
    const { outbox } = this.holdings;
    return new Link(core, {
      ticket: async () => {
        await this.signer?.introduce(env);
        return fetchTicket(env, this.holdings.sub);
      },
      connect: () => env.connect(`${env.origin.replace(/^http/, 'ws')}/sync`, SUBPROTOCOL),
      inflate: inflate ?? (() => Promise.reject(new Error('no zlib'))),
      now: env.now,
      setTimer: env.setTimer,
      clearTimer: env.clearTimer,
      post: async (frames, ticket, signal) => (await import('./poll')).post(env, frames, ticket, signal),
      isOvertaken: () => this.isOvertaken(),
      commit: (commit) => this.commit(commit),
      forget: (ids) => this.forget(ids),
      markSent: async (offered) => {
        const kept = await outbox.markSent(offered);
        // What is known here of these is old, or they would be offered so again and again.
        if (kept.changed.length > 0) void this.reload().catch(() => undefined);
        return kept;
      },
      judge: (changes) => outbox.judge(changes, new Date(env.now()).toISOString()),
      settle: async (ids) => {
        // What stays is offered again by another tab, to a log that has lost it.
        if ((await outbox.settle(ids, env.now())) > 0) void this.reload();
      },
      kept: async () => this.pending(await outbox.offeredBefore()),
      follow: async (origin) => {
        // A log that was restored from a backup may not know the key.
        if (this.origin !== null && origin !== this.origin) {
          await this.signer?.unknown();
          void this.signer?.introduce(env);
        }
        this.origin = origin;
        await this.setTerms({ origin });
      },
      remember: (tree) => this.setTerms({ tree }),
      lease: (lease) => this.setTerms({ lease }),
      blocked: async () => {
        await outbox.dropPrivate();
        await this.setTerms({ blocked: true });
      },
      contact: events.contact,
      welcomed: (frame) => void this.welcomed(frame).catch(() => undefined),
      waiting: events.waiting,
      phase: (phase, upgrade) => this.entered(phase, upgrade),
      rows: (changed) => this.rowsChanged(changed),
      outbox: () => void this.outboxChanged().catch(() => undefined),
      notSigned: () => void this.notSigned().catch(() => undefined),
    });
  }

  private async commit(commit: Parameters<Holdings['cache']['commit']>[0]): Promise<string> {
    try {
      return await this.holdings.cache.commit(commit);
    } catch (error) {
      if (error instanceof Overtaken) this.events.overtaken();
      throw error;
    }
  }

  /** What is said of the rows on disk decides whether they are taken away before others come. */
  private async isOvertaken(): Promise<boolean> {
    const isOvertaken = await this.holdings.cache.isOvertaken().catch(() => false);
    if (isOvertaken) this.events.overtaken();
    return isOvertaken;
  }

  private async forget(ids: readonly string[] | null): Promise<void> {
    if (ids === null) this.beside?.reach(false);
    await Promise.all([this.holdings.cache.forget(ids), this.holdings.erasePhotos(ids)]);
    if (ids === null) this.events.wiped();
  }

  private async setTerms(change: Partial<Terms>): Promise<void> {
    await this.holdings.outbox.setTerms(change);
    this.events.terms(change);
  }

  /** What the centre says of its clock and its log; written down only when it is news. */
  private async welcomed({ now, origin, restored }: Welcome): Promise<void> {
    const at = this.env.now();
    const skew_ms = Number.isNaN(Date.parse(now)) ? null : at - Date.parse(now);
    const before = await this.holdings.outbox.terms();
    const known = this.origin;
    const names = restored ? [restored.origin, ...(restored.names ?? [])] : [];
    const news = known !== null && names.includes(known) && known !== origin;
    const moved = Math.abs((skew_ms ?? 0) - (before.skew_ms ?? Infinity)) > SKEW_NEWS_MS;
    if (!news && !moved && !before.blocked) return;
    await this.setTerms({ skew_ms, blocked: false, ...(news ? { restored_at: new Date(at).toISOString() } : {}) });
  }

  /** That the log was altered is known again before the centre is heard, until it is heard with the one that was seen. */
  private async noteAltered(phase: Phase): Promise<void> {
    const isAltered = phase === 'log-altered';
    if (!isAltered && !GREETED.has(phase)) return;
    const { altered_at } = await this.holdings.outbox.terms();
    if (isAltered === (altered_at !== null)) return;
    await this.setTerms({ altered_at: isAltered ? new Date(this.env.now()).toISOString() : null });
    this.everythingChanged();
  }

  private entered(phase: Phase, upgrade: UpgradeWanted | null): void {
    void this.noteAltered(phase).catch(() => undefined);
    this.events.phase(phase, upgrade);
    if (this.link) this.events.transport(this.link.over);
    this.reaches = phase === 'live';
    this.beside?.reach(this.reaches);
    this.uploads.offline(phase === 'backoff');
    if (phase === 'live') {
      this.events.waiting(null);
      void this.goBeside().catch(() => undefined);
      this.uploads.look(true);
      void this.tellTheCentre().catch(() => undefined);
    }
    if (phase === 'lease-expired') void this.holdings.erasePhotos(null);
    if (phase === 'lease-expired' || phase === 'log-altered') {
      this.uploads.stop();
      this.halted = true;
      this.everythingChanged();
    } else if (this.halted && this.reaches) {
      this.halted = false;
      this.everythingChanged();
      this.uploads.start();
    }
  }

  /** What may be seen is another thing from now on. */
  private everythingChanged(): void {
    this.events.rows(KINDS, null);
    this.events.outbox();
  }

  private async goBeside(): Promise<void> {
    if (this.beside) return;
    const { Beside } = await import('./beside');
    if (this.over || this.beside) return;
    const { drafts } = this.events;
    this.beside = new Beside(this.env, this.holdings, this.device, { drafts, pages: () => this.uploads.look() });
    this.beside.reach(this.reaches);
    this.beside.look();
  }

  /** A form was written to or taken out in some tab. */
  draftsChanged(): void {
    this.beside?.look();
  }

  /** What the person did with acts that were not done; one that the centre does not keep is told to nobody. */
  private async tellTheCentre(): Promise<void> {
    for (const telling of await this.holdings.outbox.tellings()) {
      const heard = await tellAside(this.env, telling.id, telling);
      if (heard !== 'again') await this.holdings.outbox.told([telling.id]);
    }
  }

  stop(): void {
    this.over = true;
    this.beside?.stop();
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
    this.signer?.signedIn();
    void this.signer?.introduce(this.env);
    this.link?.handle({ on: 'signed-in' });
    this.uploads.look(true);
  }

  /** The outbox was changed outside the connection (a screen, another tab): take over what is new, gone or rewritten. */
  reload(): Promise<void> {
    const reload = this.reloading.then(() => this.reloadNow());
    this.reloading = reload.catch(() => undefined);
    return reload;
  }

  private async reloadNow(): Promise<void> {
    const entries = await this.holdings.outbox.entries();
    const { link } = this;
    if (!link) return;
    const now = new Map(entries.map((entry) => [entry.id, entry]));
    const missing = link.core.intents.filter((known) => isStale(known, now.get(known.id))).map((known) => known.id);
    const settled = missing.length > 0 ? await this.holdings.outbox.settledOf(missing) : new Set();
    const stale = missing.filter((id) => !settled.has(id));
    const intents = await this.pending(entries);
    // First what needs another act by now, so that it is not set aside with the one it needed before.
    link.handle({ on: 'submitted', intents });
    if (stale.length > 0) link.handle({ on: 'removed', ids: stale });
    this.remember(entries);
    this.signer?.keepOnly(new Set(now.keys()));
    this.uploads.look();
  }

  private async openSigner(): Promise<Signer | null> {
    const { person, outbox } = this.holdings;
    if (person?.kind !== 'staff' || base !== '') return null;
    return (await import('./signing')).openSigner(outbox, person.id, this.device);
  }

  /** The centre knows another key than this device has, or this device could not open its own. */
  private async notSigned(): Promise<void> {
    if (this.signer) await this.signer.unknown();
    else this.signer = await this.openSigner();
    // What went without a signature is offered with one.
    await this.reload();
  }

  /** Entries as the state machine has them, signed where this device signs. */
  private async pending(entries: readonly OutboxEntry[]): Promise<Pending[]> {
    const { signer } = this;
    if (!signer) return entries.map((entry) => pendingOf(entry, null));
    return Promise.all(entries.map(async (entry) => pendingOf(entry, await signer.sign(entry))));
  }

  /** Settles when everything asked for so far has been carried out. */
  async idle(): Promise<void> {
    await this.link?.idle();
    await this.signer?.idle();
    await this.uploads.idle();
    await this.beside?.idle();
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
    this.beside?.look();
    if (changed === null) {
      this.events.rows(KINDS, null);
      return;
    }
    const touched = [...changed.rows, ...changed.gone];
    const kinds = new Set(touched.map((one) => one.kind));
    this.events.rows(
      KINDS.filter((kind) => kinds.has(kind)),
      touched.map(({ id }) => id),
    );
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
  return entry === undefined || (known.state === 'queued' && entry.state === 'refused');
}
