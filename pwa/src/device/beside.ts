/** What the leading tab does beside syncing: keeps photographs of claimed cases here, and copies of forms at the centre. */
import { DraftCopies } from './draft-copies';
import type { Env } from './env';
import type { Holdings } from './holdings';
import { Kept, openPhotos } from './keep';
import { Keeping } from './keeping';
import type { LocalPage } from './types';

export interface BesideEvents {
  /** A form's copy has changed, or whether it may be copied. */
  drafts: () => void;
  /** Pages of forms may be sent now. */
  pages: () => void;
}

export class Beside {
  private readonly kept: Kept | null = null;
  private readonly keeping: Keeping | null = null;
  private readonly copies: DraftCopies | null = null;

  constructor(env: Env, holdings: Holdings, device: string, events: BesideEvents) {
    if (holdings.person?.kind === 'staff') {
      this.kept = new Kept(openPhotos(holdings.sub));
      this.keeping = new Keeping(env, holdings.cache, this.kept, () => undefined);
    }
    if (holdings.person?.kind === 'resident') {
      const changed = (): void => {
        events.drafts();
        events.pages();
      };
      this.copies = new DraftCopies({ env, holdings, device }, changed);
    }
  }

  /** Rows, forms or pages on this device changed. */
  look(): void {
    this.keeping?.look();
    this.copies?.look();
  }

  /** Whether the service can be asked; false also while the device is locked. */
  reach(live: boolean): void {
    this.keeping?.reach(live);
    this.copies?.reach(live);
  }

  /** Whether a page that no act names may be sent already: the centre keeps a copy of its form. */
  early(page: LocalPage): boolean {
    return page.intent === null && page.sent < page.size && (this.copies?.has(page.lane) ?? false);
  }

  stop(): void {
    this.reach(false);
    this.keeping?.stop();
    this.copies?.stop();
    this.kept?.close();
  }

  async idle(): Promise<void> {
    await Promise.all([this.keeping?.idle(), this.copies?.idle()]);
  }
}
