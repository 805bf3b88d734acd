/**
 * Finds items as people ask for them: plain words, single characters, a whole sentence, pinyin, pinyin initials, English.
 * Each word of the query gets a score against each item; the best readings of a word are scored highest, and where two
 * items are equally good the one that is asked for more often comes first.
 */

import type { ItemSummary } from './types';

export type Findable = Pick<
  ItemSummary,
  | 'name_zh'
  | 'name_en'
  | 'plain_zh'
  | 'keywords'
  | 'pinyin_initials'
  | 'pinyin_full'
  | 'pinyin_keywords'
  | 'high_frequency_rank'
>;

const CHINESE = /[\u3400-\u9fff\uf900-\ufaff]|[\ud840-\ud8bf][\udc00-\udfff]/;
const SEPARATORS = /[\s,，。、；;：:？?！!（）()《》“”"'·/-]+/;
/** English words that say nothing about the matter. */
const SMALL_WORDS = new Set(
  'a an and apply at by for from get how i in is my need of on or the to want with'.split(' '),
);
/** Chinese words around the matter: who asks, and that something is to be done. */
const POLITE = /我要|我想|想要|怎么|如何|哪里|可以|需要|办理|请问|一下|申请|申领|什么|的|了|吗|呢/g;

/** The items that answer `query`, best first; all of them by how often they are asked for while the query is empty. */
export function find<T extends Findable>(items: readonly T[], query: string): T[] {
  const words = wordsOf(query);
  const byRank = [...items].sort((a, b) => a.high_frequency_rank - b.high_frequency_rank);
  if (words.length === 0) return byRank;
  // The sort is stable: equal scores stay in the order of rank.
  return byRank
    .map((item) => ({ item, score: scoreOf(item, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

function wordsOf(query: string): string[] {
  const plain = query.normalize('NFKC').toLowerCase().replace(/ü/g, 'v');
  const words = plain.split(SEPARATORS).filter((word) => word !== '');
  const telling = words.filter((word) => !SMALL_WORDS.has(word));
  return telling.length > 0 ? telling : words;
}

/** The mean over the words; pinyin typed with spaces may also be one word. */
function scoreOf(item: Findable, words: readonly string[]): number {
  const mean = words.reduce((sum, word) => sum + wordScore(item, word), 0) / words.length;
  const joined = words.length > 1 && !words.some((word) => CHINESE.test(word)) ? pinyinScore(item, words.join('')) : 0;
  return Math.max(mean, joined);
}

function wordScore(item: Findable, word: string): number {
  if (!CHINESE.test(word)) return Math.max(pinyinScore(item, word), englishScore(item, word), wholeScore(item, word));
  const core = word.replace(POLITE, '');
  const asTyped = chineseScore(item, word);
  return core === '' || core === word ? asTyped : Math.max(asTyped, chineseScore(item, core) - 1);
}

/** The nearer `text` is to being the word alone, the more: up to 3 points that decide between equal readings. */
const nearness = (word: string, text: string) => (3 * word.length) / Math.max(text.length, 1);

/** How well `word` reads as `text` or a part of it; `whole` is the score of equality. */
function reading(word: string, text: string, whole: number): number {
  if (text === word) return whole + 3;
  const place = text.indexOf(word);
  if (place < 0) return 0;
  return whole - (place === 0 ? 10 : 20) + nearness(word, text);
}

const best = (texts: readonly string[], score: (text: string) => number) =>
  texts.reduce((most, text) => Math.max(most, score(text)), 0);

function wholeScore(item: Findable, word: string): number {
  const name = reading(word, item.name_zh.toLowerCase(), 100);
  const keyword = best(item.keywords, (text) => reading(word, text.toLowerCase(), 99));
  return Math.max(name, keyword, item.plain_zh.includes(word) ? 60 : 0);
}

function chineseScore(item: Findable, word: string): number {
  const named = best(item.keywords, (text) =>
    text.length > 1 && word.includes(text) ? 70 + Math.min(text.length, 9) : 0,
  );
  const whole = Math.max(wholeScore(item, word), named);
  if (whole > 0 || word.length < 2) return whole;
  const inOrder = best([item.name_zh, ...item.keywords], (text) => (span(word, text) ? 50 + nearness(word, text) : 0));
  const apart = span(word, item.plain_zh);
  return Math.max(inOrder, apart > 0 && apart <= 2 * word.length ? 45 : 0, pairScore(item, word));
}

/** How long the stretch of `text` is in which the characters of `word` stand in this order (社保 in 社会保险 is 3); 0 if they do not. */
function span(word: string, text: string): number {
  const start = text.indexOf(word.charAt(0));
  let place = start;
  for (const character of word.slice(1)) {
    if (place < 0) return 0;
    place = text.indexOf(character, place + 1);
  }
  return place < 0 ? 0 : place - start + 1;
}

/** For whole sentences: the share of neighbouring characters that the item also has, most in its name and keywords. */
function pairScore(item: Findable, word: string): number {
  const named = [item.name_zh, ...item.keywords].join('\n');
  let points = 0;
  for (let i = 0; i + 1 < word.length; i++) {
    const pair = word.slice(i, i + 2);
    if (named.includes(pair)) points += 1;
    else if (item.plain_zh.includes(pair)) points += 0.6;
  }
  return (40 * points) / (word.length - 1);
}

function pinyinScore(item: Findable, word: string): number {
  if (!/^[a-z0-9]+$/.test(word)) return 0;
  const initials = best(item.pinyin_initials, (text) => opening(word, text, 95));
  const full = best([item.pinyin_full, ...item.pinyin_keywords], (text) => opening(word, text, 97));
  const inside = word.length > 3 && [item.pinyin_full, ...item.pinyin_keywords].some((text) => text.includes(word));
  return Math.max(initials, full, inside ? 55 : 0);
}

/** How well `word` opens `text`; pinyin is read from the start, since its middle may cut a syllable. */
function opening(word: string, text: string, whole: number): number {
  if (text === word) return whole;
  return text.startsWith(word) ? whole - 12 + nearness(word, text) : 0;
}

function englishScore(item: Findable, word: string): number {
  const words = item.name_en.toLowerCase().split(/[^a-z0-9]+/);
  return words.reduce((most, text, place) => Math.max(most, englishWord(word, text) - Math.min(place, 9) * 0.5), 0);
}

/** A word, its beginning, or another form of it (register, registration). */
function englishWord(word: string, text: string): number {
  if (word === text) return 96;
  if (word.length > 2 && text.startsWith(word)) return 80;
  const shared = sharedStart(word, text);
  return shared > 3 && shared >= 0.6 * Math.max(word.length, text.length) ? 60 : 0;
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
