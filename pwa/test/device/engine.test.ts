/** The whole device layer against a model server, over a wire that is cut. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCache, openOutbox } from '../../src/device/database';
import { Engine } from '../../src/device/engine';
import type { Env } from '../../src/device/env';
import { Outbox } from '../../src/device/outbox';
import type { DeviceState, Draft, LocalRow, OutboxEntry } from '../../src/device/types';
import { type Browser, browser, freshIndexedDb, tab } from './browser';

const ANN = { id: '0198a000-0000-7000-8000-00000000000a', kind: 'resident' as const };
const BO = { id: '0198a000-0000-7000-8000-00000000000b', kind: 'resident' as const };
const DEVICE = '0198a000-0000-7000-8000-0000000000dd';
const LANE = '0198a000-0000-7000-8000-000000000001';
let world: Browser;
const engines: Engine[] = [];

beforeEach(() => {
  freshIndexedDb();
  world = browser();
  world.service.person = ANN.id;
});

afterEach(async () => {
  for (const engine of engines.splice(0)) {
    // What is still being written must not land in the next test's databases.
    await engine.quiet();
    await engine.stop();
  }
});

function open(change: Partial<Env> = {}): Engine {
  const engine = new Engine(tab(world, change), () => undefined);
  engines.push(engine);
  return engine;
}

const file = { item_id: 'house-lease-filing', item_version: 1, answers: {}, pages: [], declarations: [] };
const states = async (engine: Engine): Promise<string[]> =>
  (await engine.outbox()).map((entry: OutboxEntry) => entry.state);
const connection = async (engine: Engine): Promise<DeviceState['connection']> => (await engine.state()).connection;
const until = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const effects = (): string[] => world.service.centre.log.map((fact) => fact.id);

it('a browser that gives no answer from the start is told of, and no longer once it answers', async () => {
  const inTheWay = await new Promise<IDBDatabase>((resolve) => {
    const asked = indexedDB.open(`outbox:${ANN.id}`, 1);
    asked.onsuccess = () => resolve(asked.result);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const told: string[] = [];
  const engine = new Engine(tab(world), (event, payload) => {
    if (event === 'state') told.push((payload as DeviceState).storage);
  });
  engines.push(engine);
  const started = engine.start(ANN, DEVICE);

  await vi.advanceTimersByTimeAsync(17_100);
  expect(told).toEqual(['stuck']);
  inTheWay.close();
  vi.useRealTimers();
  await started;
  await until(async () => expect(told.at(-1)).toBe('best-effort'));
});

describe('an act', () => {
  it('made without a signal waits on the device, is seen there, and arrives once when the signal is back', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.file@1', LANE, file, {
      about: { item_name: { zh: '租房备案', en: 'Lease' } },
    });

    const [local] = (await engine.rows('status')) as LocalRow<'status'>[];
    expect([local?.id, local?.pos, local?.body.item_name.zh, local?.marks.map((mark) => mark.state)]).toEqual([
      LANE,
      0,
      '租房备案',
      ['waiting'],
    ]);

    world.service.mend();
    engine.kick();
    await until(async () => expect(await states(engine)).toEqual([]));

    expect(effects()).toEqual([entry.id]);
    expect(((await engine.rows('status'))[0] as LocalRow).pos).toBeGreaterThan(0);
  });

  it('survives the browser being closed before it was sent', async () => {
    world.service.cut();
    const first = open();
    await first.start(ANN, DEVICE);
    const entry = await first.submit('case.file@1', LANE, file, {});
    await first.stop();

    world.service.mend();
    const second = open();
    await second.start(ANN, DEVICE);
    await until(async () => expect(await states(second)).toEqual([]));

    expect(effects()).toEqual([entry.id]);
  });

  it('whose answer was lost is pushed again and has one effect', async () => {
    const engine = open();
    await engine.start(ANN, DEVICE);
    await until(async () => expect(await connection(engine)).toBe('live'));
    world.service.centre.watch(() => world.service.cut());
    const entry = await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(effects()).toEqual([entry.id]));
    expect(await states(engine)).toEqual(['sent']);

    world.service.mend();
    engine.kick();
    await until(async () => expect(await states(engine)).toEqual([]));

    expect(effects()).toEqual([entry.id]);
    expect(world.service.received.filter((frame) => frame.t === 'push').length).toBeGreaterThan(1);
  });

  it('that is refused stays with its reason until the person decides', async () => {
    const engine = open();
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.note@1', LANE, { text: '请尽快' }, {});
    await until(async () => expect(await states(engine)).toEqual(['refused']));
    expect(await engine.state()).toMatchObject({ aside: 1, queued: 0 });

    await engine.submit('case.file@1', LANE, file, {});
    const again = await engine.resolve(entry.id, 'retry');
    await until(async () => expect(await states(engine)).toEqual([]));

    expect(effects()).toContain(again);
    expect(effects()).not.toContain(entry.id);
  });

  it('that stands otherwise on the disk than was known leaves as it stands there', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    await until(async () => expect(await connection(engine)).toBe('backoff'));
    const entry = await engine.submit('case.file@1', LANE, file, {});
    const { id, state, pos, code, params, options } = entry;
    await new Outbox(openOutbox(ANN.id)).judge([{ id, state, pos, code, params, options, after: [] }], entry.at);

    world.service.mend();
    engine.kick();
    await until(async () => expect(await states(engine)).toEqual([]));

    const pushed = world.service.received.flatMap((frame) => (frame.t === 'push' ? frame.intents : []));
    expect(pushed).toEqual([{ body: entry.body, links: { after: [], needs: [] } }]);
    expect(effects()).toEqual([entry.id]);
  });

  it('can be cancelled while it waits', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.file@1', LANE, file, {});
    await engine.resolve(entry.id, 'discard');

    world.service.mend();
    engine.kick();
    await until(async () => expect(await connection(engine)).toBe('live'));

    expect([await states(engine), effects()]).toEqual([[], []]);
  });
});

describe('the sign-in', () => {
  it('that has ended holds everything, and a new one lets it go on', async () => {
    const engine = open();
    world.service.person = null;
    await engine.start(ANN, DEVICE);
    const entry = await engine.submit('case.file@1', LANE, file, {});
    await until(async () => expect(await connection(engine)).toBe('auth-held'));
    expect(await states(engine)).toEqual(['queued']);

    world.service.person = ANN.id;
    engine.signedIn();
    await until(async () => expect(effects()).toEqual([entry.id]));
  });

  it('of another person in another tab holds this one: nobody gets the rows of somebody else', async () => {
    world.service.person = BO.id;
    const engine = open();
    await engine.start(ANN, DEVICE);

    await until(async () => expect(await connection(engine)).toBe('auth-held'));
    expect(world.service.sockets.size).toBe(0);
  });

  it('of another person opens other databases', async () => {
    world.service.cut();
    const engine = open();
    await engine.start(ANN, DEVICE);
    await engine.submit('case.file@1', LANE, file, {});

    await engine.start(BO, DEVICE);
    expect([await engine.outbox(), await engine.rows('status')]).toEqual([[], []]);

    await engine.start(ANN, DEVICE);
    expect(await states(engine)).toEqual(['queued']);
  });

  it('brings along what was begun as a guest', async () => {
    world.service.cut();
    const draft: Draft = {
      id: LANE,
      item_id: 'x',
      item_version: 1,
      item_name: null,
      answers: {},
      declarations: [],
      step: '1',
      created_at: '',
      saved_at: '',
    };
    const engine = open();
    await engine.start(null, DEVICE);
    await engine.saveDraft(draft);

    await engine.start(ANN, DEVICE);

    expect((await engine.drafts()).map(({ id }) => id)).toEqual([LANE]);
  });
});

describe('two tabs', () => {
  it('share one connection: what the second does is sent by the first', async () => {
    const [first, second] = [open(), open()];
    await first.start(ANN, DEVICE);
    await until(async () => expect(await connection(first)).toBe('live'));
    await second.start(ANN, DEVICE);

    const entry = await second.submit('case.file@1', LANE, file, {});
    await until(async () => expect(effects()).toEqual([entry.id]));
    await until(async () => expect(await states(second)).toEqual([]));

    expect(world.service.sockets.size).toBe(1);
    expect(await connection(second)).toBe('live');
  });

  it('change places when the first is closed', async () => {
    const [first, second] = [open(), open()];
    await first.start(ANN, DEVICE);
    await second.start(ANN, DEVICE);
    await first.stop();

    const entry = await second.submit('case.file@1', LANE, file, {});
    await until(async () => expect(effects()).toEqual([entry.id]));
  });

  it('do not wait for a leader that is frozen', async () => {
    const frozen = open({ channel: () => undefined });
    await frozen.start(ANN, DEVICE);
    await until(async () => expect(await connection(frozen)).toBe('live'));
    const second = open();
    await second.start(ANN, DEVICE);

    const entry = await second.submit('case.file@1', LANE, file, {});
    await until(async () => expect(effects()).toEqual([entry.id]));
  });

  it('work without locks as well, and nothing happens twice', async () => {
    const [first, second] = [open({ locks: undefined }), open({ locks: undefined })];
    await first.start(ANN, DEVICE);
    await second.start(ANN, DEVICE);

    const entry = await first.submit('case.file@1', LANE, file, {});
    await until(async () => expect(await states(second)).toEqual([]));

    expect(effects()).toEqual([entry.id]);
  });
});

describe('a case opened at the desk', () => {
  const CLERK = { id: BO.id, kind: 'staff' as const, name: '周敏' };
  const HELD = '0198a000-0000-7000-8000-000000000009';
  const body = { view: { pages: [] }, claimed_by: null, notes: [] };
  const looks = (): unknown[] =>
    world.service.received
      .flatMap((frame) => (frame.t === 'push' ? frame.intents : []))
      .map(({ body }) => JSON.parse(body))
      .map(({ type, lane, args }) => [type, lane, args.offline]);

  it('comes from the server, and without a signal from the copy of an earlier opening', async () => {
    world.service.person = CLERK.id;
    world.service.cases.set(LANE, { id: LANE, kind: 'case', pos: 9, body });
    const engine = open();
    await engine.start(CLERK, DEVICE);
    expect((await engine.openCase(LANE)).pos).toBe(9);

    world.service.cut();
    await engine.submit('case.note@1', LANE, { text: '电话里说晚上能补' }, {});
    const copy = await engine.openCase(LANE);

    expect(copy.body.notes.map((note) => [note.by_name, note.text])).toEqual([['周敏', '电话里说晚上能补']]);
    expect(copy.marks.map((mark) => [mark.type, mark.state])).toEqual([['case.note@1', 'waiting']]);
    expect((await engine.outbox()).map((entry) => [entry.type, entry.base])).toEqual([['case.note@1', { pos: 9 }]]);
  });

  it('is reported at once when it is read from the rows of this device, and not twice in a little while', async () => {
    world.service.person = CLERK.id;
    const engine = open();
    await engine.start(CLERK, DEVICE);
    await until(async () => expect(await connection(engine)).toBe('live'));
    await openCache(CLERK.id).use(async (db) => {
      const { gen } = (await db.get('kv', 'meta')) as { gen: number };
      await db.put('rows', { gen, id: HELD, kind: 'case', pos: 9, body });
    });

    await engine.openCase(HELD);
    await engine.openCase(HELD);

    await until(async () => expect(looks()).toEqual([['record.view@1', HELD, false]]));
    await engine.quiet();
    expect(looks()).toHaveLength(1);
  });

  it('is told apart: no such case, or no signal', async () => {
    const engine = open();
    await engine.start(CLERK, DEVICE);
    await expect(engine.openCase('nowhere')).rejects.toMatchObject({ code: 'not-found' });

    world.service.cut();
    await expect(engine.openCase('elsewhere')).rejects.toMatchObject({ code: 'offline' });
  });
});
