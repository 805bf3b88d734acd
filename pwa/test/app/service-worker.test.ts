import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const ORIGIN = 'https://doorstep.test';
const SOURCE = readFileSync(path.resolve(import.meta.dirname, '../../src/sw.js'), 'utf8')
  .replace('/*MANIFEST*/ []', '["/assets/app-1.js","/index.html"]')
  .replace("/*VERSION*/ 'dev'", '"v2"');

type Listener = (event: never) => void;
let listeners: Map<string, Listener>;
let stores: Map<string, Map<string, Response>>;
let network: (url: string) => Promise<Response>;
const shown = vi.fn();
const openWindow = vi.fn();
let windows: { url: string; focus: () => Promise<void>; navigate: (url: string) => Promise<void> }[];

beforeEach(() => {
  listeners = new Map();
  stores = new Map([['shell-v1', new Map()]]);
  windows = [];
  vi.clearAllMocks();
  network = (url) => Promise.resolve(new Response(`net ${new URL(url).pathname}`));
  const fetch = (request: { url: string }) => network(request.url);
  runInNewContext(SOURCE, {
    self: {
      addEventListener: (name: string, run: Listener) => listeners.set(name, run),
      clients: { claim: vi.fn(), matchAll: async () => windows, openWindow },
      registration: { showNotification: shown },
      skipWaiting: vi.fn(),
    },
    location: { origin: ORIGIN },
    caches: fakeCaches(fetch),
    fetch,
    URL,
    Request: fakeRequest,
    Response,
    setTimeout,
    Promise,
  });
});

describe('the service worker', () => {
  beforeEach(async () => {
    await settle('install');
    await settle('activate');
  });

  it('keeps the app under its root and drops the version before', () => {
    expect([...stores.keys()]).toEqual(['shell-v2']);
    expect([...(stores.get('shell-v2')?.keys() ?? [])]).toEqual(['/assets/app-1.js', '/']);
  });

  it('opens any screen of the app from the device', async () => {
    network = () => Promise.reject(new Error('no signal'));

    await expect(ask('/case/1', { mode: 'navigate' })).resolves.toBe('net /');
    await expect(ask('/assets/app-1.js')).resolves.toBe('net /assets/app-1.js');
  });

  it.each(['/session', '/api/cases/1', '/api/cases/1/files/2', '/files/3', '/verify/A1', '/demo/inbox', '/sync'])(
    'leaves %s to the service and keeps nothing of it',
    async (path) => {
      await expect(ask(path, { mode: 'navigate' })).resolves.toBeNull();
      expect([...stores.values()].some((store) => store.has(path))).toBe(false);
    },
  );

  it('leaves what is posted to the service', async () => {
    await expect(ask('/api/catalogue', { method: 'POST' })).resolves.toBeNull();
  });

  it('gives the catalogue afresh, and the copy without a signal', async () => {
    await expect(ask('/api/catalogue/x')).resolves.toBe('net /api/catalogue/x');
    network = () => Promise.reject(new Error('no signal'));

    await expect(ask('/api/catalogue/x')).resolves.toBe('net /api/catalogue/x');
  });

  it('gives the copy rather than an error of the service', async () => {
    await ask('/api/catalogue');
    network = () => Promise.resolve(new Response('broken', { status: 503 }));

    await expect(ask('/api/catalogue')).resolves.toBe('net /api/catalogue');
  });
});

describe('a handout', () => {
  const FILM = '/api/training/files/f1?name=film.mp4';

  it('that was seen plays without a signal, part by part', async () => {
    network = () => Promise.resolve(new Response('0123456789', { headers: { 'content-type': 'video/mp4' } }));
    await ask(FILM);
    network = () => Promise.reject(new Error('no signal'));

    const part = await answerTo(FILM, { range: 'bytes=2-4' });

    expect([part?.status, part?.headers.get('content-range')]).toEqual([206, 'bytes 2-4/10']);
    expect([part?.headers.get('content-type'), await part?.text()]).toEqual(['video/mp4', '234']);
    await expect(ask(FILM, { range: 'bytes=7-' })).resolves.toBe('789');
    expect((await answerTo(FILM, { range: 'bytes=10-' }))?.status).toBe(416);
  });

  it('comes from the service part by part while there is a signal', async () => {
    await ask(FILM);
    network = () => Promise.resolve(new Response('part', { status: 206 }));

    await expect(ask(FILM, { range: 'bytes=0-3' })).resolves.toBe('part');
  });

  it('that was never seen is not to be had without a signal', async () => {
    network = () => Promise.reject(new Error('no signal'));

    await expect(answerTo('/api/training/files/f2', { range: 'bytes=0-' })).rejects.toThrow('no signal');
  });
});

