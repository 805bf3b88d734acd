/** The device layer behind the facade: opens a person's holdings and answers the screens. */
import type { Json } from '../protocol/generated';
import { Acts } from './acts';
import { explained, isAside, isOpen } from './entry';
import type { Env } from './env';
import { type Holdings, openHoldings } from './holdings';
import { newId } from './ids';
import { type Prepared, prepare } from './images';
import { isBookkeeping } from './overlay';
import { Reading } from './reading';
import { rescue } from './rescue';
import { sha256 } from './sha256';
import { keeping, spaceLeft } from './space';
import { type Standing, Tabs } from './tabs';
import {
  DeviceError,
  type DeviceEvents,
  type DeviceState,
  type Draft,
  type IntentType,
  type Kind,
  type LocalPage,
  type LocalRow,
  type OutboxEntry,
  type Principal,
  type Resolution,
  type SubmitOptions,
} from './types';
import { progressOf } from './uploads';

type Emit = (event: keyof DeviceEvents, payload: unknown) => void;

const NOBODY: Standing = { connection: 'off', contact: null, upgrade: null };
const STATE_TOLD_AFTER_MS = 20;

/** Everything that belongs to the person who uses the device now. */
interface Person {
  holdings: Holdings;
  tabs: Tabs;
  acts: Acts;
  reading: Reading;
}

