/** Names what the screens behind the first one begin with, so that the browser is told of it with the page itself. */
import type { Plugin, Rolldown } from 'vite';

/** In the order in which it is wanted: what the page itself asks for comes first. The last may be part of another chunk. */
const WANTED = ['first.css', 'first.js', 'case.js', 'zh-more.js', 'screens.css', 'worker.js', 'answering.js'];
const SHARED = 'rolldown-runtime.js';
const HASHED = /^assets\/(.+)-[\w-]{8}(\.\w+)$/;

/**
 * Writes `early.json`, a list of addresses that the server sends in the `Link` header of every page but the first screen: they are
 * on their way with the app itself, and not only when it has run and asks for them.
 */
export function early(): Plugin {
  return {
    name: 'doorstep-early',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle: Rolldown.OutputBundle) {
        const built = new Map(Object.keys(bundle).map((file) => [file.replace(HASHED, '$1$2'), `/${file}`]));
        const missing = WANTED.filter((name) => !built.has(name));
        if (missing.length > 0) this.error(`no longer built under that name: ${missing.join(', ')}`);
        const found = [...WANTED, SHARED].flatMap((name) => built.get(name) ?? []);
        this.emitFile({
          type: 'asset',
          fileName: 'early.json',
          source: JSON.stringify(['/before-paint.js', ...found]),
        });
      },
    },
  };
}
