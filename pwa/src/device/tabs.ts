/** One person's tabs on this device: one of them keeps the connection, all of them hear what changes. */
import type { Wait } from '../protocol/generated';
import type { Phase } from '../sync/core';
import type { Connection } from './connection';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { campaign, type Leadership } from './leader';
import { NO_TERMS, type Terms } from './outbox';
import type { Connection as ConnectionName, DeviceEvents, DeviceState, Kind, UploadProgress } from './types';

/** How the connection stands, whoever keeps it. */
export interface Standing {
  connection: ConnectionName;
  /** When the server was last heard, ISO. */
  contact: string | null;
  upgrade: DeviceState['upgrade'];
  terms: Terms;
  transport: DeviceState['transport'];
  wait: DeviceState['wait'];
}

export const STANDING: Standing = {
  connection: 'off',
  contact: null,
  upgrade: null,
  terms: NO_TERMS,
  transport: 'socket',
  wait: null,
};

/** What tabs tell each other. */
type Told =
  | { tell: 'kick' }
  | { tell: 'who' }
  | { tell: 'signed-in' }
  | { tell: 'outbox' }
  | { tell: 'wiped' }
  | { tell: 'drafts' }
  | { tell: 'rows'; kinds: Kind[]; ids: string[] | null }
  | { tell: 'uploads'; progress: UploadProgress[] }
  | { tell: 'standing'; standing: Standing };

export interface TabsIo {
  env: Env;
  holdings: Holdings;
  device: string;
  emit: (event: keyof DeviceEvents, payload: unknown) => void;
  /** Something that the state is made of has changed. */
  changed: () => void;
  /** The databases cannot be used any more. */
  lost: () => void;
}

const NO_ANSWER_MS = 5_000;
const CONTACT_EVERY_MS = 10_000;
const BEGIN_ANEW_MS = 1_000;

export class Tabs {
  private standing = STANDING;
  private connection: Connection | undefined;
  /** This tab holds the lock; its connection is there as soon as its code is, which a guest never needs. */
  private leading = false;
  private fetching = false;
  private signedInEarly = false;
  private leadership: Leadership | undefined;
  private readonly channel: BroadcastChannel | undefined;
  private contactKept = 0;
  private takeOverTimer: unknown = null;
  private over = false;

  constructor(private readonly io: TabsIo) {
    this.channel = io.env.channel(`doorstep:${io.holdings.sub}`);
    if (this.channel) this.channel.onmessage = ({ data }) => this.heard(data as Told);
  }

  /** Begins to lead or to follow; a guest has nothing to connect for. */
  async start(): Promise<void> {
    const { holdings, env } = this.io;
    const contact = (await holdings.cache.recall('contact').catch(() => null)) as string | null | undefined;
    this.standing = { ...this.standing, contact: contact ?? null, terms: await holdings.outbox.terms() };
    if (!holdings.person) return;
    const lead = (): void => this.lead();
    this.leadership = campaign(`sync:${holdings.sub}`, env.locks, lead, () => this.follow());
    this.tell({ tell: 'who' });
    this.takeOverUnlessAnswered();
  }

  stop(): void {
    this.over = true;
    this.leadership?.resign();
    this.channel?.close();
    if (this.takeOverTimer !== null) this.io.env.clearTimer(this.takeOverTimer);
  }

  get state(): Standing {
    return this.standing;
  }

  /** Now is a good moment to connect. A tab that follows asks its leader, and takes the lead if that one does not answer. */
  kick(): void {
    if (this.leading) {
      if (this.connection) this.connection.kick();
      else this.connect();
      return;
    }
    this.tell({ tell: 'kick' });
    this.takeOverUnlessAnswered();
  }

  /** A tab that leads answers whoever asks; one that is frozen, or a page kept for the way back, does not. */
  private takeOverUnlessAnswered(): void {
    if (!this.leadership || this.takeOverTimer !== null) return;
    this.takeOverTimer = this.io.env.setTimer(() => {
      this.takeOverTimer = null;
      if (!this.leading && !this.over) this.leadership?.takeOver();
    }, NO_ANSWER_MS);
  }

  /** The server has answered some request: a connection that waits need not wait longer. */
  reachable(): void {
    this.connection?.reachable();
  }

  signedIn(): void {
    if (this.connection) this.connection.signedIn();
    else if (this.leading) this.signedInEarly = true;
    else this.tell({ tell: 'signed-in' });
  }

  /** The outbox was changed by a screen of this tab. */
  async outboxChangedHere(): Promise<void> {
    await this.connection?.reload();
    this.outboxChanged();
  }

  draftsChanged(): void {
    this.connection?.draftsChanged();
    this.tellDrafts();
  }

  private tellDrafts(): void {
    this.io.emit('drafts', {});
    this.tell({ tell: 'drafts' });
  }

  /** Settles when nothing is being written for the connection. */
  async idle(): Promise<void> {
    await this.connection?.idle();
  }