export class Engine {
  private person: Person | undefined;
  private storage: DeviceState['storage'] = 'best-effort';
  private telling = false;
  private nowOpen: () => void = () => undefined;
  private opened = this.untilOpen();
  /** Starts and stops follow one another. */
  private turning: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly env: Env,
    private readonly emit: Emit,
  ) {}

  /** Calls a method of the facade by name; whatever needs a person's holdings waits until they are open. */
  async call(method: string, args: unknown[]): Promise<unknown> {
    const job = (this as unknown as Record<string, (...args: unknown[]) => unknown>)[method];
    if (typeof job !== 'function' || !PUBLIC.has(method)) throw new Error(`unknown method ${method}`);
    if (!ANY_TIME.has(method)) await this.opened;
    return job.apply(this, args);
  }

  // Life

  start(person: Principal | null, device: string): Promise<void> {
    return this.inTurn(() => this.open(person, device));
  }

  stop(): Promise<{ unsent: number; drafts: number }> {
    return this.inTurn(() => this.shut());
  }

  private inTurn<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.turning.then(job, job);
    this.turning = turn.catch(() => undefined);
    return turn;
  }

  private untilOpen(): Promise<void> {
    return new Promise((resolve) => {
      this.nowOpen = resolve;
    });
  }

  private async open(person: Principal | null, device: string): Promise<void> {
    if (this.person && this.person.holdings.person?.id === person?.id) {
      this.person.holdings.person = person;
      this.person.tabs.signedIn();
    } else {
      await this.shut();
      await this.openFor(person, device).catch(() => this.lost());
      this.nowOpen();
    }
    this.stateChanged();
  }

  private async openFor(person: Principal | null, device: string): Promise<void> {
    const { env, emit } = this;
    const holdings = await openHoldings(person);
    const changed = (): void => this.stateChanged();
    const tabs = new Tabs({ env, holdings, device, emit, changed, lost: () => this.lost() });
    const acts = new Acts(holdings, env);
    this.person = { holdings, tabs, acts, reading: new Reading(holdings, acts, env) };
    this.storage = await keeping(env.storage);
    await tabs.start();
  }

  private async shut(): Promise<{ unsent: number; drafts: number }> {
    const { person } = this;
    if (!person) return { unsent: 0, drafts: 0 };
    this.opened = this.untilOpen();
    this.person = undefined;
    const { holdings, tabs } = person;
    tabs.stop();
    const [entries, drafts] = await Promise.all([holdings.outbox.entries(), holdings.outbox.drafts()]);
    holdings.close();
    return { unsent: entries.filter(isOpen).length, drafts: drafts.length };
  }

  private lost(): void {
    this.storage = 'none';
    this.stateChanged();
  }

  private get own(): Person {
    if (!this.person) throw new DeviceError('storage');
    return this.person;
  }

  kick(): void {
    this.person?.tabs.kick();
  }

  reachable(): void {
    this.person?.tabs.reachable();
  }

  signedIn(): void {
    this.person?.tabs.signedIn();
  }

  // State

  /** Tells the screens of a new state, once for a burst of changes. */
  private stateChanged(): void {
    if (this.telling) return;
    this.telling = true;
    this.env.setTimer(() => {
      this.telling = false;
      void this.state()
        .then((state) => this.emit('state', state))
        .catch(() => undefined);
    }, STATE_TOLD_AFTER_MS);
  }

  async state(): Promise<DeviceState> {
    const { holdings, tabs } = this.person ?? {};
    const [entries, pages, stand] = holdings
      ? await Promise.all([holdings.outbox.entries(), holdings.pages.list(), holdings.cache.stand([])])
      : [[], [], null];
    const own = entries.filter((entry) => !isBookkeeping(entry));
    const { connection, contact, upgrade } = tabs?.state ?? NOBODY;
    return {
      person: holdings?.person ?? null,
      connection,
      queued: own.filter(isOpen).length,
      aside: own.filter(isAside).length,
      uploads: pages.filter((page) => page.state === 'queued' || page.state === 'uploading').length,
      last_contact: contact,
      ready: stand !== null && stand.cursor !== null && !stand.booting,
      storage: this.storage,
      upgrade,
    };
  }

  spaceLeft(): Promise<number | null> {
    return spaceLeft(this.env.storage);
  }

  rescueFile(): Promise<Blob> {
    return rescue(this.own.holdings);
  }

  // Drafts, half-done work and pages

  newId(): string {
    return newId();
  }

  drafts(): Promise<Draft[]> {
    return this.own.holdings.outbox.drafts();
  }

  draft(id: string): Promise<Draft | null> {
    return this.own.holdings.outbox.draft(id);
  }

  async saveDraft(draft: Draft): Promise<void> {
    await this.own.holdings.outbox.saveDraft(draft);
    this.own.tabs.draftsChanged();
  }

  async removeDraft(id: string): Promise<void> {
    await this.own.holdings.outbox.removeDraft(id);
    this.own.tabs.draftsChanged();
  }

  work(lane: string): Promise<unknown> {
    return this.own.holdings.outbox.work(lane);
  }

  saveWork(lane: string, work: Json | null): Promise<void> {
    return this.own.holdings.outbox.saveWork(lane, work);
  }

  async addPage(lane: string, material: string, number: number, file: Blob): Promise<LocalPage> {
    return this.keepPage(lane, material, number, await prepare(file));
  }

  /** Keeps a page that has been made ready elsewhere. */
  async keepPage(lane: string, material: string, number: number, ready: Prepared): Promise<LocalPage> {
    const left = await this.spaceLeft();
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
    await this.own.holdings.pages.add(page, ready.bytes);
    this.emit('uploads', [progressOf(page)]);
    return page;
  }

  async pages(lane: string): Promise<LocalPage[]> {
    const pages = await this.own.holdings.pages.list(lane);
    return pages.sort((a, b) => a.material.localeCompare(b.material) || a.number - b.number);
  }

  async removePage(file: string): Promise<void> {
    const { pages } = this.own.holdings;
    if ((await pages.get(file))?.intent === null) await pages.remove([file]);
  }

  orderPages(lane: string, material: string, files: string[]): Promise<void> {
    return this.own.holdings.pages.order(lane, material, files);
  }

  pageBlob(file: string): Promise<Blob | null> {
    return this.own.holdings.pages.bytes(file);
  }

  // Acts

  async submit(type: IntentType, lane: string, args: Json, options: SubmitOptions): Promise<OutboxEntry> {
    const { acts, tabs } = this.own;
    const entry = await acts.submit(type, lane, args, options);
    await tabs.outboxChangedHere();
    if (type === 'case.file@1') tabs.draftsChanged();
    tabs.kick();
    return entry;
  }

  async outbox(): Promise<OutboxEntry[]> {
    return explained(await this.own.holdings.outbox.entries()).filter((entry) => !isBookkeeping(entry));
  }

  async resolve(intent: string, how: Resolution): Promise<string | null> {
    const { acts, tabs } = this.own;
    const made = await acts.resolve(intent, how);
    await tabs.outboxChangedHere();
    if (how === 'edit') tabs.draftsChanged();
    if (how !== 'discard') tabs.kick();
    return made;
  }

  async resend(intent: string, args: Json): Promise<OutboxEntry> {
    const { acts, tabs } = this.own;
    const entry = await acts.resend(intent, args);
    await tabs.outboxChangedHere();
    tabs.kick();
    return entry;
  }

  // Rows

  rows(kind: Kind): Promise<LocalRow[]> {
    return this.own.reading.rows(kind);
  }

  row(kind: Kind, id: string): Promise<LocalRow | null> {
    return this.own.reading.row(kind, id);
  }

  openCase(id: string): Promise<LocalRow<'case'>> {
    const { reading, tabs } = this.own;
    return reading.openCase(id, tabs.state.connection === 'live');
  }

  caseHere(id: string): Promise<LocalRow<'case'> | null> {
    return this.own.reading.caseHere(id);
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
]);

/** What the facade may call. */
const PUBLIC: ReadonlySet<string> = new Set([
  ...ANY_TIME,
  'rescueFile',
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
  'row',
  'openCase',
  'caseHere',
]);
