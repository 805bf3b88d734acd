/** The case that is open at the desk: its row with own acts laid over it, its item, and the clerk's half-done work on it. */
import { computed, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import { ApiError } from '../api';
import { itemOf, loadItem } from '../catalogue';
import { client, DeviceError } from '../device/client';
import type { Json, LocalRow } from '../device/types';
import { deviceReady } from '../device-ready';
import { type Check, noCheck } from './checklist';

export type Trouble = 'offline' | 'not-found' | null;

/** What a clerk has found and typed but not sent; kept on the device by case and person until it is used. */
interface Work {
  check: Check;
  /** Text by the blank it stands in. */
  texts: Record<string, string>;
}

const KEEP_AFTER_MS = 250;
/** Where papers are looked at: at the window, and once more by whoever reviews. */
const CHECKED_IN: ReadonlySet<string> = new Set(['received', 'accepted']);
const noWork = (): Work => ({ check: noCheck(), texts: {} });

/** `id` is empty while no case is open; `newest` is the position that the queue knows of, 0 for none. */
export function useOpenCase(id: Ref<string>, newest: Ref<number>) {
  const row = shallowRef<LocalRow<'case'> | null>(null);
  const trouble = ref<Trouble>(null);
  const work = shallowRef<Work>(noWork());
  const item = computed(() => (row.value ? itemOf(row.value.body.view.item_id) : undefined));
  const check = computed(() => work.value.check);
  let keeping: ReturnType<typeof setTimeout> | undefined;
  let keep: (() => void) | null = null;

  async function open(): Promise<void> {
    const wanted = id.value;
    trouble.value = null;
    if (wanted === '') return;
    try {
      await deviceReady;
      const found = await client.openCase(wanted);
      if (wanted !== id.value) return;
      row.value = found;
      await loadItem(found.body.view.item_id);
    } catch (error) {
      if (wanted === id.value) fail(error);
    }
  }

  function fail(error: unknown): void {
    if (error instanceof ApiError) return; // The item's form is missing; the case shows without its labels.
    if (row.value !== null) return;
    trouble.value = error instanceof DeviceError && error.code === 'not-found' ? 'not-found' : 'offline';
  }

  /** Own acts and arrived rows, without asking the service. */
  async function refresh(): Promise<void> {
    const wanted = id.value;
    if (wanted === '' || !row.value) return;
    const here = await client.caseHere(wanted).catch(() => null);
    if (here && wanted === id.value && here.pos >= row.value.pos) row.value = here;
  }

  async function change(): Promise<void> {
    keepNow();
    row.value = null;
    work.value = noWork();
    const wanted = id.value;
    if (wanted === '') return;
    await deviceReady;
    const kept = await client.work.get<Partial<Work>>(wanted).catch(() => null);
    if (wanted !== id.value) return;
    work.value = { check: { ...noCheck(), ...kept?.check }, texts: { ...kept?.texts } };
    await open();
  }

  /** Takes over changed work and puts it on disk shortly after. */
  function take(next: Work): void {
    work.value = next;
    const lane = id.value;
    const empty = isEmpty(next);
    keep = () => void client.work.save(lane, empty ? null : (next as unknown as Json)).catch(() => undefined);
    clearTimeout(keeping);
    keeping = setTimeout(keepNow, KEEP_AFTER_MS);
  }

  function keepNow(): void {
    clearTimeout(keeping);
    keep?.();
    keep = null;
  }

  const found = (next: Check): void => take({ ...work.value, check: next });
  const textOf = (blank: string): string | undefined => work.value.texts[blank];
  const type = (blank: string, text: string): void =>
    take({ ...work.value, texts: { ...work.value.texts, [blank]: text } });
  /** Forgets the texts of a dialog once its act is on disk. */
  function used(prefix: string): void {
    const texts = Object.entries(work.value.texts).filter(([blank]) => !blank.startsWith(prefix));
    take({ ...work.value, texts: Object.fromEntries(texts) });
  }

  watch(id, () => void change(), { immediate: true });
  // What was found is of use only while the papers are being checked.
  watch(row, (now) => {
    if (
      now &&
      !CHECKED_IN.has(now.body.view.status) &&
      now.marks.length === 0 &&
      !isEmpty({ ...noWork(), check: check.value })
    ) {
      found(noCheck());
    }
  });
  // The queue knows of something newer, or no longer of the case at all: it has ended or passed on.
  watch(newest, (position) => {
    if (row.value && (position === 0 || position > row.value.pos)) void renew(position);
  });

  async function renew(position: number): Promise<void> {
    await refresh();
    if (row.value && (position === 0 || position > row.value.pos)) await open();
  }

  addEventListener('beforeunload', keepNow);
  addEventListener('pagehide', keepNow);
  onScopeDispose(() => {
    removeEventListener('beforeunload', keepNow);
    removeEventListener('pagehide', keepNow);
    keepNow();
  });
  onScopeDispose(client.on('outbox', () => void refresh()));
  onScopeDispose(client.on('rows', ({ kinds }) => void (kinds.includes('case') ? refresh() : undefined)));
  return { row, item, check, trouble, open, found, textOf, type, used };
}

const isEmpty = ({ check, texts }: Work): boolean =>
  [check.pages, check.words, check.codes, check.papers, check.expires, texts].every(
    (part) => Object.keys(part).length === 0,
  );

export type OpenCase = ReturnType<typeof useOpenCase>;
