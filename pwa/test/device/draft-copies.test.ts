import { beforeEach, describe, expect, it } from 'vitest';
import { COPY_EVERY_MS, type CopiedDraft, DraftCopies, marksOf } from '../../src/device/draft-copies';
import type { Env } from '../../src/device/env';
import { type Holdings, openHoldings } from '../../src/device/holdings';
import { EXTRAS, type OfferedDraft, type Own } from '../../src/device/keep-extras';
import type { Draft, LocalPage } from '../../src/device/types';
import { browser, freshIndexedDb, tab } from './browser';

/** The centre, as far as forms go. */
class Centre {
  readonly kept = new Map<string, { rev: number; draft: CopiedDraft; device: string }>();
  readonly files = new Map<string, string>();
  up = true;
  /** Requests arrive, answers do not. */
  isCut = false;
  puts = 0;
  /** What a page is answered with instead. */
  page: number | null = null;
  refuse: { status: number; code: string } | null = null;

  answer(path: string, init: RequestInit): Response {
    const [, , , id = '', what, file] = path.split('/');
    const said = init.body ? JSON.parse(String(init.body)) : {};
    if (path === '/api/drafts') return Response.json({ drafts: [...this.kept].map(([one]) => this.listed(one)) });
    if (id === 'resume') return said.code === '12' ? this.resumed() : Response.json({}, { status: 404 });
    if (what === 'code') return Response.json({ code: '12', expires_at: '' });
    if (file !== undefined && this.page !== null) return new Response(null, { status: this.page });
    if (file !== undefined)
      return this.files.has(file) ? new Response(this.files.get(file)) : new Response(null, { status: 404 });
    if (init.method === 'DELETE') {
      this.kept.delete(id);
      return new Response(null, { status: 204 });
    }
    return this.put(id, said);
  }

  private put(id: string, said: { base: number | null; draft: CopiedDraft; device: string }): Response {
    this.puts += 1;
    if (this.refuse) return Response.json({ code: this.refuse.code, params: {} }, { status: this.refuse.status });
    const before = this.kept.get(id);
    if (before && before.rev !== said.base && before.device !== said.device)
      return Response.json({ code: 'draft-elsewhere', params: { rev: before.rev, saved_at: 't' } }, { status: 409 });
    const rev = (before?.rev ?? 0) + 1;
    this.kept.set(id, { rev, draft: said.draft, device: said.device });
    return Response.json({ rev });
  }

  private listed(id: string): unknown {
    return { id, ...this.kept.get(id), saved_at: 's', expires_at: 'e' };
  }

  private resumed(): Response {
    return Response.json({ draft: [...this.kept.values()][0]?.draft, pass: 'p' });
  }
}

let centre: Centre;
let now: number;
let timers: (() => void)[];
let phone: Device;

interface Device {
  holdings: Holdings;
  copies: DraftCopies;
  own: Own;
}

async function device(sub: string | null, id = 'phone'): Promise<Device> {
  const change: Partial<Env> = {
    fetch: (async (input: RequestInfo | URL, init: RequestInit = {}) => {
      if (!centre.up) throw new TypeError('network');
      const answer = centre.answer(new URL(String(input)).pathname, init);
      if (centre.isCut) throw new TypeError('network');
      return answer;
    }) as typeof fetch,
    now: () => now,
    setTimer: (job) => timers.push(job),
  };
  const env = tab(browser(), change);
  const holdings = await openHoldings(sub === null ? null : { id: sub, kind: 'resident' });
  const copies = new DraftCopies({ env, holdings, device: id }, () => undefined);
  copies.reach(true);
  const own = { holdings, env, device: id, tabs: { draftsChanged: () => copies.look() } };
  return { holdings, copies, own };
}

const extra = <R>(name: string, own: Own, ...args: unknown[]): Promise<R> =>
  (EXTRAS[name] as unknown as (own: Own, ...args: unknown[]) => Promise<R>)(own, ...args);

const form = (change: Partial<Draft> = {}): Draft => ({
  id: 'd1',
  item_id: 'lease',
  item_version: 1,
  item_name: null,
  answers: { name: 'Chen' },
  declarations: [],
  step: '',
  created_at: '1',
  saved_at: '1',
  ...change,
});

