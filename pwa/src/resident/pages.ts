/** The photographed pages of a draft or a case that are still on this device, with their pictures and their progress. */
import { onScopeDispose, reactive, ref, shallowRef } from 'vue';
import { announce, showToast } from '../announce';
import { whileUnsaved } from '../app-version';
import { client, DeviceError } from '../device/client';
import { useDevice } from '../device/store';
import type { LocalPage } from '../device/types';
import { deviceReady } from '../device-ready';
import { colon, t } from '../i18n';
import { refusalWords } from '../i18n/refusals';

/** Codes that have words of their own where a page could not be kept. */
const OF_PAGES: Readonly<Record<string, string>> = { storage: 'storage-fault', 'no-space': 'page-no-space' };

/** What went wrong with a page that was just taken, under its material. */
export interface PageTrouble {
  material: string;
  words: string;
}

/** Pages of `lane`; call `load` once. `busy` is the material whose page is being kept just now. */
export function useLocalPages(lane: () => string) {
  const device = useDevice();
  const pages = shallowRef<LocalPage[]>([]);
  const urls = reactive(new Map<string, string | null>());
  const busy = ref<{ material: string; number: number } | null>(null);
  const trouble = ref<PageTrouble | null>(null);
  const accepted = reactive(new Set<string>());

  async function load(): Promise<void> {
    await deviceReady;
    pages.value = await client.pages(lane());
    for (const page of pages.value) {
      if (!urls.has(page.file)) urls.set(page.file, await client.pageUrl(page.file));
    }
  }

  /** Keeps `files` as further pages of `material`, one after the other; stops at the first that cannot be kept. */
  async function add(material: string, name: string, files: readonly File[]): Promise<LocalPage[]> {
    trouble.value = null;
    const added: LocalPage[] = [];
    for (const file of files) {
      const page = await keepOne(material, name, nextNumber(material), file);
      if (!page) break;
      added.push(page);
    }
    return added;
  }

  /** Keeps `file` as the page of that number, for a page that was asked for by its number. */
  async function addAt(material: string, name: string, number: number, file: File): Promise<void> {
    trouble.value = null;
    await keepOne(material, name, number, file);
  }

  /** Puts `file` in the place of the page `old`, which is removed only once the new one is on disk. */
  async function replace(old: LocalPage, name: string, file: File): Promise<void> {
    trouble.value = null;
    const page = await keepOne(old.material, name, old.number, file);
    if (page) await drop(old, null);
  }

  async function keepOne(material: string, name: string, number: number, file: File): Promise<LocalPage | null> {
    busy.value = { material, number };
    try {
      const page = await whileUnsaved(() => client.addPage(lane(), material, number, file));
      await load();
      announce(t('materials.kept', { material: name, n: number }));
      return page;
    } catch (error) {
      const code = error instanceof DeviceError ? (OF_PAGES[error.code] ?? error.code) : 'storage-fault';
      trouble.value = {
        material,
        words: `${t('materials.page-of', { material: name, n: number })}${colon()}${refusalWords(code)}`,
      };
      announce(trouble.value.words);
      return null;
    } finally {
      busy.value = null;
    }
  }

  /** Removes a page and closes the gap in the numbers. */
  async function drop(page: LocalPage, name: string | null): Promise<void> {
    await client.removePage(page.file);
    urls.delete(page.file);
    const rest = pages.value.filter((one) => one.material === page.material && one.file !== page.file);
    if (name)
      await client.orderPages(
        lane(),
        page.material,
        rest.map((one) => one.file),
      );
    await load();
    if (name) showToast({ words: t('materials.removed', { material: name, n: page.number }) });
  }

  /** The first page of `material` that may be hard to read and that nobody has said to use as it is. */
  function doubtful(material: string): LocalPage | null {
    return of(material).find((page) => page.warning !== null && !accepted.has(page.file)) ?? null;
  }

  function of(material: string): LocalPage[] {
    return pages.value.filter((page) => page.material === material).sort((a, b) => a.number - b.number);
  }

  function nextNumber(material: string): number {
    return Math.max(0, ...of(material).map((page) => page.number)) + 1;
  }

  /** The page as the upload last reported it. */
  function progressOf(page: LocalPage): Pick<LocalPage, 'state' | 'sent' | 'size'> {
    return device.uploads.get(page.file) ?? page;
  }

  onScopeDispose(
    client.on('uploads', (changed) => {
      const known = new Map(pages.value.map((page) => [page.file, page.state]));
      if (changed.some((page) => page.lane === lane() && known.get(page.file) !== page.state)) void load();
    }),
  );
  return { pages, urls, busy, trouble, accepted, load, add, addAt, replace, drop, of, doubtful, progressOf };
}

export type LocalPages = ReturnType<typeof useLocalPages>;
