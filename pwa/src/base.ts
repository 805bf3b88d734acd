/**
 * Where this window stands: in the real centre, or in a sandbox of simulated practice, all of whose addresses begin with the run and
 * the seat. A worker is told by its name, since its own address says nothing of it.
 */
const SANDBOX = /^\/practice\/([0-9a-f]{8}-[0-9a-f-]{27})\/([a-z-]+)(?=\/|$)/;
/** What is asked of the real service in a sandbox too: the catalogue is the same, and runs are driven from there. */
const SHARED = /^\/api\/(?:catalogue|bundles|practice)(?:[/?]|$)/;

/** A window stands at its address, a worker is named; elsewhere there is neither. */
const here: { document?: unknown; location?: { pathname: string }; name?: string } = globalThis;
const place = SANDBOX.exec((here.document ? here.location?.pathname : here.name) ?? '');

/** What every address here begins with; empty in the real centre. */
export const base = place?.[0] ?? '';

/** The run and the seat of a sandbox, null in the real centre. */
export const sandbox: { readonly run: string; readonly seat: string } | null = place
  ? { run: place[1] ?? '', seat: place[2] ?? '' }
  : null;

/** The address of `path` on the service to which this window belongs. */
export function at(path: string): string {
  return base === '' || !path.startsWith('/') || SHARED.test(path) ? path : `${base}${path}`;
}

/** The name under which this window keeps something in the browser, apart from what other places keep. */
export function keptAs(key: string): string {
  return base === '' ? key : `${key}:${base}`;
}
