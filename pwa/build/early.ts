/** Names what every screen behind the first one needs, so that the browser is told of it with the page itself. */
import type { Plugin, Rolldown } from 'vite';

/** Chunks and styles by name, the worker of the device's own store and what it begins with among them. */
const EARLY = /^assets\/(?:case|zh-more|screens|worker|answering|rolldown-runtime)-[^/]+\.(?:js|css)$/;

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
        const found = Object.keys(bundle).filter((name) => EARLY.test(name));
        const source = JSON.stringify(found.sort().map((name) => `/${name}`));
        this.emitFile({ type: 'asset', fileName: 'early.json', source });
      },
    },
  };
}
