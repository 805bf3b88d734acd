/**
 * Sends the bytes of pages after the acts that name them, two at a time, and goes on where it stopped.
 *
 * The act goes first: a case has its filing number even if its photographs need a day.
 */
import type { Pages } from './pages';
import type { LocalPage, UploadProgress } from './types';

/** How an upload ended. `refused`: the server will not take these bytes (`code`). `auth`: nobody is signed in. */
export type UploadEnd = { kind: 'sent' } | { kind: 'refused'; code: string } | { kind: 'auth' } | { kind: 'failed' };

export interface Transfer {
  ended: Promise<UploadEnd>;
  stop: () => void;
}

/** Carries the bytes of one page; reports how many the server has. */
export type Carrier = (page: LocalPage, bytes: Blob, progress: (sent: number) => void) => Transfer;

/** A carrier whose code is fetched when the first page is to be sent. */
export function fetchedCarrier(fetch: () => Promise<Carrier>): Carrier {
  return (page, bytes, progress) => {
    let transfer: Transfer | undefined;
    let stopped = false;
    const carry = async (): Promise<UploadEnd> => {
      const carrier = await fetch();
      if (stopped) return { kind: 'failed' };
      transfer = carrier(page, bytes, progress);
      return transfer.ended;
    };
    const stop = (): void => {
      stopped = true;
      transfer?.stop();
    };
    return { ended: carry().catch((): UploadEnd => ({ kind: 'failed' })), stop };
  };
}

export interface UploadsIo {
  pages: Pages;
  carry: Carrier;
  /** Whether the act that names the page has been answered by the server, so that the server knows the page. */
  mayGo: (page: LocalPage) => boolean;
  /** Whether a page that no act names yet may be sent already, after all others. */
  early?: (page: LocalPage) => boolean;
  changed: (progress: UploadProgress[]) => void;
  /** The server has answered, whatever it said. */
  answered: () => void;
  /** All bytes of a page are there. */
  sent: (page: LocalPage) => void;
  now: () => number;
  random: () => number;
  setTimer: (job: () => void, ms: number) => unknown;
}

const AT_ONCE = 2;
const PROGRESS_EVERY_MS = 250;
const LONGEST_WAIT_MS = 60_000;
const REFUSED_WAIT_MS = 600_000;
/** A transfer that moves nothing for so long is given up: a line that is cut in silence never says so. */
const STALLED_MS = 45_000;

export const progressOf = (page: LocalPage): UploadProgress => {
  const { file, lane, material, number, sent, size, state } = page;
  return { file, lane, material, number, sent, size, state };
};

/** Whether an act names the page; it is `local` until then. */
const isNamed = (page: LocalPage): boolean => page.state === 'queued' || page.state === 'uploading';
/** Pages of what was handed in go before those of a form that is being filled in. */
const rank = (page: LocalPage): number => (isNamed(page) ? 0 : 1);

export class Uploads {
  private readonly running = new Map<string, Transfer>();
  private readonly movedAt = new Map<string, number>();
  private readonly notBefore = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private stopped = true;
  private held = false;
  private away = false;
  private watching = false;
  private planning = Promise.resolve();

  constructor(private readonly io: UploadsIo) {}

  start(): void {
    this.stopped = false;
    this.held = false;
    this.look();
  }

  stop(): void {
    this.stopped = true;
    for (const transfer of this.running.values()) transfer.stop();
    this.running.clear();
  }

  /** Something changed (an act was answered, the network is back): see what may go now. */
  look(rush = false): void {
    if (this.stopped) return;
    if (rush) {
      this.held = false;
      this.notBefore.clear();
    }
    this.planning = this.planning.then(() => this.plan()).catch(() => undefined);
  }

  /** There is no way to the server just now: nothing is begun until there is one again. */
  offline(away: boolean): void {
    const back = this.away && !away;
    this.away = away;
    if (back) this.look(true);
  }

  /** Settles when what `look` began has been planned; for orderly shutdown and tests. */
  idle(): Promise<void> {
    return this.planning;
  }

