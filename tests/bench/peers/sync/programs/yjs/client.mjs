import * as Y from 'yjs';
import { WebsocketProvider } from 'y-websocket';
import { WebSocket } from 'ws';
import { cases, job, port, n, out, now, action, check, collector, fanout, clientRss, sleep, TEXT } from '../job.mjs';
// awareness (presence) is switched off: with it on, a second wave of 200 clients makes every client re-announce the 200 dead
// presences to every other, and the server's memory grew past 14 GB here
const open = (doc, room) => {
  const p = new WebsocketProvider(`ws://127.0.0.1:${port}`, room, doc, {
    WebSocketPolyfill: WebSocket,
    disableBc: true,
    connect: false,
  });
  p.awareness.setLocalState(null);
  p.connect();
  return p;
};
const synced = (p) => new Promise((r) => (p.synced ? r() : p.once('sync', r)));
const rows = async (room) => +(await (await fetch(`http://127.0.0.1:${port}/count/${room}`)).text());
if (job === 'seed') {
  const d = new Y.Doc();
  const p = open(d, 'cases');
  await synced(p);
  const m = d.getMap('cases');
  const cs = cases(n);
  for (let i = 0; i < n; i += 100) {
    d.transact(() => cs.slice(i, i + 100).forEach((c) => m.set(c.id, c)));
    await sleep(5);
  }
  d.getMap('actions').set('seeded', 1);
  while ((await rows('cases')) < 1) await sleep(50);
  await sleep(2000);
  out({ ok: m.size });
} else if (job === 'cold') {
  const d = new Y.Doc();
  const t = now();
  const p = open(d, 'cases');
  await synced(p);
  const m = d.getMap('cases');
  while (m.size < n) {
    if (now() - t > 90e3) throw new Error('timeout ' + m.size);
    await sleep(5);
  }
  out({ seconds: (now() - t) / 1000, clientRssMB: clientRss() });
} else if (job === 'drain') {
  const d = new Y.Doc();
  const m = d.getMap('actions');
  const cs = cases(n);
  const room = 'drain' + Date.now();
  for (let i = 0; i < n; i++) {
    const a = action(i, cs[i]);
    m.set(a.id, a);
  }
  const t = now();
  open(d, room);
  while ((await rows(room)) < n) {
    if (now() - t > 60e3) throw new Error('timeout ' + (await rows(room)));
    await sleep(3);
  }
  out({ seconds: (now() - t) / 1000, note: 'no ack in the protocol; polled the server document' });
} else if (job === 'fanout') {
  const K = n,
    M = 30,
    col = collector(K, M);
  for (let k = 0; k < K; k++) {
    const d = new Y.Doc();
    const p = open(d, 'live');
    await synced(p);
    d.getMap('w').observe((e) => {
      for (const key of e.keysChanged) col.recv(+key);
    });
  }
  const d = new Y.Doc();
  const p = open(d, 'live');
  await synced(p);
  const w = d.getMap('w');
  await sleep(500);
  out(await fanout(K, M, col, (m) => w.set(String(m), { m, text: TEXT })));
}
