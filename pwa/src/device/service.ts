/** The few requests that the device layer itself makes over HTTP. */
import type { Env } from './env';
import { DeviceError, type LocalRow } from './types';

const PATIENCE_MS = 10_000;

/**
 * A one-use ticket for the socket of `person`; null when nobody is signed in, or somebody else: tabs share the cookie, and rows of
 * one person must never reach the replica of another.
 *
 * @throws when the service cannot be reached or is in trouble
 */
export async function fetchTicket(env: Env, person: string): Promise<string | null> {
  const response = await ask(env, '/session/ticket', 'POST');
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`ticket: ${response.status}`);
  const { ticket, person: signedIn } = (await response.json()) as { ticket: string; person?: string };
  return (signedIn ?? (await whoIsSignedIn(env))) === person ? ticket : null;
}

async function whoIsSignedIn(env: Env): Promise<string | null> {
  const response = await ask(env, '/session', 'GET');
  if (!response.ok) throw new Error(`session: ${response.status}`);
  return ((await response.json()) as { person: { id: string } | null }).person?.id ?? null;
}

/**
 * The full row of a case; the service records that it was read.
 *
 * @throws DeviceError `not-found` if there is none that this person may see, `offline` if the service cannot be reached
 */
export async function fetchCase(env: Env, id: string): Promise<LocalRow<'case'>> {
  const response = await ask(env, `/api/cases/${encodeURIComponent(id)}`, 'GET').catch(() => undefined);
  if (!response || response.status >= 500 || response.status === 401) throw new DeviceError('offline');
  if (!response.ok) throw new DeviceError('not-found');
  const { row } = (await response.json()) as { row: LocalRow<'case'> };
  return { ...row, marks: [] };
}

/**
 * Tells the centre what became of an act that it keeps aside: `taken`, `unknown` if it keeps no such act, `again` if it could not
 * listen now.
 *
 * @throws when the service cannot be reached
 */
export async function tellAside(
  env: Env,
  id: string,
  what: { do: 'withdraw' | 'superseded' | 'hand-to-desk'; by?: string | null },
): Promise<'taken' | 'unknown' | 'again'> {
  const { do: how, by = null } = what;
  const body = by === null ? { do: how } : { do: how, by };
  const response = await ask(env, `/api/set-aside/${encodeURIComponent(id)}`, 'POST', body);
  if (response.ok) return 'taken';
  return [401, 429].includes(response.status) || response.status >= 500 ? 'again' : 'unknown';
}

/**
 * Tells the centre with which key this device signs: `taken`, `refused` if it will not take it now, `again` if it could not listen.
 *
 * @throws when the service cannot be reached
 */
export async function registerKey(
  env: Env,
  device: string,
  key: { algorithm: string; public: string; proof: string },
): Promise<'taken' | 'refused' | 'again'> {
  const response = await ask(env, `/api/devices/${encodeURIComponent(device)}/key`, 'POST', key);
  if (response.ok) return 'taken';
  return response.status === 429 || response.status >= 500 ? 'again' : 'refused';
}

function ask(env: Env, path: string, method: string, body?: unknown): Promise<Response> {
  const signal = typeof AbortSignal.timeout === 'function' ? AbortSignal.timeout(PATIENCE_MS) : null;
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return env.fetch(`${env.origin}${path}`, { method, credentials: 'same-origin', signal, ...json });
}
