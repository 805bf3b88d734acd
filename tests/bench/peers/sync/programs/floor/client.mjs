import { WebSocket } from 'ws';
import { cases, job, port, n, out, now, action, check, collector, fanout, clientRss, sleep, TEXT } from '../job.mjs';
const open = (p) =>
  new Promise((r, j) => {
    const w = new WebSocket(`ws://127.0.0.1:${port}${p}`, { perMessageDeflate: process.env.DEFLATE === '1' });
    w.on('open', () => r(w));
    w.on('error', j);
  });
if (job === 'seed') out({ ok: n });
else if (job === 'cold') {
  const t = now();
  const rows = new Map();
  let done;
  const p = new Promise((r) => (done = r));
  const w = new WebSocket(`ws://127.0.0.1:${port}/cold`, { perMessageDeflate: process.env.DEFLATE === '1' });
  w.on('message', (d) => {
    for (const c of JSON.parse(d)) rows.set(c.id, c);
    if (rows.size === n) done();
  });
  await p;
  out({ seconds: (now() - t) / 1000, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const q = cases(n).map((c, i) => JSON.stringify(action(i, c)));
  const t = now();
  const w = await open('/drain');
  let left = n,
    done;
  const p = new Promise((r) => (done = r));
  w.on('message', (d) => {
    JSON.parse(d);
    if (--left === 0) done();
  });
  for (const m of q) w.send(m);
  await p;
  out({ seconds: (now() - t) / 1000 });
} else {
  const K = n,
    M = 30,
    col = collector(K, M);
  for (let k = 0; k < K; k++) (await open('/live')).on('message', (d) => col.recv(JSON.parse(d).m));
  const w = await open('/live');
  await sleep(500);
  out(await fanout(K, M, col, (m) => w.send(JSON.stringify({ m, text: TEXT }))));
}