  private lead(): void {
    this.leading = true;
    this.connection?.stop();
    this.connection = undefined;
    this.connect();
  }

  /** Fetches the code of the connection and starts it; where that fails the next kick tries again. */
  private connect(): void {
    if (this.fetching || this.connection) return;
    this.fetching = true;
    void import('./connection')
      .then((code) => {
        this.fetching = false;
        if (this.leading && !this.over) this.begin(code.Connection);
      })
      .catch(() => {
        this.fetching = false;
        this.stand({ connection: 'backoff' });
      });
  }

  private begin(Kind: typeof Connection): void {
    const { env, holdings, device } = this.io;
    const connection: Connection = new Kind(env, holdings, device, {
      phase: (phase, upgrade) => this.phase(phase, upgrade),
      terms: (change) => this.share({ terms: { ...this.standing.terms, ...change } }),
      transport: (transport) => this.share({ transport }),
      waiting: (wait) => this.waiting(wait),
      overtaken: () => this.overtaken(connection),
      wiped: () => this.tell({ tell: 'wiped' }),
      contact: () => this.contacted(),
      rows: (kinds, ids) => this.rowsChanged(kinds, ids),
      outbox: () => this.outboxChanged(),
      uploads: (progress) => this.uploadsMoved(progress),
      drafts: () => this.tellDrafts(),
    });
    this.connection = connection;
    void connection
      .start()
      .then(() => {
        if (this.signedInEarly) connection.signedIn();
        this.signedInEarly = false;
      })
      .catch(() => this.io.lost());
  }

  /** Another tab leads as well, or led a moment ago: what this one knows is old. */
  private overtaken(connection: Connection): void {
    this.io.env.setTimer(() => {
      if (!this.over && this.connection === connection) this.lead();
    }, BEGIN_ANEW_MS);
  }

  private follow(): void {
    this.leading = false;
    this.connection?.stop();
    this.connection = undefined;
    this.stand({ connection: 'follower' });
  }

  private stand(change: Partial<Standing>): void {
    this.standing = { ...this.standing, ...change };
    this.io.changed();
  }

  // What the connection reports

  private phase(phase: Phase, upgrade: DeviceState['upgrade']): void {
    this.share({ connection: phase, upgrade });
  }

  private waiting(wait: Wait | null): void {
    const said = wait && { why: wait.why, done: wait.done ?? 0, total: wait.total ?? 0 };
    if (said !== this.standing.wait) this.share({ wait: said });
  }

  private share(change: Partial<Standing>): void {
    if (this.over) return;
    this.stand(change);
    this.tell({ tell: 'standing', standing: this.standing });
  }

  private contacted(): void {
    const now = this.io.env.now();
    this.standing = { ...this.standing, contact: new Date(now).toISOString() };
    if (now - this.contactKept < CONTACT_EVERY_MS) return;
    this.contactKept = now;
    void this.io.holdings.cache.remember('contact', this.standing.contact).catch(() => undefined);
    this.io.changed();
  }

  private rowsChanged(kinds: Kind[], ids: string[] | null): void {
    this.io.emit('rows', { kinds, ids });
    this.tell({ tell: 'rows', kinds, ids });
  }

  private outboxChanged(): void {
    this.io.emit('outbox', {});
    this.tell({ tell: 'outbox' });
    this.io.changed();
  }

  private uploadsMoved(progress: UploadProgress[]): void {
    this.io.emit('uploads', progress);
    this.tell({ tell: 'uploads', progress });
    this.io.changed();
  }

  // Other tabs

  private tell(told: Told): void {
    if (!this.over) this.channel?.postMessage(told);
  }

  private heard(told: Told): void {
    switch (told.tell) {
      case 'kick':
      case 'signed-in':
      case 'who':
        this.answer(told.tell);
        return;
      case 'outbox':
        void this.connection?.reload();
        this.io.emit('outbox', {});
        this.io.changed();
        return;
      case 'wiped':
        if (this.connection) this.overtaken(this.connection);
        return;
      case 'drafts':
        this.connection?.draftsChanged();
        this.io.emit('drafts', {});
        return;
      case 'rows':
        this.io.emit('rows', { kinds: told.kinds, ids: told.ids });
        return;
      case 'uploads':
        this.io.emit('uploads', told.progress);
        return;
      case 'standing':
        this.heardOfLeader(told.standing);
    }
  }

  private answer(asked: 'kick' | 'signed-in' | 'who'): void {
    if (!this.leading) return;
    if (asked === 'kick') this.kick();
    if (asked === 'signed-in') this.signedIn();
    this.tell({ tell: 'standing', standing: this.standing });
  }

  private heardOfLeader(standing: Standing): void {
    if (this.takeOverTimer !== null) this.io.env.clearTimer(this.takeOverTimer);
    this.takeOverTimer = null;
    if (!this.leading) this.stand({ ...STANDING, ...standing });
  }
}