const sheet = (change: Partial<LocalPage> = {}): LocalPage => ({
  file: 'f1',
  lane: 'd1',
  material: 'lease-contract',
  number: 1,
  sha256: 's',
  size: 3,
  media_type: 'image/jpeg',
  warning: null,
  state: 'local',
  sent: 3,
  intent: null,
  problem: null,
  added_at: '1',
  ...change,
});

async function save(on: Device, draft: Draft): Promise<void> {
  await on.holdings.outbox.saveDraft(draft);
  on.copies.look();
  await on.copies.idle();
}

beforeEach(async () => {
  freshIndexedDb();
  [centre, now, timers] = [new Centre(), 1_000_000, []];
  phone = await device('father');
});

describe('a form that is filled in', () => {
  it('is copied at once and then at most once a minute', async () => {
    await save(phone, form());
    await save(phone, form({ saved_at: '2', step: 'papers' }));
    await save(phone, form({ saved_at: '3', step: 'sum' }));
    expect([centre.puts, centre.kept.get('d1')?.draft.step]).toEqual([1, '']);

    now += COPY_EVERY_MS;
    for (const job of timers) job();
    await phone.copies.idle();

    expect([centre.puts, centre.kept.get('d1')?.draft.step]).toEqual([2, 'sum']);
  });

  it('that does not change is not copied again', async () => {
    await save(phone, form());
    now += COPY_EVERY_MS;
    phone.copies.look();
    await phone.copies.idle();

    expect(centre.puts).toBe(1);
  });

  it('is copied later when the line is cut', async () => {
    centre.up = false;
    await save(phone, form());
    centre.up = true;
    now += COPY_EVERY_MS;
    for (const job of timers) job();
    await phone.copies.idle();

    expect(centre.kept.size).toBe(1);
  });

  it('goes on from its own copy whose answer was lost, and the copy of another device is still one of another', async () => {
    centre.isCut = true;
    await save(phone, form());
    centre.isCut = false;
    now += COPY_EVERY_MS;
    await save(phone, form({ saved_at: '2', step: 'papers' }));

    expect(centre.kept.get('d1')).toMatchObject({ rev: 2, draft: { step: 'papers' } });
    expect((await marksOf(phone.holdings))['d1']).toMatchObject({ rev: 2, elsewhere: null });

    const there = centre.kept.get('d1');
    if (there) [there.rev, there.device] = [3, 'other'];
    now += COPY_EVERY_MS;
    await save(phone, form({ saved_at: '3', step: 'sum' }));

    expect((await marksOf(phone.holdings))['d1']?.elsewhere).toEqual({ rev: 3, saved_at: 't' });
  });

  it('lets its photographs go once it is copied, and names those that have gone', async () => {
    expect(phone.copies.has('d1')).toBe(false);
    await save(phone, form());
    expect(phone.copies.has('d1')).toBe(true);
    await phone.holdings.pages.add(sheet(), new Uint8Array(3).buffer);
    await phone.holdings.pages.add(sheet({ file: 'f2', sent: 1 }), new Uint8Array(3).buffer);
    now += COPY_EVERY_MS;
    phone.copies.look();
    await phone.copies.idle();

    expect(centre.kept.get('d1')?.draft.pages.map((page) => page.file)).toEqual(['f1']);
  });

  it('that is thrown away or handed in is taken back', async () => {
    await save(phone, form());
    await phone.holdings.outbox.removeDraft('d1');
    phone.copies.look();
    await phone.copies.idle();

    expect([centre.kept.size, await marksOf(phone.holdings)]).toEqual([0, {}]);
  });

  it('that the centre does not take is not offered again until it changes', async () => {
    centre.refuse = { status: 409, code: 'too-many-drafts' };
    await save(phone, form());
    now += COPY_EVERY_MS;
    phone.copies.look();
    await phone.copies.idle();

    expect([centre.puts, (await marksOf(phone.holdings))['d1']?.refused]).toEqual([1, 'too-many-drafts']);
  });
});

