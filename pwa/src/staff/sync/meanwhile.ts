/** What happened to a case after an act was based on it: who did what and when, and what is different now. */
import type { TimelineEntry } from '../../components/Timeline.vue';
import type { OutboxEntry } from '../../device/types';
import type { ServiceItem } from '../../forms/types';
import { listed, nameOf } from '../../i18n';
import type { CaseBody, Moment } from '../../protocol/generated';
import { eventsOf, momentsOf } from '../events';
import { w } from '../words';

/**
 * The moments after the state on which the act was based, oldest first; those that made it stale are marked. What the
 * author did is no news to them; `author` is their name.
 */
export function meanwhileOf(
  entry: OutboxEntry,
  { body, item, author, now }: { body: CaseBody; item: ServiceItem | undefined; author: string; now: Date },
): TimelineEntry[] {
  const since = entry.base?.pos ?? Number.POSITIVE_INFINITY;
  const news = momentsOf(body).filter((moment) => moment.position > since);
  const moments = news.filter((moment) => moment.who !== 'staff' || moment.name !== author);
  const told = new Map(moments.map((moment) => [moment.position, moment]));
  const matter = new Set((entry.params?.['happened'] as string[] | undefined) ?? []);
  return eventsOf(moments, now)
    .reverse()
    .map((one) => {
      const moment = told.get(Number(one.key));
      if (!moment) return one;
      const detail = [detailOf(moment, body, item), matter.has(moment.tag) ? w('conflict.matters') : '']
        .filter(Boolean)
        .join('\n');
      return { ...one, detail: detail || null, ...(matter.has(moment.tag) ? { state: 'you' as const } : {}) };
    });
}

/** When the state was recorded that the author had before them, null if that is not known. */
export function seenAt(entry: OutboxEntry, body: CaseBody): string | null {
  const base = entry.base?.pos;
  if (base === undefined) return null;
  return (
    momentsOf(body)
      .filter((moment) => moment.position <= base)
      .at(-1)?.at ?? null
  );
}

/** What is different because of a moment: the pages that came, what was decided, what was said. */
function detailOf({ tag, at }: Moment, body: CaseBody, item: ServiceItem | undefined): string {
  const { view, opinions, notes } = body;
  switch (tag) {
    case 'case.evidence_received': {
      const came = view.evidence.find((one) => one.at === at);
      return [pagesWords(new Set(came?.files ?? []), body, item), came?.reply].filter(Boolean).join('\n');
    }
    case 'case.decided':
      return view.decision?.at === at ? view.decision.reason : '';
    case 'case.correction_requested':
      return (view.notices.find((one) => one.requested_at === at)?.defects ?? []).map((one) => one.words).join('\n');
    case 'case.reviewed':
      return opinions.find((one) => one.at === at)?.text ?? '';
    case 'case.noted':
    case 'take_over.declined':
      return notes.find((one) => one.at === at)?.text ?? '';
    case 'message.sent':
      return view.messages.find((one) => one.at === at)?.text ?? '';
    default:
      return '';
  }
}

/** `房屋租赁合同 2 页、出租人身份证 1 页`. */
function pagesWords(files: ReadonlySet<string>, { view }: CaseBody, item: ServiceItem | undefined): string {
  const counts = new Map<string, number>();
  for (const page of view.pages) {
    if (files.has(page.file)) counts.set(page.material, (counts.get(page.material) ?? 0) + 1);
  }
  const names = [...counts].map(([id, n]) => {
    const material = item?.materials.find((one) => one.id === id);
    return w('conflict.pages', { material: material ? nameOf(material) : id, n });
  });
  return listed(names);
}
