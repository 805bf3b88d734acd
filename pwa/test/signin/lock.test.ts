import { beforeEach, expect, it, vi } from 'vitest';

const CLERK = { id: 's1', kind: 'staff', name: '周敏', roles: [], office: 'street', phone_masked: null };
const stored = new Map<string, string>();
const MINUTE = 60_000;

beforeEach(() => {
  vi.resetModules();
  stored.clear();
  stored.set('doorstep.session', JSON.stringify({ person: CLERK }));
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  };
  const quiet = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('addEventListener', quiet.addEventListener);
  vi.stubGlobal('removeEventListener', quiet.removeEventListener);
  vi.stubGlobal('document', quiet);
});

const KEPT = { salt: 'c2FsdA==', check: 'x', left: 5 };

it('stays locked over a new start of the app, for that person', async () => {
  (await import('../../src/signin/lock')).lock();
  vi.resetModules();
  expect((await import('../../src/signin/lock')).isLocked.value).toBe(true);

  stored.set('doorstep.session', JSON.stringify({ person: { ...CLERK, id: 's2' } }));
  vi.resetModules();
  expect((await import('../../src/signin/lock')).isLocked.value).toBe(false);
});

it('locks a screen that nobody has touched, also while the app was closed, once there is a PIN', async () => {
  const { isLocked, keepPin, lockWhenLeft, LOCKS_AFTER_MINUTES } = await import('../../src/signin/lock');
  stored.set('doorstep.touched', '0');

  lockWhenLeft(() => LOCKS_AFTER_MINUTES * MINUTE)();
  expect(isLocked.value).toBe(false);
  keepPin(KEPT);
  lockWhenLeft(() => LOCKS_AFTER_MINUTES * MINUTE - 1)();
  expect(isLocked.value).toBe(false);
  lockWhenLeft(() => LOCKS_AFTER_MINUTES * MINUTE)();
  expect(isLocked.value).toBe(true);
});
