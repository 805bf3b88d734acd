// Triplit's own server on SQLite (better-sqlite3)
import fs from 'node:fs';
const [port, dir] = process.argv.slice(2);
fs.mkdirSync(dir, { recursive: true });
process.env.LOCAL_DATABASE_URL = dir + '/db.sqlite';
const { createServer, createTriplitStorageProvider } = await import('@triplit/server');
const storage = await createTriplitStorageProvider(process.env.TRIPLIT_STORAGE || 'sqlite');
const start = await createServer({
  storage,
  jwtSecret: 'bench-secret',
  projectId: 'bench',
  verboseLogs: false,
  maxPayloadMb: 100,
  logHandler: { log() {}, startSpan() {} },
});
start(+port, () => console.log('READY'));
