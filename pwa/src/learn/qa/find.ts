/** Finds questions with the finder of items: by words, characters, pinyin and initials, of the question, its items and the answer. */
import { type Findable, find } from '../../forms/finder';
import type { ItemSummary } from '../../forms/types';
import type { AskedBody, QaBody } from '../../protocol/generated';

/** A question with what is known of it: one that was published for all, or one that a colleague asked. */
export interface Entry {
  id: string;
  kind: 'qa' | 'asked';
  question: { zh: string; en: string };
  items: readonly string[];
  qa: QaBody | null;
  asked: AskedBody | null;
}

type Row<Body> = { id: string; body: Body };

/** Every question: what is still open first, then what was asked, then what holds for all. */
export function entriesOf(qa: readonly Row<QaBody>[], asked: readonly Row<AskedBody>[]): Entry[] {
  const open = ({ body }: Row<AskedBody>): number => Number(body.answers.length > 0);
  const threads = [...asked].sort((a, b) => open(a) - open(b) || b.body.at.localeCompare(a.body.at));
  return [
    ...threads.map(
      ({ id, body }): Entry => ({
        id,
        kind: 'asked',
        question: { zh: body.text, en: '' },
        items: body.item_ids,
        qa: null,
        asked: body,
      }),
    ),
    ...qa.map(
      ({ id, body }): Entry => ({
        id,
        kind: 'qa',
        question: { zh: body.content.question_zh, en: body.content.question_en ?? '' },
        items: body.content.item_ids ?? [],
        qa: body,
        asked: null,
      }),
    ),
  ];
}

/** The questions that answer a search, best first; all of them in order while it is empty. */
export function found(entries: readonly Entry[], query: string, items: readonly ItemSummary[]): Entry[] {
  const findable = entries.map((entry, place) => ({ ...findableOf(entry, items), high_frequency_rank: place, entry }));
  return find(findable, query).map(({ entry }) => entry);
}

function findableOf(entry: Entry, items: readonly ItemSummary[]): Findable {
  const named = items.filter(({ id }) => entry.items.includes(id));
  const syllables = (entry.qa?.pinyin ?? entry.asked?.pinyin ?? '').split(' ');
  const tails = syllables.map((_, at) => syllables.slice(at));
  return {
    name_zh: entry.question.zh,
    name_en: [entry.question.en, ...named.map((item) => item.name_en)].join(' '),
    plain_zh: entry.qa?.content.answer_zh ?? entry.asked?.answers.map(({ text }) => text).join('') ?? '',
    keywords: named.flatMap((item) => [item.name_zh, ...item.keywords]),
    pinyin_initials: [
      ...tails.map((tail) => tail.map((one) => one.charAt(0)).join('')),
      ...named.flatMap((item) => item.pinyin_initials),
    ],
    pinyin_full: syllables.join(''),
    pinyin_keywords: [
      ...tails.map((tail) => tail.join('')),
      ...named.flatMap((item) => [item.pinyin_full, ...item.pinyin_keywords]),
    ],
    high_frequency_rank: 0,
  };
}
