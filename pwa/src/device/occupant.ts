/** Who uses this device now: their holdings are opened and closed in turn, and the screens are told how they stand. */
import { Acts } from './acts';
import { isOpen } from './entry';
import type { Env } from './env';
import { evictedFrom, lockOf, NOBODY, notedOf, stateOf } from './health';
import { type Holdings, openHoldings } from './holdings';
import { Reading } from './reading';
import { keeping } from './space';
import { Tabs } from './tabs';
import { DeviceError, type DeviceEvents, type DeviceState, type Noted, type Principal } from './types';

export type Emit = (event: keyof DeviceEvents, payload: unknown) => void;

const STATE_TOLD_AFTER_MS = 20;

/** Everything that belongs to the person who uses the device now. */
export interface Person {
  holdings: Holdings;
  tabs: Tabs;
  acts: Acts;
  reading: Reading;
}

export class Occupant {
  /** Id of this device. */
  device = '';
  private person: Person | undefined;
  private storage: DeviceState['storage'] = 'best-effort';
  /** What the browser was asked to write or read, and gave no answer to for long. */
  private waiting = 0;
  private evicted: DeviceState['evicted'] = null;
  private noted: Noted | null = null;
  private lastTold: DeviceState | null = null;
  private lastNoted = '';
  private telling = false;
  private nowOpen: () => void = () => undefined;
  /** Settles when somebody's holdings are open. */
  opened = this.untilOpen();
  /** Starts and stops follow one another. */
  private turning: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly env: Env,
    private readonly emit: Emit,
  ) {}

  /** @param noted what the browser noted of this person's outbox outside of the databases */
  start(person: Principal | null, device: string, noted: Noted | null = null): Promise<void> {
    this.device = device;
    return this.inTurn(() => this.open(person, device, noted));
  }

  stop(): Promise<{ unsent: number; drafts: number; photos: number }> {
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

  private async open(person: Principal | null, device: string, noted: Noted | null): Promise<void> {
    if (this.person && this.person.holdings.person?.id === person?.id) {
      this.person.holdings.person = person;
      this.person.tabs.signedIn();
    } else {
      await this.shut();
      await this.openFor(person, device, noted).catch(() => this.lost());
      this.nowOpen();
    }
    this.stateChanged();
  }

  private async openFor(person: Principal | null, device: string, noted: Noted | null): Promise<void> {
    const { env, emit } = this;
    const holdings = await openHoldings(person, {
      broken: () => emit('broken', {}),
      stuck: (isStuck) => this.stuck(isStuck),
    });
    this.noted = noted;
    this.evicted = await evictedFrom(holdings, noted);
    const changed = (): void => this.stateChanged();
    const tabs = new Tabs({ env, holdings, device, emit, changed, lost: () => this.lost() });
    const acts = new Acts(holdings, env);
    const isLocked = (): boolean => lockOf(tabs.state, person, env.now()) !== null;
    const reading = new Reading(holdings, acts, env, isLocked, () => tabs.outboxChangedHere());
    this.person = { holdings, tabs, acts, reading };
    this.storage = await keeping(env.storage);
    await tabs.start();
  }

  private async shut(): Promise<{ unsent: number; drafts: number; photos: number }> {
    const { person } = this;
    if (!person) return { unsent: 0, drafts: 0, photos: 0 };
    this.opened = this.untilOpen();
    this.person = undefined;
    this.lastTold = null;
    const { holdings, tabs } = person;
    tabs.stop();
    const { outbox, pages } = holdings;
    const [entries, drafts, here] = await Promise.all([outbox.entries(), outbox.drafts(), pages.list()]);
    holdings.close();
    const photos = here.filter((page) => page.intent !== null && page.state !== 'sent').length;
    return { unsent: entries.filter(isOpen).length, drafts: drafts.length, photos };
  }

  /** Told without asking the databases, which may not answer. */
  private stuck(isStuck: boolean): void {
    this.waiting += isStuck ? 1 : -1;
    if (this.lastTold) this.emit('state', { ...this.lastTold, storage: this.kept });
    else this.stateChanged();
  }

  private get kept(): DeviceState['storage'] {
    return this.waiting > 0 ? 'stuck' : this.storage;
  }

  private lost(): void {
    this.storage = 'none';
    this.stateChanged();
  }

  /** Their tabs, if anybody's holdings are open. */
  get tabs(): Tabs | undefined {
    return this.person?.tabs;
  }

  get own(): Person {
    if (!this.person) throw new DeviceError('storage');
    return this.person;
  }

  /** What the person may use; nothing while the device is locked. */
  get unlocked(): Person {
    if (this.isLocked) throw new DeviceError('locked');
    return this.own;
  }

  get isLocked(): boolean {
    return this.lock !== null;
  }

  get lock(): DeviceState['locked'] {
    const { person } = this;
    return person === undefined ? null : lockOf(person.tabs.state, person.holdings.person, this.env.now());
  }

  // State

  /** Tells the screens of a new state, once for a burst of changes. */
  private stateChanged(): void {
    if (this.telling) return;
    this.telling = true;
    this.env.setTimer(() => {
      this.telling = false;
      void this.tell().catch(() => undefined);
    }, STATE_TOLD_AFTER_MS);
  }

  private async tell(): Promise<void> {
    // While it was asked for, the browser may have come back or stopped answering.
    this.lastTold = { ...(await this.state()), storage: this.kept };
    this.emit('state', this.lastTold);
    const { holdings } = this.person ?? {};
    if (!holdings?.person) return;
    const noted = await notedOf(holdings, this.env.now());
    const news = `${holdings.sub} ${noted.n} ${noted.next_seq}`;
    if (news !== this.lastNoted) this.emit('noted', { sub: holdings.sub, noted });
    this.lastNoted = news;
  }

  state(): Promise<DeviceState> {
    const { holdings, tabs } = this.person ?? {};
    const { env, device, kept: storage, evicted } = this;
    return stateOf(holdings ?? null, tabs?.state ?? NOBODY, { env, device, storage, evicted });
  }

  /** What the browser threw away may have come back with a file. */
  async lookForLost(): Promise<void> {
    const { holdings } = this.own;
    this.evicted &&= await evictedFrom(holdings, this.noted);
  }
}
