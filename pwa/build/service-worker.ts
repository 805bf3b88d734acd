/** Writes `sw.js` with the list of what was built, so that the app opens without a network. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

/**
 * Emits the service worker of `src/sw.js` with its manifest and version filled in.
 *
 * The version is the hash of every file, so an unchanged build is an unchanged worker and asks nobody to update.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'doorstep-service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const hash = createHash('sha256');
        const files = [...builtFiles(bundle, hash), ...publicFiles(hash)].sort();
        const source = readFileSync(path.join(root, 'src/sw.js'), 'utf8');
        const version = hash.update(source).digest('hex').slice(0, 16);
        this.emitFile({
          type: 'asset',
          fileName: 'sw.js',
          source: source
            .replace('/*MANIFEST*/ []', JSON.stringify(files))
            .replace("/*VERSION*/ 'dev'", JSON.stringify(version)),
        });
      },
    },
  };
}

/** What is of use with a connection alone, and large: devices fetch it when its screen is opened. */
const FETCHED_LATE = /^assets\/chart-/;

function builtFiles(bundle: Rolldown.OutputBundle, hash: ReturnType<typeof createHash>): string[] {
  return Object.values(bundle)
    .filter(({ fileName }) => !FETCHED_LATE.test(fileName))
    .sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
    .map((file) => {
      hash.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
      return `/${file.fileName}`;
    });
}

function publicFiles(hash: ReturnType<typeof createHash>): string[] {
  return readdirSync(path.join(root, 'public'))
    .sort()
    .map((name) => {
      hash.update(name).update(readFileSync(path.join(root, 'public', name)));
      return `/${name}`;
    });
}
