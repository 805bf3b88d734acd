/** What a search can find: items with a form, items that are done together, and those that are done at the window only. */
import type { catalogue } from '../catalogue';
import type { Findable } from '../forms/finder';
import { language, listed, nameOf, t } from '../i18n';
import { w } from './words';

/** A line of the list. `theme` is its matter of life, `together` or `listed`. */
export interface Hit extends Findable {
  to: string;
  theme: string;
  plain: string;
  note: string;
}

const LAST = 1000;

/** Everything that can be found, in the language that is on. */
export function hitsOf(list: typeof catalogue.value): Hit[] {
  if (!list) return [];
  const items = list.items.map((item): Hit => {
    const days = item.promised_working_days;
    const howLong = days === 0 ? t('items.days.0') : t('items.days', { n: days });
    return {
      ...item,
      to: `/item/${item.id}`,
      plain: language.value === 'zh' ? item.plain_zh : '',
      note: `${howLong}·${t(`items.online.${item.online}`)}`,
    };
  });
  const together = (list.bundles ?? []).flatMap((bundle, index): Hit[] => {
    const parts = list.items.filter((item) => bundle.items.includes(item.id));
    if (parts.length < 2) return [];
    return [
      {
        ...NOT_SPELT,
        name_zh: bundle.name_zh,
        name_en: bundle.name_en,
        keywords: ['一件事', ...parts.map((item) => item.name_zh)],
        high_frequency_rank: LAST + index,
        to: `/bundle/${bundle.id}`,
        theme: 'together',
        plain: listed(parts.map(nameOf)),
        note: w('bundles.items', { n: parts.length }),
      },
    ];
  });
  const atTheWindow = (list.listed ?? []).map(
    (item, index): Hit => ({
      ...NOT_SPELT,
      ...item,
      name_en: item.name_en ?? '',
      high_frequency_rank: 2 * LAST + index,
      to: `/listed/${item.id}`,
      theme: 'listed',
      plain: language.value === 'zh' ? (item.plain_zh ?? '') : '',
      note: `${w('listed.badge')}·${item.department_zh}`,
    }),
  );
  return [...items, ...together, ...atTheWindow];
}

const NOT_SPELT = { plain_zh: '', keywords: [], pinyin_initials: [], pinyin_full: '', pinyin_keywords: [] };
