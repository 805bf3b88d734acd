/** What a device says of itself, and how it behaves when it may not, cannot or should not go on. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../src/device/engine';
import type { Env } from '../../src/device/env';
import type { DeviceState, LocalRow, Noted } from '../../src/device/types';
import type { Welcome } from '../../src/protocol/generated';
import { type Browser, browser, freshIndexedDb, tab } from './browser';

const ANN = { id: '0198a000-0000-7000-8000-00000000000a', kind: 'resident' as const };
const BO = { id: '0198a000-0000-7000-8000-00000000000b', kind: 'resident' as const };
const ZHOU = { id: '0198a000-0000-7000-8000-00000000000c', kind: 'staff' as const, name: '周敏' };
const DEVICE = '0198a000-0000-7000-8000-0000000000dd';
const LANE = '0198a000-0000-7000-8000-000000000001';
const HOUR = 3_600_000;
const file = { item_id: 'house-lease-filing', item_version: 1, answers: {}, pages: [], declarations: [] };
let world: Browser;
let clock = 0;
let events: [string, unknown][] = [];
const engines: Engine[] = [];

beforeEach(() => {
  freshIndexedDb();
  world = browser();
  world.service.person = ANN.id;
  clock = 0;
  events = [];
});

afterEach(async () => {
  for (const engine of engines.splice(0)) {
    // What is still being written must not land in the next test's databases.
    await engine.quiet();
    await engine.stop();
  }
});

function open(change: Partial<Env> = {}): Engine {
  const env = tab(world, { now: () => Date.now() + clock, ...change });
  const engine = new Engine(env, (event, payload) => events.push([event, payload]));
  engines.push(engine);
  return engine;
}

const until = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const connection = async (engine: Engine): Promise<DeviceState['connection']> => (await engine.state()).connection;
const goes = (engine: Engine, to: DeviceState['connection']): Promise<void> =>
  until(async () => expect(await connection(engine)).toBe(to));
const effects = (): string[] => world.service.centre.log.map((fact) => fact.id);

/** Greets staff with a lease of so long from now. */
function lease(ms: number): void {
  const now = Date.now();
  const lease_until = new Date(now + ms).toISOString();
  world.service.centre.greeting = { now: new Date(now).toISOString(), lease_until };
}

describe('a tablet whose lease is over', () => {
  async function leasedOut(): Promise<Engine> {
    world.service.person = ZHOU.id;
    world.service.centre.docs.set(LANE, { pos: 1, owner: null, notes: [] });
    lease(72 * HOUR);
    const engine = open();
    await engine.start(ZHOU, DEVICE);
    await goes(engine, 'live');
    expect(await engine.rows('status')).toHaveLength(1);
    world.service.cut();
    await engine.submit('case.note@1', LANE, { text: '电话里说晚上能补' }, {});
    clock += 73 * HOUR;
    engine.kick();
    return engine;
  }

  it('shows nothing, takes nothing and sends nothing, and says what it keeps', async () => {
    const engine = await leasedOut();

    await until(async () => expect(await engine.state()).toMatchObject({ locked: 'lease', queued: 1 }));
    expect([await engine.rows('status'), await engine.row('status', LANE), await engine.outbox()]).toEqual([
      [],
      null,
      [],
    ]);
    await expect(engine.submit('case.note@1', LANE, { text: 'x' }, {})).rejects.toMatchObject({ code: 'locked' });
    await expect(engine.openCase(LANE)).rejects.toMatchObject({ code: 'locked' });
    await expect(engine.rescueFile()).rejects.toMatchObject({ code: 'locked' });
    world.service.mend();
    engine.kick();
    await engine.quiet();
    expect(effects()).toEqual([]);
  });

  it('stays so when the app is opened anew or the clock is turned back', async () => {
    await (await leasedOut()).stop();
    const again = open();
    await again.start(ZHOU, DEVICE);
    await goes(again, 'lease-expired');
    expect(await again.rows('status')).toEqual([]);
    await again.stop();

    clock = -30 * 24 * HOUR;
    const turned = open();
    await turned.start(ZHOU, DEVICE);

    expect((await turned.state()).locked).toBe('lease');
  });

  it('goes on where it stopped once the same person has signed in', async () => {
    const engine = await leasedOut();
    await goes(engine, 'lease-expired');
    world.service.mend();
    world.service.centre.greeting = {
      now: new Date(Date.now() + clock).toISOString(),
      lease_until: new Date(Date.now() + clock + 72 * HOUR).toISOString(),
    };

    await engine.start(ZHOU, DEVICE);

    await until(async () => expect(effects()).toHaveLength(1));
    await until(async () => expect((await engine.state()).locked).toBeNull());
    expect(await engine.rows('status')).toHaveLength(1);
  });

  it('is no matter for another person on it', async () => {
    const engine = await leasedOut();
    world.service.mend();
    world.service.person = ANN.id;
    world.service.centre.greeting = {};

    await engine.start(ANN, DEVICE);

    await goes(engine, 'live');
    expect(await engine.state()).toMatchObject({ locked: null, queued: 0 });
  });
});

