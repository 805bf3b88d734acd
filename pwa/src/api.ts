/** Requests to the service over HTTP; whatever goes wrong arrives as one kind of error with a code the app has words for. */

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

/** Deletes what `path` names. @throws ApiError */
export function remove(path: string): Promise<void> {
  return request<void>('DELETE', path);
}

async function request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await send(method, path, body);
  if (response.status === 204) return undefined as Answer;
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusalOf(response.status, answer);
  return answer as Answer;
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, init);
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
