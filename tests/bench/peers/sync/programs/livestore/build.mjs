import { build } from 'esbuild';
import { builtinModules } from 'node:module';
await build({
  entryPoints: ['worker.mjs'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker', 'browser', 'import'],
  external: ['cloudflare:*', 'node:*'],
  outfile: 'worker.bundle.mjs',
  logLevel: 'error',
  alias: Object.fromEntries(builtinModules.filter((m) => !m.startsWith('_')).map((m) => [m, 'node:' + m])),
});
