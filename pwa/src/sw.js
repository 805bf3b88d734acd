/* The app without a network: the built files are kept, the catalogue is kept once seen, nothing personal ever is. */
const MANIFEST = /*MANIFEST*/ [];
const VERSION = /*VERSION*/ 'dev';
const SHELL = `shell-${VERSION}`;
const CATALOGUE = 'catalogue';
const PATIENCE_MS = 2500;
/* These belong to the server; a navigation to them is never answered with the app. */
const SERVER = /^\/(?:api|session|files|sync|verify|demo|log|healthz|readyz)(?:\/|$)/;

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

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (/^\/api\/catalogue(?:\/|$)/.test(url.pathname)) event.respondWith(freshOrKept(request));
  else if (SERVER.test(url.pathname)) return;
  else if (request.mode === 'navigate') event.respondWith(fromShell('/', request));
  else event.respondWith(fromShell(request, request));
});

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