  private async plan(): Promise<void> {
    const now = this.io.now();
    await this.dropStalled(now);
    if (this.stopped || this.held || this.away || this.running.size >= AT_ONCE) return;
    const due = (await this.io.pages.list())
      .filter((page) => !this.running.has(page.file) && (this.notBefore.get(page.file) ?? 0) <= now)
      .filter((page) => (isNamed(page) ? this.io.mayGo(page) : this.isEarly(page)))
      .sort((a, b) => rank(a) - rank(b) || a.added_at.localeCompare(b.added_at) || a.number - b.number);
    for (const page of due.slice(0, AT_ONCE - this.running.size)) await this.begin(page);
  }

  private isEarly(page: LocalPage): boolean {
    return page.state === 'local' && page.sent < page.size && (this.io.early?.(page) ?? false);
  }

  private async dropStalled(now: number): Promise<void> {
    for (const [file, transfer] of this.running) {
      if (now - (this.movedAt.get(file) ?? now) < STALLED_MS) continue;
      transfer.stop();
      this.running.delete(file);
      const page = await this.io.pages.get(file);
      if (page) await this.putOff(page, { kind: 'failed' });
    }
  }

  /** Looks now and then for as long as something is under way: a line that was cut in silence wakes nobody. */
  private watch(): void {
    if (this.watching || this.stopped) return;
    this.watching = true;
    this.io.setTimer(() => {
      this.watching = false;
      if (this.stopped || this.running.size === 0) return;
      this.look();
      this.watch();
    }, STALLED_MS + 1);
  }

  private async begin(page: LocalPage): Promise<void> {
    const bytes = await this.io.pages.bytes(page.file);
    if (!bytes || this.stopped) return;
    let told = 0;
    this.movedAt.set(page.file, this.io.now());
    const report = (sent: number): void => {
      const now = this.io.now();
      this.movedAt.set(page.file, now);
      if (now - told < PROGRESS_EVERY_MS && sent < page.size) return;
      told = now;
      this.io.changed([progressOf({ ...page, ...underWay, sent })]);
    };
    const underWay: Partial<LocalPage> = isNamed(page) ? { state: 'uploading' } : {};
    const transfer = this.io.carry(page, bytes, report);
    this.running.set(page.file, transfer);
    this.watch();
    if (isNamed(page)) await this.io.pages.update(page.file, underWay);
    void transfer.ended.then((end) => this.ended(page, transfer, end)).catch(() => undefined);
  }

  private async ended(page: LocalPage, transfer: Transfer, end: UploadEnd): Promise<void> {
    if (this.running.get(page.file) !== transfer) return;
    this.running.delete(page.file);
    if (end.kind !== 'failed') this.io.answered();
    if (end.kind === 'sent') await this.delivered(page);
    else await this.putOff(page, end);
    this.look();
  }

  private async delivered(page: LocalPage): Promise<void> {
    const done: Partial<LocalPage> = {
      ...(isNamed(page) ? { state: 'sent' } : {}),
      sent: page.size,
      problem: null,
    };
    await this.io.pages.update(page.file, done);
    this.failures.delete(page.file);
    this.io.changed([progressOf({ ...page, ...done })]);
    this.io.sent(page);
  }

  private async putOff(page: LocalPage, end: Exclude<UploadEnd, { kind: 'sent' }>): Promise<void> {
    if (end.kind === 'auth') {
      this.held = true;
      return;
    }
    const tries = (this.failures.get(page.file) ?? 0) + 1;
    this.failures.set(page.file, tries);
    const again = Math.max(1000, this.io.random() * Math.min(LONGEST_WAIT_MS, 1000 * 2 ** tries));
    const wait = end.kind === 'refused' ? REFUSED_WAIT_MS : again;
    this.notBefore.set(page.file, this.io.now() + wait);
    const problem = end.kind === 'refused' ? end.code : null;
    await this.io.pages.update(page.file, isNamed(page) ? { state: 'queued', problem } : { problem });
    this.io.setTimer(() => this.look(), wait + 1);
  }
}
