import { beforeEach, expect, it, vi } from 'vitest';

let asked: string[];
let fresh: boolean;

beforeEach(() => {
  vi.resetModules();
  asked = [];
  fresh = false;
  vi.stubGlobal('fetch', async (path: string, { method }: { method: string }) => {
    asked.push(`${method} ${path}`);
    if (fresh) return Response.json({ done: true });
    return Response.json(
      { code: 'proof-needed', params: { ways: ['passkey', 'password'], minutes: 5 } },
      { status: 403 },
    );
  });
});

it('makes the request once more when the person has shown who they are', async () => {
  const { proofAsked } = await import('../../src/signin/asking');
  const { post } = await import('../../src/api');

  const answer = post('/api/enrolments', { person: 'p1' });
  await vi.waitUntil(() => proofAsked.value);
  expect(proofAsked.value?.ways).toEqual(['passkey', 'password']);
  fresh = true;
  proofAsked.value?.answer(true);

  expect(await answer).toEqual({ done: true });
  expect(asked).toEqual(['POST /api/enrolments', 'POST /api/enrolments']);
});

it('asks once for everything that waits, and gives up with all of it', async () => {
  const { proofAsked } = await import('../../src/signin/asking');
  const { post } = await import('../../src/api');

  const both = [post('/api/a').catch((error) => error.code), post('/api/b').catch((error) => error.code)];
  await vi.waitUntil(() => proofAsked.value && asked.length === 2);
  await Promise.resolve();
  proofAsked.value?.answer(false);

  expect(await Promise.all(both)).toEqual(['proof-needed', 'proof-needed']);
  expect(proofAsked.value).toBeNull();
});

it('never asks because of the proof itself', async () => {
  const { proofAsked } = await import('../../src/signin/asking');
  const { post } = await import('../../src/api');

  expect(await post('/session/proof', {}).catch((error) => error.code)).toBe('proof-needed');
  expect(proofAsked.value).toBeNull();
});
