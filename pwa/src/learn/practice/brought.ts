/** What the person says at the window becomes a filled-in form of the trainee's own, to be checked and handed in. */
import { catalogue, loadCatalogue, loadItem } from '../../catalogue';
import { client } from '../../device/client';
import { deviceReady } from '../../device-ready';
import { bundleDraft } from '../../resident/apply/draft';
import type { Channel } from '../../staff/intake/intake';
import type { Brought } from './run';

/** One form for several items. */
async function together(brought: Brought, channel: Channel): Promise<string> {
  await loadCatalogue();
  const bundle = catalogue.value?.bundles?.find((one) => one.id === brought.bundle);
  const known = catalogue.value?.items ?? [];
  const items = (bundle?.items ?? []).flatMap((id) =>
    known.filter((one) => one.id === id && brought.items.includes(id)),
  );
  if (!bundle) throw new Error(`no bundle ${brought.bundle}`);
  const at = new Date().toISOString();
  const made = await bundleDraft(bundle, items);
  const { answers, later } = brought;
  await client.drafts.save({ ...made, answers, declarations: [], later, step: channel, created_at: at, saved_at: at });
  return made.id;
}

/** Makes the draft. @returns its id */
export async function takeIn(brought: Brought, channel: Channel): Promise<string> {
  await deviceReady;
  if (brought.bundle) return together(brought, channel);
  const [item, id] = await Promise.all([loadItem(brought.item), client.newId()]);
  const at = new Date().toISOString();
  await client.drafts.save({
    id,
    item_id: item.id,
    item_version: item.version,
    item_name: { zh: item.name_zh, en: item.name_en },
    answers: brought.answers,
    declarations: [],
    later: brought.later,
    step: channel,
    created_at: at,
    saved_at: at,
  });
  return id;
}
