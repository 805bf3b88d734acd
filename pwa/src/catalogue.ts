/** What the centre offers: the list for finding, and each item in full; both readable without a network once seen. */
import { computed, shallowReactive, shallowRef } from 'vue';
import { ApiError, get } from './api';
import type { Bundle, BundleForm, ItemSummary, ListedItem, ServiceItem } from './forms/types';
import { whenIdle } from './lots';

export interface Department {
  id: string;
  name_zh: string;
  name_en: string;
}

/** A matter of life under which residents look for items. */
export interface Theme {
  id: string;
  name_zh: string;
  name_en: string;
  hint_zh: string;
  hint_en: string;
}

interface Catalogue {
  version: number | string;
  items: ItemSummary[];
  departments: Department[];
  themes: Theme[];
  /** Items that can be applied for together. */
  bundles?: Bundle[];
  /** Items that are done elsewhere or at the window only. */
  listed?: ListedItem[];
}

/** The same name as in `sw.js`. */
const KEPT_CATALOGUE = 'catalogue';

const list = shallowRef<Catalogue | null>(null);
const failed = shallowRef(false);
const items = shallowReactive(new Map<string, ServiceItem>());
let loading: Promise<void> | null = null;

/** The list of items by how often they are asked for, null until it has come. */
export const catalogue = computed(() => list.value);
/** Whether the list could be had neither from the service nor from the device. */
export const catalogueMissing = computed(() => failed.value && !list.value);

/** Loads the list unless it is here; a failure is shown by `catalogueMissing` and tried again at the next call. */
export function loadCatalogue(): Promise<void> {
  if (list.value) return Promise.resolve();
  loading ??= fetchList().finally(() => {
    loading = null;
  });
  return loading;
}

/** An item in full, `undefined` until `loadItem` has brought it. */
export function itemOf(id: string): ServiceItem | undefined {
  return items.get(id);
}

/** Brings an item in full. @throws ApiError `not-found`, or `no-connection` where the device has no copy */
export async function loadItem(id: string): Promise<ServiceItem> {
  const known = items.get(id);
  if (known) return known;
  const item = await getKept<ServiceItem>(`/api/catalogue/${encodeURIComponent(id)}`);
  items.set(id, item);
  return item;
}

/** The common form of those items of a bundle. @throws ApiError as `loadItem` */
export function loadBundle(id: string, items: readonly string[]): Promise<BundleForm> {
  const wanted = items.map(encodeURIComponent).join(',');
  return getKept<BundleForm>(`/api/bundles/${encodeURIComponent(id)}?items=${wanted}`);
}

/**
 * Gets `path` and sees to it that the device keeps the answer: the service worker does once it serves the page; before that, on the
 * first visit, the page itself puts it where the worker looks, so that a form that was begun always opens again.
 */
async function getKept<Answer>(path: string): Promise<Answer> {
  const answer = await get<Answer>(path);
  if (!navigator.serviceWorker?.controller) await keep(path, answer).catch(() => undefined);
  return answer;
}

async function keep(path: string, answer: unknown): Promise<void> {
  if (!('caches' in window)) return;
  const store = await caches.open(KEPT_CATALOGUE);
  await store.put(path, new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } }));
}

/** Keeps every item for a time without a network; only once a service worker is there to keep them. */
export async function keepAllItems(): Promise<void> {
  await loadCatalogue();
  for (const { id } of list.value?.items ?? []) {
    if (!navigator.serviceWorker?.controller) return;
    await whenIdle();
    try {
      await loadItem(id);
    } catch (error) {
      if (error instanceof ApiError) return;
      throw error;
    }
  }
}

async function fetchList(): Promise<void> {
  try {
    const answer = await getKept<Catalogue>('/api/catalogue');
    answer.items.sort((a, b) => a.high_frequency_rank - b.high_frequency_rank);
    list.value = answer;
    failed.value = false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    failed.value = true;
  }
}
