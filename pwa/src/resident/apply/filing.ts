/** Handing a form in: the act that goes into the outbox, with the pages it names. */
import { client } from '../../device/client';
import type { OutboxEntry } from '../../device/types';
import { presentAnswers } from '../../forms/conditions';
import type { ServiceItem } from '../../forms/types';
import type { LocalPages } from '../pages';
import { materialsAsked } from './checks';
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
  const asked = materialsAsked(item, form.answers.value);
  const named = pages.pages.value.filter((page) => asked.has(page.material));
  const entry = await client.submit(
    'case.file@1',
    draft.id,
    {
      item_id: item.id,
      item_version: item.version,
      answers: presentAnswers(item, form.answers.value),
      pages: named.map(({ file, material, number }) => ({ file, material, number })),
      declarations: [...form.declarations].filter((material) => asked.has(material)),
    },
    { files: named.map((page) => page.file), about: { item_name: { zh: item.name_zh, en: item.name_en }, draft } },
  );
  form.release();
  return entry;
}
