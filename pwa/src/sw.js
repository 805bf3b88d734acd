/* The app without a network: the built files are kept, the catalogue is kept once seen, nothing personal ever is. */
const MANIFEST = /*MANIFEST*/ [];
const VERSION = /*VERSION*/ 'dev';
const SHELL = `shell-${VERSION}`;
const CATALOGUE = 'catalogue';
const HANDOUTS = '/api/training/files/';
const PATIENCE_MS = 2500;
/* These belong to the server; a navigation to them is never answered with the app. */
const SERVER = /^(?:\/practice\/[^/]+\/[^/]+)?\/(?:api|session|files|sync|verify|demo|log|healthz|readyz)(?:\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldShells().then(() => self.clients.claim()));
});

/* A new version waits here until the person agrees to it. */
self.addEventListener('message', (event) => {
  if (event.data?.type === 'take-over') self.skipWaiting();
});

/* A push says what has happened and where to read more; pressing it opens that page, in a window that is there if one is. */
self.addEventListener('push', (event) => {
  const { title, body, url } = told(event.data);
  event.waitUntil(
    self.registration.showNotification(title, { body, icon: '/icon-192.png', lang: 'zh-CN', data: { url } }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.url ?? '/messages'));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  // Whoever makes the next version of an item begins with the newest, or not at all.
  if (/^\/api\/(?:catalogue|bundles)(?:\/(?!.*\/newest$)|$)/.test(url.pathname))
    event.respondWith(freshOrKept(request));
  else if (url.pathname.startsWith(HANDOUTS))
    event.respondWith(request.headers.has('range') ? partOfHandout(request) : handout(request));
  else if (SERVER.test(url.pathname)) return;
  else if (request.mode === 'navigate') event.respondWith(fromShell('/', request));
  else event.respondWith(fromShell(request, request));
});

/* What a push says; one that cannot be read still tells that there is news. */
function told(data) {
  const said = data ? readJson(data) : {};
  const url =
    typeof said.url === 'string' && said.url.startsWith('/') && !said.url.startsWith('//') ? said.url : '/messages';
  return { title: said.title || '家门口', body: said.body || '', url };
}

function readJson(data) {
  try {
    return data.json() ?? {};
  } catch {
    return {};
  }
}

async function show(url) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find((one) => new URL(one.url).origin === location.origin);
  if (!open) return self.clients.openWindow(url);
  await open.focus();
  return open.navigate(url).catch(() => undefined);
}

async function keepShell() {
  const cache = await caches.open(SHELL);
  const files = MANIFEST.map((file) => (file === '/index.html' ? '/' : file));
  await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
}

async function dropOldShells() {
  for (const name of await caches.keys()) {
    if (name.startsWith('shell-') && name !== SHELL) await caches.delete(name);
  }
}

/* A handout is kept once it was seen; whoever may not see it any more does not get the copy either. */
async function handout(request) {
  const cache = await caches.open(CATALOGUE);
  try {
    const response = await fetch(request);
    if (response.status === 200) await cache.put(request, response.clone());
    else if (response.status < 500) await cache.delete(request);
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/* Players of video ask for parts; without a signal these are cut from the copy. */
async function partOfHandout(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(CATALOGUE)).match(request, { ignoreVary: true });
    if (!kept) throw error;
    return partOf(await kept.arrayBuffer(), request.headers.get('range'), kept.headers.get('content-type'));
  }
}

function partOf(bytes, range, type) {
  const size = bytes.byteLength;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [null, '0', ''];
  const first = Number(from);
  const last = Math.min(to === '' ? size - 1 : Number(to), size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } });
  const headers = {
    'content-type': type ?? 'application/octet-stream',
    'content-range': `bytes ${first}-${last}/${size}`,
    'accept-ranges': 'bytes',
  };
  return new Response(bytes.slice(first, last + 1), { status: 206, headers });
}

async function fromShell(key, request) {
  return (await caches.match(key, { cacheName: SHELL })) ?? fetch(request);
}

/* The network if it answers soon, else the copy; a copy that is used is still renewed when the answer comes. */
async function freshOrKept(request) {
  const cache = await caches.open(CATALOGUE);
  const fresh = fetch(request).then(async (response) => {
    if (response.ok) await cache.put(request, response.clone());
    return response;
  });
  const kept = await cache.match(request);
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([fresh.then((response) => (response.ok ? response : kept)), late]).catch(() => kept);
}
