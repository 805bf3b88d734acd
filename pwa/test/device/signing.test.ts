/** A device of staff signs what it sends, and tells the centre its key while the person has just signed in. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openOutbox } from '../../src/device/database';
import { Engine } from '../../src/device/engine';
import { Outbox } from '../../src/device/outbox';
import { type KeptKey, openSigner } from '../../src/device/signing';
import type { IntentBody, SignedIntent } from '../../src/protocol/generated';
import { type Browser, browser, freshIndexedDb, tab } from './browser';

const CLERK = { id: '0198a000-0000-7000-8000-00000000000b', kind: 'staff' as const, name: '周敏' };
const DEVICE = '0198a000-0000-7000-8000-0000000000dd';
const LANE = '0198a000-0000-7000-8000-000000000001';
const FILE = { item_id: 'house-lease-filing', item_version: 1, answers: {}, pages: [], declarations: [] };
const PATH = `/api/devices/${DEVICE}/key`;
const utf8 = new TextEncoder();
const VERIFYING = { ed25519: { name: 'Ed25519' }, es256: { name: 'ECDSA', hash: 'SHA-256' } };
const IMPORTING = { ed25519: { name: 'Ed25519' }, es256: { name: 'ECDSA', namedCurve: 'P-256' } };

interface Shown {
  algorithm: 'ed25519' | 'es256';
  public: string;
  proof: string;
}

let world: Browser;
const engines: Engine[] = [];

beforeEach(() => {
  freshIndexedDb();
  world = browser();
  world.service.person = CLERK.id;
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const engine of engines.splice(0)) {
    await engine.quiet();
    await engine.stop();
  }
});

const bytes = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });
const shown = (): Shown[] => world.service.posted.filter(([path]) => path === PATH).map(([, body]) => body as Shown);
const pushed = (): SignedIntent[] =>
  world.service.received.flatMap((frame) => (frame.t === 'push' ? (frame.intents as SignedIntent[]) : []));

async function holds({ algorithm, public: key }: Shown, sig: string, said: string): Promise<boolean> {
  const imported = await crypto.subtle.importKey('raw', bytes(key), IMPORTING[algorithm], true, ['verify']);
  return crypto.subtle.verify(VERIFYING[algorithm], imported, bytes(sig), utf8.encode(said));
}

async function statement(body: string): Promise<string> {
  const { id, lane, type } = JSON.parse(body) as IntentBody;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(body)));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `doorstep intent 1\n${id}\n${lane}\n${type}\n${hex}\n`;
}

async function started(): Promise<Engine> {
  const engine = new Engine(tab(world), () => undefined);
  engines.push(engine);
  await engine.start(CLERK, DEVICE);
  return engine;
}

const file = (engine: Engine, lane = LANE) => engine.submit('case.file@1', lane, FILE, {});

for (const algorithm of ['ed25519', 'es256'] as const) {
  it(`introduces its key and signs with it (${algorithm})`, async () => {
    const make = crypto.subtle.generateKey.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'generateKey').mockImplementation(((
      how: { name: string },
      ...rest: [boolean, KeyUsage[]]
    ) =>
      algorithm === 'es256' && how.name === 'Ed25519'
        ? Promise.reject(new DOMException('none', 'NotSupportedError'))
        : make(how as EcKeyGenParams, ...rest)) as typeof crypto.subtle.generateKey);
    const engine = await started();
    await file(engine);
    await until(() => expect(pushed()).toHaveLength(1));

    await until(() => expect(shown()).toHaveLength(1));
    const [key] = shown() as [Shown];
    expect(key.algorithm).toBe(algorithm);
    expect(await holds(key, key.proof, `doorstep device key 1\n${CLERK.id}\n${DEVICE}\n`)).toBe(true);
    const [{ body, sig }] = pushed() as [SignedIntent];
    expect(await holds(key, sig ?? '', await statement(body))).toBe(true);
    expect(sig).toHaveLength(86);
  });
}

it('keeps its key and says it once', async () => {
  const first = await started();
  await until(() => expect(shown()).toHaveLength(1));
  await first.quiet();
  await first.stop();
  engines.splice(0);

  const second = await started();
  await file(second);
  await until(() => expect(pushed()).toHaveLength(1));

  expect(shown()).toHaveLength(1);
  const [{ body, sig }] = pushed() as [SignedIntent];
  expect(await holds(shown()[0] as Shown, sig ?? '', await statement(body))).toBe(true);
});

it('has a secret half that nobody can take out', async () => {
  const outbox = new Outbox(openOutbox(CLERK.id));
  await openSigner(outbox, CLERK.id, DEVICE);

  const kept = await outbox.key();

  expect(kept?.pair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('pkcs8', kept?.pair.privateKey as CryptoKey)).rejects.toThrow();
  outbox.close();
});

it('takes one key where two tabs make theirs at once', async () => {
  const outbox = new Outbox(openOutbox(CLERK.id));
  const [one, other] = await Promise.all([openSigner(outbox, CLERK.id, DEVICE), openSigner(outbox, CLERK.id, DEVICE)]);
  const act = { id: LANE, lane: LANE, type: 'case.note@1' as const, body: '{}' };

  const key = await outbox.key();
  expect(await one?.sign(act)).toBe(await other?.sign(act));
  expect(key).not.toBeNull();
  outbox.close();
});

it('waits for a sign-in where the centre will not take the key now, and says it again when the centre has lost it', async () => {
  let answer = 403;
  const { fetch } = world.service;
  world.service.fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    if (path !== PATH) return fetch(input, init);
    await fetch(input, init);
    return new Response(null, { status: answer });
  };
  const engine = await started();
  await until(() => expect(shown()).toHaveLength(1));
  world.service.cut();
  world.service.mend();
  engine.kick();
  await file(engine);
  await until(() => expect(pushed()).toHaveLength(1));
  expect(shown()).toHaveLength(1);

  answer = 204;
  engine.signedIn();
  world.service.cut();
  world.service.mend();
  engine.kick();
  await until(() => expect(shown()).toHaveLength(2));
});

it('signs an act anew that was changed before it left', async () => {
  world.service.cut();
  const engine = await started();
  const entry = await file(engine);
  await engine.edit(entry.id, { ...FILE, declarations: ['x'] });

  world.service.mend();
  engine.kick();
  await until(() => expect(pushed()).toHaveLength(1));

  await until(() => expect(shown()).toHaveLength(1));
  const [{ body, sig }] = pushed() as [SignedIntent];
  expect(JSON.parse(body)).toMatchObject({ args: { declarations: ['x'] } });
  expect(await holds(shown()[0] as Shown, sig ?? '', await statement(body))).toBe(true);
});

it('says its key again when the centre does not know it, and everything arrives after the sign-in', async () => {
  const engine = await started();
  await until(() => expect(shown()).toHaveLength(1));
  await until(async () => expect((await engine.state()).connection).toBe('live'));
  world.service.centre.turnsAway = 'not-signed';
  await file(engine);
  await until(async () => expect((await engine.state()).connection).toBe('auth-held'));

  world.service.centre.turnsAway = null;
  engine.signedIn();
  await until(async () => expect(await engine.outbox()).toEqual([]));

  expect(shown()).toHaveLength(2);
  expect(world.service.centre.log).toHaveLength(1);
});

it('makes another key where the one that it has does not sign any more', async () => {
  const outbox = new Outbox(openOutbox(CLERK.id));
  await openSigner(outbox, CLERK.id, DEVICE);
  const spoilt = await outbox.key();
  await outbox.keepKey({ ...(spoilt as KeptKey), algorithm: 'es256' }, true);

  const signer = await openSigner(outbox, CLERK.id, DEVICE);

  expect(await signer?.sign({ id: LANE, lane: LANE, type: 'case.note@1', body: '{}' })).toHaveLength(86);
  expect((await outbox.key())?.algorithm).toBe('ed25519');
  outbox.close();
});

it('signs nothing for a resident', async () => {
  const engine = new Engine(tab(world), () => undefined);
  engines.push(engine);
  await engine.start({ id: CLERK.id, kind: 'resident' }, DEVICE);
  await file(engine);
  await until(() => expect(pushed()).toHaveLength(1));

  expect(shown()).toEqual([]);
  expect((pushed()[0] as SignedIntent).sig ?? null).toBeNull();
});
