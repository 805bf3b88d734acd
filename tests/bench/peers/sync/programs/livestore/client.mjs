import { makeAdapter } from '@livestore/adapter-node';
import { createStorePromise, Events, makeSchema, Schema, State, queryDb } from '@livestore/livestore';
import { makeWsSync } from '@livestore/sync-cf/client';
import { Effect } from '@livestore/utils/effect';
import { WebSocket } from 'ws';
import { cases, job, port, n, out, now, action, check, collector, fanout, clientRss, sleep, TEXT } from '../job.mjs';
const S = Schema.String,
  N = Schema.Number;
const F = {
  id: S,
  no: S,
  type: S,
  status: S,
  name: S,
  phone: S,
  addr: S,
  desc: S,
  docs: S,
  assignee: S,
  createdAt: N,
  updatedAt: N,
  ver: N,
};
const A = { id: S, kind: S, caseId: S, by: S, at: N, text: S, ver: N };
const cols = (o) =>
  Object.fromEntries(
    Object.entries(o).map(([k, v]) => [
      k,
      (v === S ? State.SQLite.text : State.SQLite.integer)(k === 'id' ? { primaryKey: true } : {}),
    ]),
  );
const T = {
  cases: State.SQLite.table({ name: 'cases', columns: cols(F) }),
  actions: State.SQLite.table({ name: 'actions', columns: cols(A) }),
  w: State.SQLite.table({
    name: 'w',
    columns: { m: State.SQLite.integer({ primaryKey: true }), text: State.SQLite.text() },
  }),
};
const events = {
  filed: Events.synced({ name: 'v1.CaseFiled', schema: Schema.Struct(F) }),
  acted: Events.synced({ name: 'v1.ActionAdded', schema: Schema.Struct(A) }),
  w: Events.synced({ name: 'v1.W', schema: Schema.Struct({ m: N, text: S }) }),
};
const schema = makeSchema({
  events,
  state: State.SQLite.makeState({
    tables: T,
    materializers: State.SQLite.materializers(events, {
      'v1.CaseFiled': (c) => T.cases.insert({ ...c }),
      'v1.ActionAdded': (a) => T.actions.insert({ ...a }),
      'v1.W': (w) => T.w.insert({ m: w.m, text: w.text }),
    }),
  }),
});
export let open;
const gate = { p: Promise.resolve() };
const ws = (url) =>
  Effect.gen(function* () {
    yield* Effect.promise(() => gate.p);
    const s = new globalThis.WebSocket(url);
    yield* Effect.addFinalizer(() => Effect.sync(() => s.close()));
    yield* Effect.async((r) => {
      s.addEventListener('open', () => r(Effect.void));
      s.addEventListener('error', () => r(Effect.void));
    });
    return s;
  });
const mk = (storeId, clientId) =>
  createStorePromise({
    schema,
    storeId,
    batchUpdates: (f) => f(),
    disableDevtools: true,
    adapter: makeAdapter({
      storage: { type: 'in-memory' },
      clientId,
      sync: {
        backend: makeWsSync({ url: `ws://127.0.0.1:${port}`, webSocketFactory: ws }),
        onSyncError: 'ignore',
        initialSyncOptions: { _tag: 'Skip' },
      },
    }),
  });
const count = (s, t) => s.query({ query: `select count(*) n from ${t}`, bindValues: {} })[0].n;
const until = async (s, t, k, t0, lim = 120e3) => {
  while (count(s, t) < k) {
    if (now() - t0 > lim) throw new Error(`timeout ${t} ${count(s, t)}`);
    await sleep(5);
  }
};
if (job === 'seed') {
  const s = await mk('cases', 'seeder');
  const cs = cases(n);
  for (let i = 0; i < n; i += 200) {
    s.commit(...cs.slice(i, i + 200).map((c) => events.filed(c)));
    await sleep(40);
  }
  for (let k = 0; k < 6; k++) {
    // a fresh reader each time: a live one sometimes stops pulling (README)
    await sleep(8000);
    const r = await mk('cases', 'reader' + k);
    const t = now();
    while (count(r, 'cases') < n && now() - t < 60e3) await sleep(50);
    if (count(r, 'cases') >= n) out({ ok: n });
    else console.error('reader', k, count(r, 'cases'));
  }
  throw new Error('not seeded');
} else if (job === 'cold') {
  const t = now();
  const s = await mk('cases', 'c' + process.pid);
  await until(s, 'cases', n, t);
  out({ seconds: (now() - t) / 1000, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const id = 'drain' + Date.now();
  let go;
  gate.p = new Promise((r) => (go = r));
  const s = await mk(id, 'w');
  const cs = cases(n);
  for (let i = 0; i < n; i++) s.commit(events.acted(action(i, cs[i])));
  console.log('pending', count(s, 'actions'));
  if (process.env.DEBUG) {
    console.log(Object.keys(s), s.syncStatus?.());
  }
  const t = now();
  gate.p = Promise.resolve();
  go();
  await sleep(0);
  let r = await mk(id, 'r'),
    again = 0;
  const t1 = now();
  while (count(r, 'actions') < n) {
    if (now() - t1 > 25e3 * (again + 1)) {
      again++;
      r = await mk(id, 'r' + again);
    }
    if (again > 3) throw new Error('timeout');
    await sleep(5);
  }
  out({ wedged_readers: again, seconds: (now() - t) / 1000, note: 'seen by a second client' });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  const keep = [];
  const id = 'live' + Date.now();
  for (let k = 0; k < K; k++) {
    const s = await mk(id, 'k' + k);
    let last = -1;
    keep.push(s);
    s.subscribe(
      queryDb({ query: 'select max(m) m from w', schema: Schema.Array(Schema.Struct({ m: Schema.NullOr(N) })) }),
      (v) => {
        const m = v[0]?.m;
        if (m != null && m > last) {
          last = m;
          col.recv(m);
        }
      },
    );
  }
  const w = await mk(id, 'writer');
  await sleep(1000);
  out(await fanout(K, M, col, (m) => w.commit(events.w({ m, text: TEXT }))));
}
