import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { early } from './build/early.ts';
import { precompressed } from './build/precompressed.ts';
import { serviceWorker } from './build/service-worker.ts';

/** Where `npm run dev` finds the service itself. */
const service = process.env['DOORSTEP_SERVICE'] ?? 'http://localhost:8000';
const served = ['/session', '/api', '/files', '/verify', '/demo'];

export default defineConfig({
  plugins: [vue(), serviceWorker(), early(), precompressed()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: ['chrome99', 'safari15.4', 'firefox100'],
    outDir: '../web/static',
    emptyOutDir: true,
    // The content security policy allows no data: addresses for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 200,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        codeSplitting: {
          groups: [
            // The first screen is one file: nothing to fetch after it, and smaller than scraps shared with later screens.
            { name: 'first', test: /src[\\/]main\.ts$/, priority: 2 },
            // So is a case with its parts, which most screens behind the first one share: on a slow line thirty scraps take longer.
            { name: 'case', test: /src[\\/]resident[\\/]CasePage\.vue/, priority: 1 },
          ],
        },
      },
    },
  },
  worker: {
    format: 'es',
    // What the worker begins with is one file too, not five that ask for each other.
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'answering', test: /src[\\/]device[\\/]answering\.ts/, priority: 1 }] },
      },
    },
  },
  server: {
    proxy: {
      ...Object.fromEntries(served.map((path) => [path, service])),
      '/sync': { target: service, ws: true },
    },
  },
  test: { environment: 'node', testTimeout: 60_000, include: ['test/**/*.test.ts'], setupFiles: ['test/words.ts'] },
});
