import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { WebSocket } from 'ws';
import {
  cases,
  job,
  port,
  n,
  out,
  now,
  action,
  check,
  collector,
  fanout,
  clientRss,
  sleep,
  TEXT,
  RUN,
} from '../job.mjs';
const open = async (store, path) => createWsSynchronizer(store, new WebSocket(`ws://127.0.0.1:${port}/${path}`), 30);
// A server that is busy for seconds drops connections that are kept alive: then it is asked again.
const serverRows = async (path) => {
  try {
    return +(await (await fetch(`http://127.0.0.1:${port + 1}/${path}`)).text());
  } catch {
    return 0;
  }
};
if (job === 'seed') {
  const s = createMergeableStore();
  const sy = await open(s, 'cases');
  await sy.startSync();
  const cs = cases(n);
  s.transaction(() => cs.forEach((c) => s.setRow('cases', c.id, c)));
  s.setRow('actions', 'seeded', { n });
  while ((await serverRows('cases')) < 1) await sleep(50);
  await sleep(3000);
  out({ ok: s.getRowCount('cases') });
} else if (job === 'cold') {
  const s = createMergeableStore();
  const t = now();
  const sy = await open(s, 'cases');
  await sy.startSync();
  while (s.getRowCount('cases') < n) {
    if (now() - t > 90e3) throw new Error('timeout ' + s.getRowCount('cases'));
    await sleep(5);
  }
  out({ seconds: (now() - t) / 1000, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const s = createMergeableStore();
  const cs = cases(n);
  for (let i = 0; i < n; i++) {
    const a = action(i, cs[i]);
    s.setRow('actions', a.id, a);
  }
  const t = now();
  const sy = await open(s, 'drain' + Date.now());
  const path = sy.getWebSocket().url.split('/').pop();
  await sy.startSync();
  while ((await serverRows(path)) < n) {
    if (now() - t > 60e3) throw new Error('timeout ' + (await serverRows(path)));
    await sleep(3);
  }
  out({ seconds: (now() - t) / 1000, note: 'no ack in the protocol; polled the server store' });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  const keep = [];
  for (let k = 0; k < K; k++) {
    const s = createMergeableStore();
    const sy = await open(s, 'live');
    await sy.startSync();
    keep.push(sy);
    s.addCellListener('w', null, 'm', (st, t, r, c, v) => {
      if (r.endsWith(RUN)) col.recv(v);
    });
  }
  const w = createMergeableStore();
  const sy = await open(w, 'live');
  await sy.startSync();
  await sleep(500);
  out(await fanout(K, M, col, (m) => w.setRow('w', 'r' + m + '-' + RUN, { m, text: TEXT })));
}
