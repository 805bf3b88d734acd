/** Rows as the screens see them: from this device, with own acts laid over them, or from the server for a case opened at the desk. */
import type { Acts } from './acts';
import { explained } from './entry';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { overlaid, overlaidRow } from './overlay';
import { fetchCase } from './service';
import { DeviceError, type Kind, type LocalRow, type OutboxEntry } from './types';

export class Reading {
  constructor(
    private readonly holdings: Holdings,
    private readonly acts: Acts,
    private readonly env: Env,
    /** Whether rows are hidden: the lease is over, or the log was altered. */
    private readonly isLocked: () => boolean,
    /** Told when a look at a case waits to be sent. */
    private readonly looked: () => Promise<void>,
  ) {}

  /** All rows of a kind, or those of `ids` that are there. */
  async rows(kind: Kind, ids: readonly string[] | null = null): Promise<LocalRow[]> {
    if (this.isLocked()) return [];
    const { cache, outbox, person } = this.holdings;
    const [rows, entries] = await Promise.all([cache.rows(kind, ids), outbox.entries()]);
    const lanes = ids && new Set(ids);
    const acts = explained(entries).filter(({ lane }) => lanes === null || lanes.has(lane));
    return overlaid(kind, rows, acts, person);
  }

  /** The next rows of a kind, so that many of them come in pieces; not for kinds of which some are only on this device. */
  async rowsAfter(kind: Kind, after: string, most: number): Promise<LocalRow[]> {
    if (this.isLocked()) return [];
    const { cache, outbox, person } = this.holdings;
    const [rows, entries] = await Promise.all([cache.rowsAfter(kind, after, most), outbox.entries()]);
    return overlaid(kind, rows, explained(entries), person);
  }

  async row(kind: Kind, id: string): Promise<LocalRow | null> {
    if (this.isLocked()) return null;
    const { cache, outbox, person } = this.holdings;
    const [row, entries] = await Promise.all([cache.row(kind, id), outbox.entries()]);
    if (row) return overlaidRow(kind, row, ofLane(entries, id), person);
    return overlaid(kind, [], entries, person).find((local) => local.id === id) ?? null;
  }

  /** The copy of a case on this device, null if there is none. */
  async caseHere(id: string): Promise<LocalRow<'case'> | null> {
    if (this.isLocked()) return null;
    const { cache } = this.holdings;
    const row = (await cache.row('case', id)) ?? (await cache.opened(id));
    return row ? this.withActs(id, row) : null;
  }

  /**
   * A case in full. One that is held because it was claimed needs no server; reading it is reported.
   *
   * @throws DeviceError `offline`, `not-found`, `locked`
   */
  async openCase(id: string, live: boolean): Promise<LocalRow<'case'>> {
    if (this.isLocked()) throw new DeviceError('locked');
    const held = await this.holdings.cache.row('case', id);
    if (held) await this.sayViewed(id, held.pos, !live);
    return this.withActs(id, held ?? (await this.fetchOrRecall(id)));
  }

  private async withActs(id: string, row: { id: string; pos: number; body: unknown }): Promise<LocalRow<'case'>> {
    return overlaidRow('case', row, ofLane(await this.holdings.outbox.entries(), id), this.holdings.person);
  }

  private async fetchOrRecall(id: string): Promise<LocalRow<'case'>> {
    const { cache } = this.holdings;
    try {
      const row = await fetchCase(this.env, id);
      await cache.keepOpened(row, new Date(this.env.now()).toISOString());
      return row;
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'offline') {
        await cache.forgetOpened(id);
        throw error;
      }
      const copy = await cache.opened(id);
      if (!copy) throw error;
      await this.sayViewed(id, copy.pos, true);
      return copy;
    }
  }

  private async sayViewed(id: string, position: number, offline: boolean): Promise<void> {
    // The report is on the device; the case need not wait until it has left.
    if (await this.acts.sayViewed(id, position, offline)) void this.looked().catch(() => undefined);
  }
}

const ofLane = (entries: readonly OutboxEntry[], lane: string): OutboxEntry[] =>
  explained(entries).filter((entry) => entry.lane === lane);