describe('another phone', () => {
  let other: Device;
  const offered = async (): Promise<string[]> =>
    (await extra<OfferedDraft[]>('serverDrafts', other.own)).map(({ draft, how }) => `${draft.id} ${how}`);

  beforeEach(async () => {
    await save(phone, form());
    phone.holdings.close();
    freshIndexedDb();
    other = await device('father', 'other');
  });

  it('is offered the form and goes on with it, photographs included', async () => {
    const there = centre.kept.get('d1');
    if (there) there.draft.pages = [sheet()];
    centre.files.set('f1', 'jpg');
    expect(await offered()).toEqual(['d1 new']);

    const draft = await extra<Draft>('continueDraft', other.own, 'd1');

    expect(draft).toEqual(form());
    expect(await other.holdings.outbox.draft('d1')).toEqual(form());
    expect(await (await other.holdings.pages.bytes('f1'))?.text()).toBe('jpg');
    expect(await other.holdings.pages.get('f1')).toMatchObject({ state: 'local', intent: null, sent: 3, lane: 'd1' });
    expect(await offered()).toEqual([]);
  });

  it('takes over nothing while a photograph cannot be fetched, so that no copy without it takes the place of the whole', async () => {
    const there = centre.kept.get('d1');
    if (there) there.draft.pages = [sheet(), sheet({ file: 'f2', number: 2 })];
    centre.files.set('f1', 'jpg').set('f2', 'png');
    for (const status of [503, 429, 401]) {
      centre.page = status;
      await expect(extra('continueDraft', other.own, 'd1')).rejects.toMatchObject({ code: 'offline' });
    }
    await other.copies.idle();

    expect([await other.holdings.outbox.drafts(), await other.holdings.pages.list('d1')]).toEqual([[], []]);
    expect(centre.kept.get('d1')?.draft.pages).toHaveLength(2);

    centre.page = null;
    await extra('continueDraft', other.own, 'd1');
    await save(other, form({ saved_at: '2' }));

    expect(centre.kept.get('d1')?.draft.pages.map((page) => page.file)).toEqual(['f1', 'f2']);
  });

  it('goes on without a photograph that the centre has no more', async () => {
    const there = centre.kept.get('d1');
    if (there) there.draft.pages = [sheet()];

    await extra('continueDraft', other.own, 'd1');

    expect([await other.holdings.outbox.draft('d1'), await other.holdings.pages.list('d1')]).toEqual([form(), []]);
  });

  it('writes on, and the first phone is told instead of writing over it', async () => {
    await extra('continueDraft', other.own, 'd1');
    now += COPY_EVERY_MS;
    await save(other, form({ saved_at: '5', step: 'there' }));
    expect(centre.kept.get('d1')).toMatchObject({ rev: 2, draft: { step: 'there' } });

    const first = await device('mother', 'first'); // a device with the form, and a mark of the copy before
    await first.holdings.outbox.saveDraft(form({ saved_at: '6', step: 'here' }));
    await first.holdings.outbox.saveWork('copies', {
      d1: { rev: 1, content: '1', sent_at: 0, elsewhere: null, refused: null },
    });
    first.copies.look();
    await first.copies.idle();
    expect(centre.kept.get('d1')?.draft.step).toBe('there');
    expect((await marksOf(first.holdings))['d1']?.elsewhere).toEqual({ rev: 2, saved_at: 't' });

    await extra('keepMine', first.own, 'd1');
    now += COPY_EVERY_MS;
    first.copies.look();
    await first.copies.idle();

    expect(centre.kept.get('d1')).toMatchObject({ rev: 3, draft: { step: 'here' } });
  });

  it('takes a form over by its code without a sign-in', async () => {
    const guest = await device(null, 'guest');
    const { code } = await extra<{ code: string }>('draftCode', other.own, 'd1');

    await extra('resumeDraft', guest.own, code);

    expect(await guest.holdings.outbox.draft('d1')).toEqual(form());
    await expect(extra('resumeDraft', guest.own, '99')).rejects.toMatchObject({ code: 'not-found' });
  });
});
