import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../../src/device/engine';
import { type Browser, browser, freshIndexedDb, tab } from './browser';

const ANN = { id: '0198a000-0000-7000-8000-00000000000a', kind: 'resident' as const };
const BO = { id: '0198a000-0000-7000-8000-00000000000b', kind: 'resident' as const };
const DEVICE = '0198a000-0000-7000-8000-0000000000dd';
const LANE = '0198a000-0000-7000-8000-000000000001';
const file = { item_id: 'house-lease-filing', item_version: 1, answers: {}, pages: [], declarations: [] };
let world: Browser;
let engines: Engine[] = [];

beforeEach(() => {
  freshIndexedDb();
  world = browser();
  world.service.up = false;
  world.service.person = ANN.id;
});

afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.quiet()));
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
});

async function open(person: typeof ANN): Promise<Engine> {
  const engine = new Engine(tab(world), () => undefined);
  engines.push(engine);
  await engine.start(person, DEVICE);
  return engine;
}

/** What a tablet holds: a filing with a photograph, and a form that was begun. */
async function tablet(): Promise<{ saved: Blob; ids: string[] }> {
  const engine = await open(ANN);
  const ready = { bytes: new Uint8Array([1, 2, 3]).buffer, media_type: 'image/jpeg', warning: null } as const;
  const page = await engine.keepPage(LANE, 'lease-contract', 1, ready);
  const about = { item_name: { zh: '租房备案', en: 'Lease' } };
  const filed = await engine.submit('case.file@1', LANE, file, { files: [page.file], about });
  const noted = await engine.submit('case.note@1', LANE, { text: '晚上在家' }, {});
  await engine.saveDraft({
    id: 'begun',
    item_id: 'x',
    item_version: 1,
    item_name: null,
    answers: {},
    declarations: [],
    step: '1',
    created_at: '',
    saved_at: '',
  });
  return { saved: await engine.rescueFile(), ids: [filed.id, noted.id] };
}

/** The same browser after it has thrown everything away. */
async function openedAnew(person: typeof ANN): Promise<Engine> {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
  freshIndexedDb();
  return open(person);
}

describe('a rescue file', () => {
  it('brings everything back under the same ids, and a second time nothing more', async () => {
    const { saved, ids } = await tablet();
    const engine = await openedAnew(ANN);

    expect(await engine.importRescue(saved)).toEqual({ acts: 2, drafts: 1 });
    expect(await engine.importRescue(saved)).toEqual({ acts: 0, drafts: 0 });

    const entries = await engine.outbox();
    expect(entries.map(({ id }) => id)).toEqual(ids);
    expect(entries[0]?.about?.item_name?.zh).toBe('租房备案');
    const [page] = await engine.pages(LANE);
    expect(page).toMatchObject({ intent: ids[0], state: 'queued', material: 'lease-contract' });
    const bytes = await (await engine.pageBlob(page?.file ?? ''))?.arrayBuffer();
    expect(new Uint8Array(bytes ?? new ArrayBuffer(0))).toEqual(new Uint8Array([1, 2, 3]));
    expect((await engine.submit('case.note@1', LANE, { text: 'next' }, {})).seq).toBe(3);
  });

  it('is sent once, although the tablet that it came from sends as well', async () => {
    const { saved, ids } = await tablet();
    const engine = await openedAnew(ANN);
    await engine.importRescue(saved);
    await engine.importRescue(saved);
    world.service.up = true;
    engine.kick();

    await expect.poll(async () => (await engine.outbox()).length).toBe(0);
    expect(world.service.centre.log.map(({ id }) => id)).toEqual(ids);
  });

  it('keeps the words of what waits for something else by now, and what that is', async () => {
    const { saved, ids } = await tablet();
    const told = JSON.parse(await saved.text()) as { intents: { links?: unknown }[] };
    Object.assign(told.intents[1] ?? {}, { links: { after: [], needs: ['other'] } });
    const engine = await openedAnew(ANN);
    await engine.importRescue(new Blob([JSON.stringify(told)]));

    const again = JSON.parse(await (await engine.rescueFile(ids.slice(1))).text()) as { intents: unknown[] };

    expect((await engine.outbox())[1]).toMatchObject({ id: ids[1], after: [], needs: ['other'], relinked: true });
    expect(again.intents).toMatchObject([told.intents[1]]);
  });

  it('of somebody else is not taken', async () => {
    const { saved } = await tablet();
    const engine = await openedAnew(BO);

    await expect(engine.importRescue(saved)).rejects.toMatchObject({ code: 'other-person' });
    expect(await engine.outbox()).toEqual([]);
  });

  it.each([
    '',
    '{}',
    '{"doorstep":"rescue","version":9}',
    '{"doorstep":"rescue","version":1,"intents":[{"body":"{"}]}',
  ])('that is damaged is told so: %s', async (text) => {
    const engine = await open(ANN);

    await expect(engine.importRescue(new Blob([text]))).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('can hold single acts with their photographs', async () => {
    const engine = await open(ANN);
    await engine.submit('case.file@1', LANE, file, {});
    const noted = await engine.submit('case.note@1', LANE, { text: '晚上在家' }, {});

    const saved = JSON.parse(await (await engine.rescueFile([noted.id])).text()) as { intents: unknown[] };

    expect(saved).toMatchObject({ doorstep: 'rescue', version: 1, person: ANN.id, drafts: [], pages: [] });
    expect(saved.intents).toHaveLength(1);
  });
});
