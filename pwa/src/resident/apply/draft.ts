/** A form that is being filled in: every answer is on disk before the screen says so. */
import { computed, reactive, ref, shallowRef } from 'vue';
import { holdVersion, whileUnsaved } from '../../app-version';
import { loadBundle, loadItem } from '../../catalogue';
import { client, DeviceError } from '../../device/client';
import type { ChildDraft, Draft } from '../../device/types';
import { deviceReady } from '../../device-ready';
import { asItem } from '../../forms/bundles';
import type { Answers, Bundle, ItemSummary, ServiceItem } from '../../forms/types';
import type { Json } from '../../protocol/generated';

const TYPING_MS = 350;

/**
 * Makes a draft for `item` and keeps it. @returns its id, which becomes that of the case
 *
 * @param answers what is known already, such as for whom it is.
 */
export async function startDraft(item: ServiceItem, answers: Answers = {}): Promise<string> {
  await deviceReady;
  return keepNew({
    id: await client.newId(),
    item_id: item.id,
    item_version: item.version,
    item_name: { zh: item.name_zh, en: item.name_en },
    answers: { ...answers },
  });
}

/** Makes a draft for several items of `bundle`. @returns its id, which becomes that of the linked filing */
export async function startBundle(bundle: Bundle, items: readonly ItemSummary[]): Promise<string> {
  await deviceReady;
  return keepNew(await bundleDraft(bundle, items));
}

type Made = Pick<Draft, 'id' | 'item_id' | 'item_version' | 'item_name' | 'answers' | 'children'>;

/** What a draft for several items begins with. */
export async function bundleDraft(bundle: Bundle, items: readonly ItemSummary[]): Promise<Made> {
  const children: ChildDraft[] = [];
  for (const { id, version, name_zh: zh, name_en: en } of items) {
    children.push({ case: await client.newId(), item_id: id, item_version: version, item_name: { zh, en } });
  }
  return {
    id: await client.newId(),
    item_id: bundle.id,
    item_version: 0,
    item_name: { zh: bundle.name_zh, en: bundle.name_en },
    answers: {},
    children,
  };
}

async function keepNew(made: Made): Promise<string> {
  const at = new Date().toISOString();
  await client.drafts.save({
    ...made,
    declarations: [],
    copies: [],
    later: [],
    step: '',
    created_at: at,
    saved_at: at,
  });
  return made.id;
}

/** The form of a draft: that of its item, or the common one of several. @throws ApiError where it cannot be had */
export async function formOf(draft: Draft): Promise<ServiceItem> {
  if (!draft.children) return loadItem(draft.item_id);
  const wanted = draft.children.map((child) => child.item_id);
  const [form, items] = await Promise.all([loadBundle(draft.item_id, wanted), Promise.all(wanted.map(loadItem))]);
  return asItem(form, items);
}

export type Kept = 'kept' | 'keeping' | 'failed';

/** A draft on the screen, kept as it changes. `gone`: this device has no draft of that id. */
export function useDraft(id: string) {
  const draft = shallowRef<Draft | null>(null);
  const item = shallowRef<ServiceItem | null>(null);
  const gone = ref(false);
  const noItem = ref(false);
  const kept = ref<Kept>('kept');
  /** Whether the device had no room for what could not be kept. */
  const full = ref(false);
  const savedAt = ref<string | null>(null);
  const answers = shallowRef<Answers>({});
  const declarations = reactive(new Set<string>());
  /** Material to the checked copy that takes the place of its pages. */
  const copies = reactive(new Map<string, string>());
  /** Papers that shall follow. */
  const later = reactive(new Set<string>());
  const step = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> = Promise.resolve();
  let unhold: (() => void) | null = null;

  async function load(): Promise<void> {
    await deviceReady;
    const found = await client.drafts.get(id);
    if (!found) {
      gone.value = true;
      return;
    }
    answers.value = found.answers;
    for (const one of found.declarations) declarations.add(one);
    for (const { material, copy } of found.copies ?? []) copies.set(material, copy);
    for (const one of found.later ?? []) later.add(one);
    step.value = found.step;
    savedAt.value = found.saved_at;
    draft.value = found;
    await bringItem(found);
  }

  async function bringItem(of: Draft): Promise<void> {
    noItem.value = false;
    try {
      item.value = await formOf(of);
    } catch {
      noItem.value = true;
    }
  }

  /** Keeps the draft soon: once somebody has stopped typing. */
  function keepSoon(): void {
    if (kept.value !== 'failed') kept.value = 'keeping';
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
      copies: [...copies].map(([material, copy]) => ({ copy, material })),
      later: [...later],
      step: step.value,
      saved_at: now,
    };
    try {
      await client.drafts.save(next);
      draft.value = next;
      savedAt.value = now;
      kept.value = 'kept';
      dropHold();
    } catch (error) {
      full.value = error instanceof DeviceError && error.code === 'no-space';
      kept.value = 'failed';
      unhold ??= holdVersion();
    }
  }

  /** A new version of the app may take over again. */
  function dropHold(): void {
    unhold?.();
    unhold = null;
  }

  /** Called when the draft has become a case: nothing more is written. */
  function release(): void {
    clearTimeout(timer);
    dropHold();
    draft.value = null;
  }

  /** What was typed last is given up by its person. */
  function giveUp(): void {
    dropHold();
    kept.value = 'kept';
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

  /** Lets a checked copy serve as `material`, or no longer. */
  function reuse(material: string, copy: string | null): void {
    if (copy) copies.set(material, copy);
    else copies.delete(material);
    later.delete(material);
    void keep();
  }

  /** Promises `material` for later, or no longer. */
  function postpone(material: string, wanted: boolean): void {
    if (wanted) later.add(material);
    else later.delete(material);
    void keep();
  }

  const ready = computed(() => draft.value !== null && item.value !== null);
  return {
    draft,
    item,
    gone,
    noItem,
    kept,
    full,
    savedAt,
    answers,
    declarations,
    copies,
    later,
    step,
    ready,
    load,
    keep,
    release,
    giveUp,
    answer,
    declare,
    reuse,
    postpone,
  };
}

export type DraftOnScreen = ReturnType<typeof useDraft>;
