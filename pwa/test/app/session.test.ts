import { beforeEach, expect, it, vi } from 'vitest';

const CENTRE = { name_zh: '北桥街道便民服务中心', name_en: 'Beiqiao', phone: '027', address_zh: '', hours_zh: '' };
const FATHER = { id: 'p1', kind: 'resident', name: null, roles: [], office: null, phone_masked: '138****0001' };
const CLERK = { id: 's1', kind: 'staff', name: '周敏', roles: ['window-clerk'], office: 'o1', phone_masked: null };
const stored = new Map<string, string>();
let asked: string[];
let person: object | null;
let online: boolean;

beforeEach(() => {
  vi.resetModules();
  stored.clear();
  asked = [];
  person = null;
  online = true;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  vi.stubGlobal('fetch', async (path: string, { method }: { method: string }) => {
    if (!online) throw new TypeError('no signal');
    asked.push(`${method} ${path}`);
    if (method === 'DELETE') return new Response(null, { status: 204 });
    return Response.json({ person, now: '2026-11-23T12:40:00Z', demo: true, centre: CENTRE });
  });
});

it('the app opens for whom it knew, also without a signal', async () => {
  person = FATHER;
  await (await fresh()).renewSession();
  online = false;

  const { principal, renewSession } = await fresh();

  expect(await renewSession()).toBe(false);
  expect(principal()).toEqual({ id: 'p1', kind: 'resident' });
});

it("a resident's sign-in that has run out hides nothing of theirs", async () => {
  person = FATHER;
  const { renewSession, session } = await fresh();
  await renewSession();
  person = null;

  await renewSession();

  expect([session.person?.id, session.expired]).toEqual(['p1', true]);
});

it("a member of staff's sign-in that has run out locks the desk", async () => {
  person = CLERK;
  const { renewSession, session } = await fresh();
  await renewSession();
  person = null;

  await renewSession();

  expect([session.person, session.expired]).toEqual([null, false]);
});

it('signing out without a signal holds, and the service is told as soon as it can be', async () => {
  person = FATHER;
  const { renewSession, session, signOut } = await fresh();
  await renewSession();
  online = false;
  await signOut();
  expect(session.person).toBeNull();
  online = true;
  person = null;
  asked = [];

  await renewSession();

  expect(asked).toEqual(['DELETE /session', 'GET /session']);
  expect(session.person).toBeNull();
});

it('a device keeps its id', async () => {
  const first = (await fresh()).deviceId();

  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect((await fresh()).deviceId()).toBe(first);
});

/** The module as a page that has just been opened has it. */
function fresh(): Promise<typeof import('../../src/session')> {
  vi.resetModules();
  return import('../../src/session');
}
