// TinyBase MergeableStore over ws, persisted to a file. The side HTTP port (port+1) tells how many rows the server's
// store holds, because the protocol itself has no acknowledgement of a write.
import { createWsServer } from 'tinybase/synchronizers/synchronizer-ws-server';
import { createMergeableStore } from 'tinybase';
import { WebSocketServer } from 'ws';
import { createFilePersister } from 'tinybase/persisters/persister-file';
import fs from 'node:fs';
import http from 'node:http';
const [port, dir] = process.argv.slice(2);
fs.mkdirSync(dir, { recursive: true });
const wss = new WebSocketServer({ port: +port, host: '127.0.0.1' });
const stores = {};
createWsServer(wss, (path) => createFilePersister((stores[path] = createMergeableStore()), `${dir}/${path}.json`));
http
  .createServer((q, r) => r.end(String(stores[q.url.slice(1)]?.getRowCount('actions') ?? 0)))
  .listen(+port + 1, '127.0.0.1', () => console.log('READY'));
