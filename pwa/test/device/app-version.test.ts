/** A new version of the app: it takes over when the person says so, nothing is unsaved and nothing is being written. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceState } from '../../src/device/types';

const reload = vi.fn();
const quiet = vi.fn<() => Promise<void>>();
const took = vi.fn();
const register = vi.fn();
const update = vi.fn(() => Promise.resolve());
let tell: ((state: Pick<DeviceState, 'upgrade'>) => void) | undefined;
let changed: (() => void) | undefined;
let rest: () => void = () => undefined;

vi.mock('../../src/device/client', () => ({
  client: {
    on: (_: string, listener: typeof tell) => {
      tell = listener;
    },
    quiet: () => quiet(),
  },
}));

vi.mock('../../src/lots', () => ({ whenAtRest: () => new Promise<void>((resolve) => (rest = resolve)) }));

/** A browser whose service worker has a new version waiting; one without service workers when `workers` is
 * false; the first visit when `first`, when no worker serves the page yet. */
async function app({ workers = true, first = false } = {}): Promise<typeof import('../../src/app-version')> {
  vi.resetModules();
  const registration = {
    waiting: { postMessage: took },
    addEventListener: () => undefined,
    update,
  };
  const serviceWorker = {
    controller: first ? null : {},
    addEventListener: (_: string, listener: () => void) => {
      changed = listener;
    },
    register: register.mockResolvedValue(registration),
  };
  vi.stubGlobal('navigator', workers ? { serviceWorker } : {});
  vi.stubGlobal('document', { addEventListener: () => undefined, visibilityState: 'visible' });
  vi.stubGlobal('location', { reload });
  const version = await import('../../src/app-version');
  const watched = version.watchVersions();
  if (!first) await watched;
  return version;
}

beforeEach(() => {
  vi.stubEnv('PROD', true);
  vi.clearAllMocks();
  quiet.mockResolvedValue(undefined);
  tell = undefined;
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe('a new version that waits', () => {
  it('is offered, and takes over when the person agrees; then the page loads anew', async () => {
    const version = await app();
    expect(version.appVersion.ready).toBe(true);
    changed?.();
    expect(reload).not.toHaveBeenCalled();

    await version.takeNewVersion();
    changed?.();

    expect(took).toHaveBeenCalledWith({ type: 'take-over' });
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('waits while a form is not on disk, and then takes over without being asked again', async () => {
    const version = await app();
    const release = version.holdVersion();
    const taking = version.takeNewVersion();
    await new Promise((resolve) => setTimeout(resolve));
    expect(quiet).not.toHaveBeenCalled();
    expect(took).not.toHaveBeenCalled();

    release();
    release();
    await taking;

    expect(took).toHaveBeenCalledTimes(1);
  });

  it('waits until nothing is being written, and looks at the forms again then', async () => {
    const version = await app();
    let written: () => void = () => undefined;
    quiet.mockReturnValue(
      new Promise((resolve) => {
        written = resolve;
      }),
    );
    const taking = version.takeNewVersion();
    await vi.waitFor(() => expect(quiet).toHaveBeenCalledTimes(1));
    const release = version.holdVersion();
    written();
    await new Promise((resolve) => setTimeout(resolve));
    expect(took).not.toHaveBeenCalled();

    release();
    await taking;

    expect(quiet).toHaveBeenCalledTimes(2);
    expect(took).toHaveBeenCalledTimes(1);
  });
});

describe('a centre that asks for a newer app', () => {
  it('makes the app look for it, once for each version', async () => {
    await app();
    const upgrade = { min_app: '9', hard: false, by: '2026-12-01T00:00:00Z' };

    tell?.({ upgrade });
    tell?.({ upgrade });

    expect(update).toHaveBeenCalledTimes(1);
  });
});

describe('a browser without service workers', () => {
  it('works from the network alone, and nothing is offered', async () => {
    const version = await app({ workers: false });

    expect([version.appVersion.ready, version.appVersion.offlineReady]).toEqual([false, false]);
    await version.takeNewVersion();
    expect(reload).not.toHaveBeenCalled();
  });

  it('takes a newer app by loading the page anew', async () => {
    const version = await app({ workers: false });
    tell?.({ upgrade: { min_app: '9', hard: true, by: null } });
    expect(version.appVersion.ready).toBe(true);

    await version.takeNewVersion();

    expect(reload).toHaveBeenCalledTimes(1);
  });
});

describe('a first visit', () => {
  it('lets the screen have processor and line until it is whole; then the app is kept for a time without a network', async () => {
    await app({ first: true });
    expect(register).not.toHaveBeenCalled();

    rest();

    await vi.waitFor(() => expect(register).toHaveBeenCalledTimes(1));
  });
});