describe('a network that breaks WebSockets', () => {
  it('is got through by asking: acts arrive, rows come, and it is told', async () => {
    world.service.socketsPass = false;
    const engine = open();
    await engine.start(ANN, DEVICE);

    const entry = await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(effects()).toEqual([entry.id]));
    await until(async () => expect(await engine.outbox()).toEqual([]));

    expect(((await engine.rows('status'))[0] as LocalRow).pos).toBeGreaterThan(0);
    expect(await engine.state()).toMatchObject({ connection: 'live', transport: 'poll' });
  });

  it('brings what others do while it asks', async () => {
    world.service.socketsPass = false;
    const engine = open();
    await engine.start(ANN, DEVICE);
    await goes(engine, 'live');

    const args = { id: 'other', seq: 1, lane: LANE, type: 'case.file@1', args: {}, at: '', by: 'bo' };
    world.service.centre.judge('bo', [args]);

    await until(async () => expect(await engine.rows('status')).toHaveLength(1));
  });

  it('does not let the rows of another person in, who signed in in another tab', async () => {
    world.service.socketsPass = false;
    const engine = open();
    await engine.start(ANN, DEVICE);
    await goes(engine, 'live');

    world.service.person = BO.id;

    await goes(engine, 'auth-held');
  });
});

describe('a log that was restored from a backup', () => {
  it('gets again what it has lost, once', async () => {
    const { centre } = world.service;
    centre.greeting = { origin: 'before' };
    const engine = open();
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(await engine.outbox()).toEqual([]));
    expect(effects()).toEqual([entry.id]);

    Object.assign(centre, {
      log: [],
      epoch: 2,
      greeting: { origin: 'after', restored: { origin: 'before', size: 0 } },
    });
    centre.receipts.clear();
    centre.docs.clear();
    world.service.cut();
    world.service.mend();
    engine.kick();

    await until(async () => expect(effects()).toEqual([entry.id]));
    await until(async () => expect(await engine.outbox()).toEqual([]));
    expect((await engine.state()).restored_at).not.toBeNull();
  });

  it('is known for what it is although the browser has thrown the rows away', async () => {
    const { centre } = world.service;
    centre.greeting = { origin: 'before' };
    const engine = open();
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(await engine.outbox()).toEqual([]));
    await engine.stop();
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(`cache:${ANN.id}`).onsuccess = resolve;
    });
    Object.assign(centre, {
      log: [],
      epoch: 2,
      greeting: { origin: 'after', restored: { origin: 'before', size: 0 } },
    });
    centre.receipts.clear();
    centre.docs.clear();

    await open().start(ANN, DEVICE);

    await until(async () => expect(effects()).toEqual([entry.id]));
  });

  it('without saying so is not spoken to, and nothing is lost', async () => {
    const { centre } = world.service;
    centre.greeting = { origin: 'before' };
    const engine = open();
    await engine.start(ANN, DEVICE);
    await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(await engine.outbox()).toEqual([]));
    world.service.cut();
    await engine.submit('case.note@1', LANE, { text: '晚上在家' }, {});

    Object.assign(centre, { log: [], epoch: 2, greeting: { origin: 'elsewhere' } });
    world.service.mend();
    engine.kick();

    await goes(engine, 'origin-changed');
    expect(await engine.state()).toMatchObject({ origin_changed: true, queued: 1 });
    expect([effects(), (await engine.rows('status')).length]).toEqual([[], 1]);
  });
});

