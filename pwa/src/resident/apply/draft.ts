/** A form that is being filled in: every answer is on disk before the screen says so. */
import { computed, reactive, ref, shallowRef } from 'vue';
import { whileUnsaved } from '../../app-version';
import { loadItem } from '../../catalogue';
import { client } from '../../device/client';
import type { Draft } from '../../device/types';
import { deviceReady } from '../../device-ready';
import type { Answers, ServiceItem } from '../../forms/types';
import type { Json } from '../../protocol/generated';

const TYPING_MS = 350;

/** Makes a draft for `item` and keeps it. @returns its id, which becomes that of the case */
export async function startDraft(item: ServiceItem): Promise<string> {
  await deviceReady;
  const id = await client.newId();
  const at = new Date().toISOString();
  await client.drafts.save({
    id,
    item_id: item.id,
    item_version: item.version,
    item_name: { zh: item.name_zh, en: item.name_en },
    answers: {},
    declarations: [],
    step: '',
    created_at: at,
    saved_at: at,
  });
  return id;
}

export type Kept = 'kept' | 'keeping' | 'failed';

/** A draft on the screen, kept as it changes. `gone`: this device has no draft of that id. */
export function useDraft(id: string) {
  const draft = shallowRef<Draft | null>(null);
  const item = shallowRef<ServiceItem | null>(null);
  const gone = ref(false);
  const noItem = ref(false);
  const kept = ref<Kept>('kept');
  const savedAt = ref<string | null>(null);
  const answers = shallowRef<Answers>({});
  const declarations = reactive(new Set<string>());
  const step = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    await deviceReady;
    const found = await client.drafts.get(id);
    if (!found) {
      gone.value = true;
      return;
    }
    answers.value = found.answers;
    for (const one of found.declarations) declarations.add(one);
    step.value = found.step;
    savedAt.value = found.saved_at;
    draft.value = found;
    await bringItem(found.item_id);
  }

  async function bringItem(itemId: string): Promise<void> {
    noItem.value = false;
    try {
      item.value = await loadItem(itemId);
    } catch {
      noItem.value = true;
    }
  }

  /** Keeps the draft soon: once somebody has stopped typing. */
  function keepSoon(): void {
    kept.value = 'keeping';
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), TYPING_MS);
  }

  /** Keeps the draft now; resolves when it is on disk, or when it is known that it is not. */
  function keep(): Promise<void> {
    clearTimeout(timer);
    saving = saving.then(() => whileUnsaved(write));
    return saving;
  }

  async function write(): Promise<void> {
    if (!draft.value) return;
    const now = new Date().toISOString();
    const next: Draft = {
      ...draft.value,
      item_version: item.value?.version ?? draft.value.item_version,
      answers: answers.value,
      declarations: [...declarations],
      step: step.value,
      saved_at: now,
    };
    try {
      await client.drafts.save(next);
      draft.value = next;
      savedAt.value = now;
      kept.value = 'kept';
    } catch {
      kept.value = 'failed';
    }
  }

  /** Called when the draft has become a case: nothing more is written. */
  function release(): void {
    clearTimeout(timer);
    draft.value = null;
  }

  function answer(field: string, value: Json | undefined): void {
    const { [field]: _before, ...others } = answers.value;
    answers.value = value === undefined ? others : { ...others, [field]: value };
    keepSoon();
  }

  function declare(material: string, signed: boolean): void {
    if (signed) declarations.add(material);
    else declarations.delete(material);
    void keep();
  }

  const ready = computed(() => draft.value !== null && item.value !== null);
  return {
    draft,
    item,
    gone,
    noItem,
    kept,
    savedAt,
    answers,
    declarations,
    step,
    ready,
    load,
    keep,
    release,
    answer,
    declare,
    bringItem,
  };
}

export type DraftOnScreen = ReturnType<typeof useDraft>;
