import crypto from 'node:crypto';
import { WebSocket } from 'ws';
globalThis.WebSocket ??= WebSocket;
import { TriplitClient } from '@triplit/client';
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
const b = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
const jwt = (p) => {
  const h = b({ alg: 'HS256', typ: 'JWT' }) + '.' + b(p);
  return h + '.' + crypto.createHmac('sha256', 'bench-secret').update(h).digest('base64url');
};
const token = jwt({ 'x-triplit-token-type': 'secret', 'x-triplit-project-id': 'bench', iat: 1700000000 });
const mk = (autoConnect = true) =>
  new TriplitClient({
    serverUrl: `http://127.0.0.1:${port}`,
    token,
    autoConnect,
    storage: 'memory',
    logLevel: 'error',
  });
const http = `http://127.0.0.1:${port}`;
const H = { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token } };
const post = async (p, body) => {
  const r = await fetch(http + p, { ...H, body: JSON.stringify(body) });
  if (!r.ok) throw new Error(p + ' ' + r.status + ' ' + (await r.text()).slice(0, 300));
  return r.json();
};
const settled = async (c, t) => {
  // every queued write acknowledged: both halves of the client's outbox are empty
  const b = c.db.entityStore.doubleBuffer;
  while (!((await b.getLockedBuffer().isEmpty(c.db.kv)) && (await b.getUnlockedBuffer().isEmpty(c.db.kv)))) {
    if (now() - t > 90e3) throw new Error('timeout');
    await sleep(2);
  }
};
if (job === 'seed') {
  const cs = cases(n);
  for (let i = 0; i < n; i += 500) await post('/bulk-insert', { cases: cs.slice(i, i + 500) });
  out({ ok: n });
} else if (job === 'cold') {
  const t = now();
  const c = mk();
  await new Promise((r) => {
    c.subscribe(c.query('cases'), (rows) => {
      if (rows.length >= n) r();
    });
  });
  const s = (now() - t) / 1000;
  check((await c.fetch(c.query('cases'), { policy: 'local-only' })).length, n);
  out({ seconds: s, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const c = mk(false);
  const cs = cases(n);
  for (let i = 0; i < n; i++) await c.insert('actions', action(i, cs[i]));
  const t = now();
  await c.connect();
  await settled(c, t);
  const s = (now() - t) / 1000;
  const r = await post('/fetch', { query: { collectionName: 'actions' } });
  if ((r.result ?? r).length < n) throw new Error('not stored');
  out({ seconds: s });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  const keep = [];
  for (let k = 0; k < K; k++) {
    const c = mk();
    keep.push(c);
    const seen = new Set();
    c.subscribe(c.query('w'), (rows) => {
      for (const r of rows)
        if (r.run === RUN && !seen.has(r.m)) {
          seen.add(r.m);
          col.recv(r.m);
        }
    });
  }
  const w = mk();
  await sleep(5000);
  out(await fanout(K, M, col, (m) => w.insert('w', { id: 'r' + m + '-' + RUN, run: RUN, m, text: TEXT })));
}
