/** Requests to the service over HTTP; whatever goes wrong arrives as one kind of error with a code the app has words for. */

import { at } from './base';

export type ApiParams = Readonly<Record<string, unknown>>;

/**
 * The service said no, or could not be reached.
 *
 * Attributes: `code` is the refusal's code, `http-<status>` where the answer carried none, or `no-connection`;
 * `status` is the HTTP status, 0 without an answer.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly params: ApiParams;
  readonly status: number;

  constructor(code: string, params: ApiParams = {}, status = 0) {
    super(code);
    this.name = 'ApiError';
    this.code = code;
    this.params = params;
    this.status = status;
  }
}

const PATIENCE_MS = 15_000;

/** What `path` holds. @throws ApiError */
export function get<Answer>(path: string): Promise<Answer> {
  return request<Answer>('GET', path);
}

/** Posts `body` as JSON. @throws ApiError */
export function post<Answer>(path: string, body?: unknown): Promise<Answer> {
  return request<Answer>('POST', path, body);
}

/** Posts a file as it is; it may take its time. @throws ApiError */
export async function postFile<Answer>(path: string, file: Blob): Promise<Answer> {
  const init: RequestInit = { method: 'POST', credentials: 'same-origin', body: file };
  let response: Response;
  try {
    response = await fetch(at(path), init);
  } catch {
    throw new ApiError('no-connection');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  throw refusalOf(response.status, answer);
}

/** Puts `body` as JSON in the place of what `path` held. @throws ApiError */
export function put(path: string, body: unknown): Promise<void> {
  return request<void>('PUT', path, body);
}

/** Deletes what `path` names. @throws ApiError */
export function remove(path: string): Promise<void> {
  return request<void>('DELETE', path);
}

/** Asks the person to show once more who they are; @returns whether they did. */
type Prover = (params: ApiParams) => Promise<boolean>;
let prover: Prover | null = null;

/** Has `ask` called where the service wants a fresh proof of who one is; the request is made once more after that. */
export function proveWith(ask: Prover): void {
  prover = ask;
}

/** A file that the service hands out, under the name that it gives it; it may take its time. @throws ApiError */
export async function getFile(path: string): Promise<File> {
  let response: Response;
  try {
    response = await fetch(at(path), { credentials: 'same-origin' });
  } catch {
    throw new ApiError('no-connection');
  }
  if (response.ok) return new File([await response.blob()], nameOf(response.headers.get('content-disposition') ?? ''));
  const refusal = refusalOf(response.status, await response.json().catch(() => null));
  if (await proves(refusal, path)) return getFile(path);
  throw refusal;
}

function nameOf(disposition: string): string {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/.exec(disposition) ?? [];
  const [, plain] = /filename="([^"]+)"/.exec(disposition) ?? [];
  return encoded ? decodeURIComponent(encoded) : (plain ?? 'doorstep');
}

/** Whether the person has shown who they are because the service asked for that, so that it is asked once more. */
async function proves(refusal: ApiError, path: string): Promise<boolean> {
  return refusal.code === 'proof-needed' && !path.startsWith('/session/') && (await prover?.(refusal.params)) === true;
}

async function request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await send(method, path, body);
  if (response.status === 204) return undefined as Answer;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const refusal = refusalOf(response.status, answer);
  if (await proves(refusal, path)) return request<Answer>(method, path, body);
  throw refusal;
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(at(path), init);
  } catch {
    throw new ApiError('no-connection');
  }
}

function refusalOf(status: number, answer: unknown): ApiError {
  if (typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'string') {
    const params = 'params' in answer && typeof answer.params === 'object' ? (answer.params as ApiParams) : {};
    return new ApiError(answer.code, params, status);
  }
  return new ApiError(`http-${status}`, {}, status);
}
