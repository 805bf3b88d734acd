/** The device layer behind the facade: answers the screens, once the holdings of whoever is here are open. */
import type { Json } from '../protocol/generated';
import { holdStill } from './database';
import { explained, isFiling } from './entry';
import type { Env } from './env';
import { newId } from './ids';
import type { Prepared } from './images';
import { type Emit, Occupant } from './occupant';
import { isBookkeeping } from './overlay';
import { spaceLeft } from './space';
import {
  DeviceError,
  type DeviceState,
  type Draft,
  type IntentType,
  type Kind,
  type LocalPage,
  type LocalRow,
  type Noted,
  type OutboxEntry,
  type Principal,
  type Resolution,
  type SubmitOptions,
} from './types';
import { progressOf } from './uploads';

const QUIET_MS = 3_000;
const LEAVING_MS = 1_500;

export class Engine {
  private readonly occupant: Occupant;
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly env: Env,
    private readonly emit: Emit,
  ) {
    this.occupant = new Occupant(env, emit);
  }

  /** Calls a method of the facade by name; whatever needs a person's holdings waits until they are open. */
  async call(method: string, args: unknown[]): Promise<unknown> {
    const answer = this.answer(method, args);
    if (method === 'quiet') return answer;
    this.running.add(answer);
    return answer.finally(() => this.running.delete(answer));
  }

  private async answer(method: string, args: unknown[]): Promise<unknown> {
    const job = (this as unknown as Record<string, (...args: unknown[]) => unknown>)[method];
    if (typeof job !== 'function' || !PUBLIC.has(method)) return this.extra(method, args);
    if (!ANY_TIME.has(method)) await this.occupant.opened;
    return job.apply(this, args);
  }

  /** What few screens ask for; its code is fetched when they do. */
  private async extra(method: string, args: unknown[]): Promise<unknown> {
    const { EXTRAS } = await import('./keep-extras');
    const job = EXTRAS[method];
    if (!job) throw new Error(`unknown method ${method}`);
    await this.occupant.opened;
    const { holdings, tabs } = this.occupant.unlocked;
    return job({ holdings, env: this.env, device: this.occupant.device, tabs }, ...(args as never[]));
  }

  /** Settles when nothing is being written, so that a new version can take over; soon in any case. */
  async quiet(): Promise<void> {
    const soon = new Promise<void>((resolve) => this.env.setTimer(resolve, QUIET_MS));
    await Promise.race([Promise.all([Promise.allSettled([...this.running]), this.occupant.tabs?.idle()]), soon]);
  }

  /** The page may be about to be left: what is being written is finished, and nothing else begun for a moment. */
  leaving(): void {
    holdStill(new Promise((resolve) => this.env.setTimer(resolve, LEAVING_MS)));
  }

  // Life

  start(person: Principal | null, device: string, noted: Noted | null = null): Promise<void> {
    return this.occupant.start(person, device, noted);
  }

  stop(): Promise<{ unsent: number; drafts: number; photos: number }> {
    return this.occupant.stop();
  }

  kick(): void {
    this.occupant.tabs?.kick();
  }

  reachable(): void {
    this.occupant.tabs?.reachable();
  }

  signedIn(): void {
    this.occupant.tabs?.signedIn();
  }

  state(): Promise<DeviceState> {
    return this.occupant.state();
  }

  spaceLeft(): Promise<number | null> {
    return spaceLeft(this.env.storage);
  }

  async rescueFile(ids: string[] | null = null): Promise<Blob> {
    // What a centre whose log was altered is not sent must be kept some other way.
    const { holdings } = this.occupant.lock === 'log' ? this.occupant.own : this.occupant.unlocked;
    return (await import('./rescue')).rescue(holdings, ids);
  }

  /** @throws DeviceError `unreadable`, `other-person`, `no-space`, `locked` */
  async importRescue(file: Blob): Promise<{ acts: number; drafts: number }> {
    const { holdings, tabs } = this.occupant.unlocked;
    const brought = await (await import('./rescue')).bringIn(holdings, file);
    await this.occupant.lookForLost();
    await tabs.outboxChangedHere();
    tabs.draftsChanged();
    tabs.kick();
    return brought;
  }

  // Drafts, half-done work and pages

  newId(): string {
    return newId();
  }

  drafts(): Promise<Draft[]> {
    return this.occupant.own.holdings.outbox.drafts();
  }

  draft(id: string): Promise<Draft | null> {
    return this.occupant.own.holdings.outbox.draft(id);
  }

  async saveDraft(draft: Draft): Promise<void> {
    await this.occupant.own.holdings.outbox.saveDraft(draft);
    this.occupant.own.tabs.draftsChanged();
  }

  async removeDraft(id: string): Promise<void> {
    await this.occupant.own.holdings.outbox.removeDraft(id);
    this.occupant.own.tabs.draftsChanged();
  }

  work(lane: string): Promise<unknown> {
    return this.occupant.unlocked.holdings.outbox.work(lane);
  }

  saveWork(lane: string, work: Json | null): Promise<void> {
    return this.occupant.unlocked.holdings.outbox.saveWork(lane, work);
  }

  async addPage(lane: string, material: string, number: number, file: Blob): Promise<LocalPage> {
    const { prepare } = await import('./images');
    return this.keepPage(lane, material, number, await prepare(file));
  }

  /** Keeps a page that has been made ready elsewhere. */
  async keepPage(lane: string, material: string, number: number, ready: Prepared): Promise<LocalPage> {
    const [left, { sha256 }] = [await this.spaceLeft(), await import('./sha256')];
    if (left !== null && left < ready.bytes.byteLength * 2) throw new DeviceError('no-space');
    const page: LocalPage = {
      file: newId(),
      lane,
      material,
      number,
      sha256: await sha256(ready.bytes),
      size: ready.bytes.byteLength,
      media_type: ready.media_type,
      warning: ready.warning,
      state: 'local',
      sent: 0,
      intent: null,
      problem: null,
      added_at: new Date(this.env.now()).toISOString(),
    };
    await this.occupant.own.holdings.pages.add(page, ready.bytes);
    this.emit('uploads', [progressOf(page)]);
    return page;
  }

  async pages(lane: string): Promise<LocalPage[]> {
    const pages = await this.occupant.own.holdings.pages.list(lane);
    return pages.sort((a, b) => a.material.localeCompare(b.material) || a.number - b.number);
  }

  async removePage(file: string): Promise<void> {
    const { pages } = this.occupant.own.holdings;
    if ((await pages.get(file))?.intent === null) await pages.remove([file]);
  }

  orderPages(lane: string, material: string, files: string[]): Promise<void> {
    return this.occupant.own.holdings.pages.order(lane, material, files);
  }

  pageBlob(file: string): Promise<Blob | null> {
    return this.occupant.own.holdings.pages.bytes(file);
  }

  // Acts

  async submit(type: IntentType, lane: string, args: Json, options: SubmitOptions): Promise<OutboxEntry> {
    const { acts, tabs } = this.occupant.unlocked;
    const entry = await acts.submit(type, lane, args, options);
    await tabs.outboxChangedHere();
    if (isFiling(type)) tabs.draftsChanged();
    tabs.kick();
    return entry;
  }

  async outbox(): Promise<OutboxEntry[]> {
    if (this.occupant.isLocked) return [];
    return explained(await this.occupant.own.holdings.outbox.entries()).filter((entry) => !isBookkeeping(entry));
  }

  async resolve(intent: string, how: Resolution): Promise<string | null> {
    const { acts, tabs } = this.occupant.unlocked;
    const made = await acts.resolve(intent, how);
    await tabs.outboxChangedHere();
    if (how === 'edit') tabs.draftsChanged();
    if (how !== 'discard') tabs.kick();
    return made;
  }

  /** @throws DeviceError `already-sent`, `not-found`, `intent-too-large` */
  async edit(intent: string, args: Json): Promise<OutboxEntry> {
    const { holdings, tabs } = this.occupant.unlocked;
    const entry = await holdings.outbox.edit(intent, args);
    await tabs.outboxChangedHere();
    tabs.kick();
    return entry;
  }

  async resend(intent: string, args: Json): Promise<OutboxEntry> {
    const { acts, tabs } = this.occupant.unlocked;
    const entry = await acts.resend(intent, args);
    await tabs.outboxChangedHere();
    tabs.kick();
    return entry;
  }

  // Rows

  rows(kind: Kind, ids: readonly string[] | null = null): Promise<LocalRow[]> {
    return this.occupant.own.reading.rows(kind, ids);
  }

  rowsAfter(kind: Kind, after: string, most: number): Promise<LocalRow[]> {
    return this.occupant.own.reading.rowsAfter(kind, after, most);
  }

  row(kind: Kind, id: string): Promise<LocalRow | null> {
    return this.occupant.own.reading.row(kind, id);
  }

  openCase(id: string): Promise<LocalRow<'case'>> {
    const { reading, tabs } = this.occupant.own;
    return reading.openCase(id, tabs.state.connection === 'live');
  }

  caseHere(id: string): Promise<LocalRow<'case'> | null> {
    return this.occupant.own.reading.caseHere(id);
  }
}

/** What can be asked before anybody's holdings are open. */
const ANY_TIME: ReadonlySet<string> = new Set([
  'start',
  'stop',
  'signedIn',
  'kick',
  'reachable',
  'state',
  'spaceLeft',
  'newId',
  'quiet',
  'leaving',
]);

/** What the facade may call. */
const PUBLIC: ReadonlySet<string> = new Set([
  ...ANY_TIME,
  'rescueFile',
  'importRescue',
  'edit',
  'drafts',
  'draft',
  'saveDraft',
  'removeDraft',
  'work',
  'saveWork',
  'addPage',
  'keepPage',
  'pages',
  'removePage',
  'orderPages',
  'pageBlob',
  'submit',
  'outbox',
  'resolve',
  'resend',
  'rows',
  'rowsAfter',
  'row',
  'openCase',
  'caseHere',
]);