describe('a log that does not begin with what the device saw of it', () => {
  const file = path.resolve(import.meta.dirname, '../../../tests/vectors/device.json');
  const { stories } = JSON.parse(readFileSync(file, 'utf8')) as {
    stories: { name: string; steps: { event: { frame?: { t: string } } }[] }[];
  };
  const forged = stories.find(({ name }) => name === 'a log that was written anew is found out whoever signs it');
  const isWelcome = (frame?: { t: string }): frame is Welcome => frame?.t === 'welcome';
  const [bad, good] = (forged?.steps ?? []).flatMap(({ event: { frame } }) => (isWelcome(frame) ? [frame] : []));

  it('locks the tablet of staff, which keeps what was not sent, until it fits again', async () => {
    const { centre } = world.service;
    world.service.person = ZHOU.id;
    centre.greeting = { origin: 'a', tree: bad?.tree ?? null, proof: bad?.proof ?? [] };
    const engine = open();
    await engine.start(ZHOU, DEVICE);
    await goes(engine, 'live');
    expect(await engine.state()).toMatchObject({ locked: null, log_seen: { origin: 'a', size: 9 } });
    world.service.cut();
    await engine.submit('case.note@1', LANE, { text: '晚上在家' }, {});

    centre.greeting = { origin: 'a', tree: good?.tree ?? null, proof: [] };
    world.service.mend();
    engine.kick();

    await goes(engine, 'log-altered');
    await until(async () => expect((await engine.state()).locked).toBe('log'));
    expect([effects(), await engine.rows('queue')]).toEqual([[], []]);
    expect((await engine.rescueFile()).size).toBeGreaterThan(0);
    const later = open();
    await later.start(ZHOU, DEVICE);
    expect(await later.state()).toMatchObject({ locked: 'log', queued: 1 });
  });
});

describe('a browser that threw away what it had promised to keep', () => {
  const noted: Noted = { n: 3, next_seq: 9, at: '2026-11-24T08:00:00.000Z' };

  it('says how many acts are missing, and since when', async () => {
    const engine = open();
    await engine.start(ANN, DEVICE, noted);

    expect((await engine.state()).evicted).toEqual({ n: 3, at: noted.at });
  });

  it('says so no more once a file has brought them back', async () => {
    const engine = open();
    await engine.start(ANN, DEVICE, { ...noted, n: 1, next_seq: 2 });
    const said = {
      id: 'i1',
      seq: 1,
      lane: LANE,
      type: 'case.file@1',
      args: {},
      at: '2026-11-24T08:00:00Z',
      by: ANN.id,
    };
    const saved = { doorstep: 'rescue', version: 1, person: ANN.id, drafts: [], pages: [] };
    const intents = [{ body: JSON.stringify(said), state: 'queued', code: null }];

    await engine.importRescue(new Blob([JSON.stringify({ ...saved, intents })]));

    expect((await engine.state()).evicted).toBeNull();
  });

  it('notes what it holds whenever that changes', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    await engine.submit('case.file@1', LANE, file, {});

    await until(async () =>
      expect(events.filter(([event]) => event === 'noted').at(-1)?.[1]).toMatchObject({
        sub: ANN.id,
        noted: { n: 1, next_seq: 2 },
      }),
    );
  });

  it('is not suspected when everything was sent, or is still there', async () => {
    const engine = open();
    await engine.start(ANN, DEVICE, { ...noted, n: 0 });
    expect((await engine.state()).evicted).toBeNull();
    await engine.start(BO, DEVICE, { ...noted, next_seq: 1 });
    expect((await engine.state()).evicted).toBeNull();
  });
});

