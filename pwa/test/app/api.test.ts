import { afterEach, expect, it, vi } from 'vitest';
import { ApiError, get, post } from '../../src/api';

afterEach(() => vi.unstubAllGlobals());

it('a refusal arrives with its code and what its sentence needs', async () => {
  answer(401, { code: 'code-wrong', params: { left: 4 } });

  const error = await get('/session').catch((problem: unknown) => problem);

  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'code-wrong', params: { left: 4 }, status: 401 });
});

it('an answer without a code is known by its status', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>bad gateway</h1>', { status: 502 })));

  await expect(get('/api/catalogue')).rejects.toMatchObject({ code: 'http-502', status: 502 });
});

it('no answer at all is said to be that', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));

  await expect(post('/session/code', { phone: '1' })).rejects.toMatchObject({ code: 'no-connection', status: 0 });
});

it('nothing to say is nothing', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })));

  await expect(post('/session/code', { phone: '13800000001' })).resolves.toBeUndefined();
});

function answer(status: number, body: unknown): void {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status })));
}
