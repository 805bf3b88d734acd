/** Frames by `POST /sync/x`, for networks that break WebSockets. */
import type { ClientFrame, ServerFrame } from '../protocol/generated';
import type { Env } from './env';

/** The answer waits up to 25 s on the server when there is nothing to say. */
const PATIENCE_MS = 40_000;
const CODES: Record<number, number> = { 401: 4401, 413: 4413, 429: 4429, 503: 4503 };

/** How a post ended: with frames, or as if a socket had closed. */
export type Posted = { frames: ServerFrame[] } | { code: number; reason: string };

/** Posts `frames`, of which the first is a `hello` that gets `ticket`. Never rejects. */
export async function post(
  env: Env,
  frames: readonly ClientFrame[],
  ticket: string,
  signal: AbortSignal,
): Promise<Posted> {
  const named = frames.map((frame) => (frame.t === 'hello' ? { ...frame, ticket } : frame));
  const timer = typeof AbortSignal.timeout === 'function' ? AbortSignal.timeout(PATIENCE_MS) : null;
  const either = timer && 'any' in AbortSignal ? AbortSignal.any([signal, timer]) : signal;
  try {
    const response = await env.fetch(`${env.origin}/sync/x`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(named),
      signal: either,
    });
    if (!response.ok) return { code: CODES[response.status] ?? 1011, reason: waitOf(response) };
    return { frames: (await response.json()) as ServerFrame[] };
  } catch {
    return { code: 1006, reason: '' };
  }
}

/** Milliseconds that the server asks to wait, as the reason of a close would say. */
function waitOf(response: Response): string {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? String(seconds * 1000) : '';
}