describe('the person is told', () => {
  it('of a clock that is wrong, measured against the centre’s', async () => {
    clock = 7 * 60_000;
    world.service.centre.greeting = { now: new Date().toISOString() };
    const engine = open();
    await engine.start(ANN, DEVICE);
    await goes(engine, 'live');

    await until(async () => expect((await engine.state()).clock_skew_ms).toBeGreaterThan(6 * 60_000));
  });

  it('what waits since when, on which device, in how much room', async () => {
    world.service.cut();
    const storage = {
      estimate: () => Promise.resolve({ quota: 1000, usage: 400 }),
      persisted: () => Promise.resolve(true),
    };
    const engine = open({ storage: storage as unknown as StorageManager });
    await engine.start(ANN, DEVICE);
    const first = await engine.submit('case.file@1', LANE, file, {});
    await engine.submit('case.note@1', LANE, { text: 'x' }, {});

    expect(await engine.state()).toMatchObject({
      device: DEVICE,
      queued: 2,
      oldest_unsent: first.at,
      photos_waiting: { n: 0, bytes: 0 },
      storage: 'persistent',
      storage_used: 400,
      storage_left: 600,
    });
  });

  it('at sign-out how much stays locked on the device', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    const ready = { bytes: new Uint8Array([1]).buffer, media_type: 'image/jpeg', warning: null } as const;
    const page = await engine.keepPage(LANE, 'lease-contract', 1, ready);
    await engine.submit('case.file@1', LANE, file, { files: [page.file] });

    expect(await engine.stop()).toEqual({ unsent: 1, drafts: 0, photos: 1 });
  });
});

describe('an act that was not done', () => {
  async function refused(): Promise<{ engine: Engine; id: string }> {
    const engine = open();
    await engine.start(ANN, DEVICE);
    const { id } = await engine.submit('case.note@1', LANE, { text: '请尽快' }, {});
    await until(async () => expect((await engine.outbox())[0]?.state).toBe('refused'));
    return { engine, id };
  }

  it('can be handed to the desk: it leaves the tray when the centre has it', async () => {
    const { engine, id } = await refused();

    await engine.resolve(id, 'hand-to-desk');

    expect(world.service.posted).toEqual([[`/api/set-aside/${id}`, { do: 'hand-to-desk' }]]);
    expect(await engine.outbox()).toEqual([]);
  });

  it('cannot be handed to the desk without a signal, and stays', async () => {
    const { engine, id } = await refused();
    world.service.cut();

    await expect(engine.resolve(id, 'hand-to-desk')).rejects.toMatchObject({ code: 'offline' });
    expect(await engine.outbox()).toHaveLength(1);
  });

  it('that was let go of without a signal is told to the centre when there is one', async () => {
    const { engine, id } = await refused();
    world.service.cut();
    await engine.resolve(id, 'discard');
    expect(world.service.posted).toEqual([]);

    world.service.mend();
    engine.kick();

    await until(async () => expect(world.service.posted).toEqual([[`/api/set-aside/${id}`, { do: 'withdraw' }]]));
  });
});

describe('an act that waits for a signal', () => {
  it('goes in the words it was last given', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    await engine.submit('case.file@1', LANE, file, {});
    const note = await engine.submit('case.note@1', LANE, { text: 'first' }, {});
    await engine.edit(note.id, { text: 'second' });

    world.service.mend();
    engine.kick();
    await until(async () => expect(effects()).toHaveLength(2));

    const said = world.service.received.flatMap((frame) => (frame.t === 'push' ? frame.intents : []));
    const args = said.map(({ body }) => JSON.parse(body) as { id: string; args: unknown });
    expect(args.filter(({ id }) => id === note.id).map((one) => one.args)).toEqual([{ text: 'second' }]);
    await expect(engine.edit(note.id, { text: 'third' })).rejects.toMatchObject({ code: expect.any(String) });
  });

  it('a filing, may become a form again', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    const { id } = await engine.submit('case.file@1', LANE, file, {});

    expect(await engine.resolve(id, 'edit')).toBe(LANE);

    expect([await engine.outbox(), (await engine.drafts()).map((draft) => draft.id)]).toEqual([[], [LANE]]);
  });
});
