import PouchDB from 'pouchdb';
import mem from 'pouchdb-adapter-memory';
import { cases, job, port, n, out, now, action, check, collector, fanout, clientRss, sleep, TEXT } from '../job.mjs';
import http from 'node:http';
import { EventEmitter } from 'node:events';
EventEmitter.defaultMaxListeners = 0;
PouchDB.plugin(mem);
const url = `http://127.0.0.1:${port}/cases`;
const BATCH = +process.env.POUCH_BATCH || 1000;
if (job === 'seed') {
  const r = new PouchDB(url);
  const cs = cases(n);
  for (let i = 0; i < n; i += 1000) await r.bulkDocs(cs.slice(i, i + 1000).map((c) => ({ _id: c.id, ...c })));
  out({ ok: (await r.info()).doc_count });
} else if (job === 'cold') {
  const l = new PouchDB('l', { adapter: 'memory' });
  const t = now();
  const res = await PouchDB.replicate(url, l, { batch_size: BATCH, batches_limit: 10 });
  const s = (now() - t) / 1000;
  check((await l.info()).doc_count, n);
  out({ seconds: s, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const l = new PouchDB('l', { adapter: 'memory' });
  const cs = cases(n);
  for (let i = 0; i < n; i++) {
    const a = action(i, cs[i]);
    await l.put({ _id: a.id, ...a });
  }
  const t = now();
  const r = await PouchDB.replicate(l, url, { batch_size: BATCH });
  const s = (now() - t) / 1000;
  check(r.docs_written, n);
  out({ seconds: s });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  const feeds = [];
  const r0 = new PouchDB(url);
  await r0.info();
  for (let k = 0; k < K; k++) {
    const r = new PouchDB(url, { skip_setup: true });
    feeds.push(
      r.changes({ live: true, since: 'now', include_docs: true }).on('change', (c) => {
        if (c.doc?.m !== undefined) col.recv(c.doc.m);
      }),
    );
  }
  await sleep(4000);
  const res = await fanout(K, M, col, (m) => r0.put({ _id: 'w' + m + '-' + Date.now(), m, text: TEXT }));
  out(res);
}
