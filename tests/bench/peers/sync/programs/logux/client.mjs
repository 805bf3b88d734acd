import { WebSocket } from 'ws';
globalThis.WebSocket = WebSocket;
globalThis.localStorage ??= { getItem() {}, setItem() {}, removeItem() {} };
import { Client } from '@logux/client';
import { MemoryStore } from '@logux/core';
import { cases, job, port, n, out, now, action, check, collector, fanout, clientRss, sleep, TEXT } from '../job.mjs';
let u = 0;
const mk = () =>
  new Client({
    subprotocol: 1,
    server: `ws://127.0.0.1:${port}`,
    userId: 'u' + process.pid + '-' + u++,
    token: 't',
    timeout: 120000,
    ping: 60000,
    allowDangerousProtocol: true,
    store: new MemoryStore(),
  });
if (job === 'seed') {
  out({ ok: await (await fetch(`http://127.0.0.1:${port + 1}/${n}`)).text() });
} else if (job === 'cold') {
  const t = now();
  const c = mk();
  const rows = new Map();
  let done;
  const p = new Promise((r) => (done = r));
  c.type('case/row', (a) => {
    rows.set(a.row.id, a.row);
    if (rows.size === n) done();
  });
  c.start();
  c.log.add({ type: 'logux/subscribe', channel: 'cases' }, { sync: true });
  await Promise.race([p, sleep(90e3)]);
  check(rows.size, n);
  out({ seconds: (now() - t) / 1000, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const c = mk();
  const cs = cases(n);
  let left = n,
    done;
  const p = new Promise((r) => (done = r));
  c.type('logux/processed', () => {
    if (--left === 0) done();
  });
  c.on('add', (a) => {});
  for (let i = 0; i < n; i++)
    await c.log.add({ type: 'act/add', row: action(i, cs[i]) }, { sync: true, reasons: ['syncing'] });
  const t = now();
  c.start();
  await Promise.race([p, sleep(60e3)]);
  check(left, 0);
  out({ seconds: (now() - t) / 1000 });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  const sub = async (c, recv) => {
    const p = new Promise((r) => c.type('logux/processed', () => r()));
    if (recv) c.type('w/add', (a) => col.recv(a.m));
    c.start();
    await c.log.add({ type: 'logux/subscribe', channel: 'live' }, { sync: true });
    await Promise.race([p, sleep(10000)]);
  };
  for (let k = 0; k < K; k++) await sub(mk(), true);
  const w = mk();
  await sub(w, false);
  await sleep(500);
  out(await fanout(K, M, col, (m) => w.log.add({ type: 'w/add', m, text: TEXT }, { sync: true })));
}
