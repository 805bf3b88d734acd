/** The words of the app in Chinese (default) and English, and the one place that knows which of them is on. */
import { shallowRef } from 'vue';
import { zh } from './zh';
import type { zhMore } from './zh-more';

export type Language = 'zh' | 'en';
export type Params = Readonly<Record<string, string | number>>;
type Words<Key extends string> = Readonly<Record<Key, string>>;

export type Key = keyof typeof zh | keyof typeof zhMore;

/** The language that is shown now; reading it in a template or a computed value makes that follow it. */
export const language = shallowRef<Language>('zh');
const chinese = shallowRef<Partial<Words<Key>>>(zh);
const english = shallowRef<Words<Key> | null>(null);
const unfetched = new Set<() => Promise<void>>();

/** Brings the sentences of all screens but the first; they appear where they were waited for. */
export async function moreWords(): Promise<void> {
  if (chinese.value === zh) chinese.value = { ...zh, ...(await import('./zh-more')).zhMore };
}

/**
 * Shows the app in `wanted`; resolves once its words are there.
 *
 * English words are a chunk of their own, since most people here never need them.
 */
export async function speak(wanted: Language): Promise<void> {
  if (wanted === 'en' && !english.value) english.value = (await import('./en')).en;
  // What cannot be fetched now stands in Chinese until it is asked for again.
  if (wanted === 'en') await englishWords().catch(() => undefined);
  language.value = wanted;
  document.documentElement.lang = wanted === 'en' ? 'en' : 'zh-CN';
}

/** The sentence under `key`, with `{name}` filled from `params` and `{n|one|many}` chosen by the number `n`. */
export function t(key: Key, params: Params = {}): string {
  const sentence = language.value === 'en' ? english.value?.[key] : undefined;
  return fill(sentence ?? chinese.value[key] ?? '', params);
}

/**
 * A dictionary of a screen's own, for chunks that are loaded late: `const w = words({...}, {...}); w('queue')`. A large one has its
 * English in a chunk of its own, which is fetched where English is spoken.
 */
export function words<Own extends string>(chinese: Words<Own>, inEnglish: Words<Own> | (() => Promise<Words<Own>>)) {
  const its = shallowRef(typeof inEnglish === 'function' ? null : inEnglish);
  if (typeof inEnglish === 'function') {
    unfetched.add(async () => {
      its.value = await inEnglish();
    });
    if (language.value === 'en') void englishWords().catch(() => undefined);
  }
  return (key: Own, params: Params = {}): string =>
    fill((language.value === 'en' ? its.value?.[key] : undefined) ?? chinese[key], params);
}

/** Brings the English of every screen that is here. @throws when it cannot be fetched: Chinese stands there until it is asked again */
export async function englishWords(): Promise<void> {
  await Promise.all([...unfetched].map((fetchIt) => fetchIt().then(() => unfetched.delete(fetchIt))));
}

/** What is right for the language from data that carries both, such as catalogue names and frames' `Text`. */
export function either(text: { zh: string; en: string }): string {
  return language.value === 'en' && text.en ? text.en : text.zh;
}

/** What ends a sentence that another follows. */
export function stop(): string {
  return language.value === 'zh' ? '。' : '. ';
}

/** What stands between two sentences. */
export function between(): string {
  return language.value === 'zh' ? '' : ' ';
}

/** What stands between what is spoken of and what is said of it. */
export function colon(): string {
  return language.value === 'zh' ? '：' : ': ';
}

/** What stands between two clauses. */
export function pause(): string {
  return language.value === 'zh' ? '，' : ', ';
}

/** What stands between two parts of a list that have commas themselves. */
export function semicolon(): string {
  return language.value === 'zh' ? '；' : '; ';
}

/** A remark in brackets right behind the words it belongs to: `甲（乙）`, `a (b)`. */
export function bracketed(remark: string): string {
  return language.value === 'zh' ? `（${remark}）` : ` (${remark})`;
}

/** What stands between two names. */
export function comma(): string {
  return language.value === 'zh' ? '、' : ', ';
}

/** Names one after the other: `甲、乙`, `a, b`. */
export function listed(names: readonly string[]): string {
  return names.join(comma());
}

/** `name_zh` or `name_en` of a catalogue entry. */
export function nameOf(entry: { name_zh: string; name_en: string }): string {
  return either({ zh: entry.name_zh, en: entry.name_en });
}

/** `label_zh` or `label_en` of a form field or a column. */
export function labelOf(field: { label_zh: string; label_en: string }): string {
  return either({ zh: field.label_zh, en: field.label_en });
}

/** Fills the blanks of `sentence`; a blank without a value stays visible, so that the mistake is seen. */
export function fill(sentence: string, params: Params): string {
  return sentence.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (blank, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return blank;
    return one === undefined || many === undefined ? String(value) : Number(value) === 1 ? one : many;
  });
}
