// Logux server (framework); our storage is better-sqlite3 (WAL, synchronous=FULL), one commit for each action
import { Server } from '@logux/server';
import DB from 'better-sqlite3';
import fs from 'node:fs';
import http from 'node:http';
import { cases } from '../job.mjs';
const [port, dir] = process.argv.slice(2);
fs.mkdirSync(dir, { recursive: true });
const db = new DB(dir + '/db.sqlite');
db.pragma('journal_mode=WAL');
db.pragma('synchronous=FULL');
db.exec(
  'create table if not exists cases(id text primary key, body text); create table if not exists actions(id text primary key, body text)',
);
const ins = db.prepare('insert or ignore into actions values(?,?)'),
  all = db.prepare('select body from cases');
const quiet = {
  debug() {},
  info() {},
  warn: console.warn,
  error: console.error,
  fatal: console.error,
  child() {
    return quiet;
  },
};
const server = new Server({
  subprotocol: 1,
  minSubprotocol: 1,
  host: '127.0.0.1',
  port: +port,
  root: dir,
  logger: quiet,
  timeout: 60000,
  ping: 60000,
  env: 'development',
});
server.auth(() => true);
server.channel('cases', {
  access: () => true,
  load: () => all.all().map((r) => ({ type: 'case/row', row: JSON.parse(r.body) })),
});
server.channel('live', { access: () => true, load: () => [] });
server.type('case/row', { access: () => false });
server.type('act/add', {
  access: () => true,
  process(ctx, a) {
    ins.run(a.row.id, JSON.stringify(a.row));
  },
});
server.type('w/add', {
  access: () => true,
  resend: () => 'live',
  process(ctx, a) {
    ins.run('w' + a.m + Math.random(), JSON.stringify(a));
  },
});
http
  .createServer((q, r) => {
    const n = +q.url.slice(1);
    const i = db.prepare('insert or replace into cases values(?,?)');
    db.transaction(() => cases(n).forEach((c) => i.run(c.id, JSON.stringify(c))))();
    r.end(String(n));
  })
  .listen(+port + 1, '127.0.0.1');
await server.listen();
console.log('READY');
