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

export class Uploads {
  private readonly running = new Map<string, Transfer>();
  private readonly movedAt = new Map<string, number>();
  private readonly notBefore = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private stopped = true;
  private held = false;
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

  /** Settles when what `look` began has been planned; for orderly shutdown and tests. */
  idle(): Promise<void> {
    return this.planning;
  }

  private async plan(): Promise<void> {
    const now = this.io.now();
    this.dropStalled(now);
    if (this.stopped || this.held || this.running.size >= AT_ONCE) return;
    const due = (await this.io.pages.list())
      .filter((page) => (page.state === 'queued' || page.state === 'uploading') && !this.running.has(page.file))
      .filter((page) => (this.notBefore.get(page.file) ?? 0) <= now && this.io.mayGo(page))
      .sort((a, b) => a.added_at.localeCompare(b.added_at) || a.number - b.number);
    for (const page of due.slice(0, AT_ONCE - this.running.size)) await this.begin(page);
  }

  private dropStalled(now: number): void {
    for (const [file, transfer] of this.running) {
      if (now - (this.movedAt.get(file) ?? now) < STALLED_MS) continue;
      transfer.stop();
      this.running.delete(file);
    }
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
      this.io.changed([progressOf({ ...page, state: 'uploading', sent })]);
    };
    const transfer = this.io.carry(page, bytes, report);
    this.running.set(page.file, transfer);
    await this.io.pages.update(page.file, { state: 'uploading' });
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
    const done: Partial<LocalPage> = { state: 'sent', sent: page.size, problem: null };
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
    await this.io.pages.update(page.file, { state: 'queued', problem: end.kind === 'refused' ? end.code : null });
    this.io.setTimer(() => this.look(), wait + 1);
  }
}
