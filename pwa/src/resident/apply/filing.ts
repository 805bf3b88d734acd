/** Handing a form in: the act that goes into the outbox, with the pages it names. */
import { client } from '../../device/client';
import type { ChildDraft, Draft, OutboxEntry } from '../../device/types';
import { presentAnswers } from '../../forms/conditions';
import type { ServiceItem } from '../../forms/types';
import type { LocalPages } from '../pages';
import { materialsAsked, mayReuse } from './checks';
import type { DraftOnScreen } from './draft';

/**
 * Keeps the filing in the outbox; resolves when it is on disk, with a signal or without.
 *
 * Only what counts is handed in: answers to shown questions, pages and ticks of papers that these answers call for.
 */
export async function fileDraft(
  form: DraftOnScreen,
  item: ServiceItem,
  pages: LocalPages,
): Promise<OutboxEntry | null> {
  await form.keep();
  const draft = form.draft.value;
  if (!draft) return null;
  const entry = draft.children
    ? await fileTogether(draft, draft.children, form, item, pages)
    : await fileOne(draft, form, item, pages);
  form.release();
  return entry;
}

function fileOne(draft: Draft, form: DraftOnScreen, item: ServiceItem, pages: LocalPages): Promise<OutboxEntry> {
  const { files, ...papers } = papersOf(form, item, pages);
  const args = {
    item_id: item.id,
    item_version: item.version,
    answers: presentAnswers(item, form.answers.value),
    ...papers,
  };
  const about = { item_name: { zh: item.name_zh, en: item.name_en }, draft };
  return client.submit('case.file@1', draft.id, args, { files, about });
}

function fileTogether(
  draft: Draft,
  before: readonly ChildDraft[],
  form: DraftOnScreen,
  item: ServiceItem,
  pages: LocalPages,
): Promise<OutboxEntry> {
  const { files, ...papers } = papersOf(form, item, pages);
  const children = childrenOf(before, item);
  const args = {
    bundle_id: draft.item_id,
    children: children.map(({ case: id, item_id, item_version }) => ({ case: id, item_id, item_version })),
    answers: presentAnswers(item, form.answers.value),
    ...papers,
  };
  const about = { item_name: { zh: item.name_zh, en: item.name_en }, children, draft };
  return client.submit('bundle.file@1', draft.id, args, { files, about });
}

/** The cases of a linked filing, in the versions whose form was filled in. */
export function childrenOf(before: readonly ChildDraft[], item: ServiceItem): ChildDraft[] {
  const versions = new Map(item.parts?.map((part) => [part.item.id, part.item.version]));
  return before.map((child) => ({ ...child, item_version: versions.get(child.item_id) ?? child.item_version }));
}

/** The papers that the answers call for: pages, ticks, copies and promises; none stands for a paper twice. */
function papersOf(form: DraftOnScreen, item: ServiceItem, pages: LocalPages) {
  const asked = materialsAsked(item, form.answers.value);
  const taken = (material: string): boolean => pages.of(material).length > 0;
  const reused = [...form.copies].filter(([material]) => asked.has(material) && mayReuse(form.answers.value));
  const served = new Set(reused.map(([material]) => material));
  const named = pages.pages.value.filter((page) => asked.has(page.material) && !served.has(page.material));
  return {
    files: named.map((page) => page.file),
    pages: named.map(({ file, material, number }) => ({ file, material, number })),
    declarations: [...form.declarations].filter((material) => asked.has(material)),
    copies: reused.map(([material, copy]) => ({ copy, material })),
    later: [...form.later].filter((material) => asked.has(material) && !served.has(material) && !taken(material)),
  };
}
