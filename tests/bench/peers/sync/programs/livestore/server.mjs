// LiveStore's own sync backend (@livestore/sync-cf: a Durable Object with SQLite) run locally under workerd by miniflare
import { Miniflare } from 'miniflare';
import fs from 'node:fs';
const [port, dir] = process.argv.slice(2);
fs.mkdirSync(dir, { recursive: true });
const mf = new Miniflare({
  host: '127.0.0.1',
  port: +port,
  modules: true,
  scriptPath: new URL('./worker.bundle.mjs', import.meta.url).pathname,
  modulesRules: [{ type: 'ESModule', include: ['**/*.mjs'] }],
  compatibilityDate: '2025-05-08',
  compatibilityFlags: ['nodejs_compat', 'enable_request_signal'],
  durableObjects: { SYNC_BACKEND_DO: { className: 'SyncBackendDO', useSQLite: true } },
  durableObjectsPersist: dir,
  bindings: { ADMIN_SECRET: 'x' },
  cf: false,
  telemetry: { enabled: false },
});
await mf.ready;
console.log('READY');
