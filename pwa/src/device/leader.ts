/** One tab of a device keeps the connection for a person; the others follow it. Two of them for a moment harm nothing. */

export interface Leadership {
  /** Takes the lead from a tab that no longer answers. */
  takeOver: () => void;
  resign: () => void;
}

/**
 * Runs `lead` once this tab holds the lock `name`, and `follow` if the lock is taken from it. Where there are no locks (not a secure
 * context, some in-app browsers) every tab leads.
 */
export function campaign(
  name: string,
  locks: LockManager | undefined,
  lead: () => void,
  follow: () => void,
): Leadership {
  if (!locks) {
    lead();
    return { takeOver: () => undefined, resign: follow };
  }
  const over = new AbortController();
  let release: (() => void) | undefined;
  const hold = (): Promise<void> => {
    if (over.signal.aborted) return Promise.resolve();
    lead();
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  const queue = (): void => {
    void locks.request(name, { signal: over.signal }, hold).catch(() => lost());
  };
  const lost = (): void => {
    if (over.signal.aborted) return;
    follow();
    queue();
  };
  queue();
  return {
    takeOver: () => {
      void locks.request(name, { steal: true }, hold).catch(() => lost());
    },
    resign: () => {
      over.abort();
      follow();
      release?.();
    },
  };
}