describe('a push', () => {
  it('is shown with its words and leads to its page of this app', async () => {
    await tell({ title: '还差一样材料', body: '请在 12 月 7 日之前补', url: '/case/1' });

    expect(shown).toHaveBeenCalledWith('还差一样材料', expect.objectContaining({ data: { url: '/case/1' } }));
  });

  it('that leads elsewhere or cannot be read leads to the messages', async () => {
    await tell({ title: 't', body: 'b', url: '//evil.test/' });
    await tell(null);

    expect(shown.mock.calls.map(([, told]) => told.data.url)).toEqual(['/messages', '/messages']);
    expect(shown.mock.calls[1]?.[0]).toBe('家门口');
  });

  it('opens a window when pressed, or goes on in the one that is there', async () => {
    await press('/case/1');
    expect(openWindow).toHaveBeenCalledWith('/case/1');

    const [focus, navigate] = [vi.fn(async () => undefined), vi.fn(async () => undefined)];
    windows = [{ url: `${ORIGIN}/`, focus, navigate }];
    await press('/case/2');
    expect([focus.mock.calls.length, navigate.mock.calls]).toEqual([1, [['/case/2']]]);
    expect(openWindow).toHaveBeenCalledTimes(1);
  });
});

/** Delivers a push whose data is `said`; null for one without any. */
async function tell(said: object | null): Promise<void> {
  await dispatch('push', { data: said && { json: () => said } });
}

async function press(url: string): Promise<void> {
  await dispatch('notificationclick', { notification: { close: vi.fn(), data: { url } } });
}

async function dispatch(name: string, event: object): Promise<void> {
  let work: Promise<unknown> = Promise.resolve();
  listeners.get(name)?.({ ...event, waitUntil: (promise: Promise<unknown>) => (work = promise) } as never);
  await work;
}

async function settle(name: 'install' | 'activate'): Promise<void> {
  let work: Promise<unknown> = Promise.resolve();
  listeners.get(name)?.({ waitUntil: (promise: Promise<unknown>) => (work = promise) } as never);
  await work;
}

type Init = { mode?: string; method?: string; range?: string };

async function ask(where: string, init: Init = {}): Promise<string | null> {
  const answer = await answerTo(where, init);
  return answer === null ? null : answer.clone().text();
}

/** The answer of the worker; null where it leaves the request to the service. */
async function answerTo(where: string, { mode = 'cors', method = 'GET', range }: Init): Promise<Response | null> {
  let answer: Promise<Response> | null = null;
  const request = { url: ORIGIN + where, method, mode, headers: new Headers(range ? { range } : {}) };
  listeners.get('fetch')?.({ request, respondWith: (given: Promise<Response>) => (answer = given) } as never);
  return answer;
}

function fakeRequest(this: { url: string; method: string }, file: string): void {
  this.url = ORIGIN + file;
  this.method = 'GET';
}

const keyOf = (request: string | { url: string }) =>
  typeof request === 'string' ? request : new URL(request.url).pathname;

function fakeCaches(fetch: (request: { url: string }) => Promise<Response>) {
  const open = (name: string) => {
    const store = stores.get(name) ?? new Map<string, Response>();
    stores.set(name, store);
    return Promise.resolve({
      addAll: async (requests: { url: string }[]) => {
        for (const request of requests) store.set(keyOf(request), await fetch(request));
      },
      put: async (request: { url: string }, response: Response) => void store.set(keyOf(request), response),
      match: async (request: { url: string }) => store.get(keyOf(request))?.clone(),
    });
  };
  return {
    open,
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
    match: async (request: string | { url: string }, { cacheName }: { cacheName: string }) =>
      stores.get(cacheName)?.get(keyOf(request))?.clone(),
  };
}
