/** What is written of each kind of content, in the order in which a trainer writes it. */
import type { LearnKey } from '../words';

export type EditKind = 'course' | 'topic' | 'policy' | 'qa' | 'question';

/**
 * One field. `pair` and `prose` are written in both languages (`key_zh`, `key_en`); `prose` has several lines.
 *
 * Attributes: `must` the Chinese of it cannot be empty; `options` of a choice, as words.
 */
export interface Field {
  key: string;
  type:
    | 'pair'
    | 'prose'
    | 'number'
    | 'date'
    | 'items'
    | 'check'
    | 'choice'
    | 'files'
    | 'options'
    | 'lessons'
    | 'course'
    | 'parts';
  label: LearnKey;
  must?: boolean;
  options?: readonly { value: string; label: LearnKey }[];
}

export const LESSON: readonly Field[] = [
  { key: 'title', type: 'pair', label: 'edit.title', must: true },
  { key: 'minutes', type: 'number', label: 'edit.minutes', must: true },
  { key: 'items', type: 'items', label: 'edit.items' },
  { key: 'text', type: 'prose', label: 'edit.text', must: true },
  { key: 'attachments', type: 'files', label: 'edit.files' },
];

export const FIELDS: Readonly<Record<EditKind, readonly Field[]>> = {
  course: [
    { key: 'title', type: 'pair', label: 'edit.title', must: true },
    { key: 'summary', type: 'prose', label: 'edit.summary' },
    { key: 'due_days', type: 'number', label: 'edit.due-days', must: true },
    { key: 'lessons', type: 'parts', label: 'edit.lessons' },
  ],
  topic: [
    { key: 'month', type: 'number', label: 'edit.month', must: true },
    { key: 'title', type: 'pair', label: 'edit.title', must: true },
    { key: 'summary', type: 'prose', label: 'edit.summary' },
    { key: 'lesson_ids', type: 'lessons', label: 'edit.lessons', must: true },
  ],
  policy: [
    { key: 'title', type: 'pair', label: 'edit.title', must: true },
    { key: 'source', type: 'pair', label: 'edit.source', must: true },
    { key: 'published', type: 'date', label: 'edit.published', must: true },
    { key: 'effective', type: 'date', label: 'edit.effective', must: true },
    { key: 'items', type: 'items', label: 'edit.items' },
    { key: 'summary', type: 'prose', label: 'edit.policy-text', must: true },
    { key: 'action', type: 'prose', label: 'edit.action' },
    { key: 'attachments', type: 'files', label: 'edit.files' },
    { key: 'verify', type: 'check', label: 'edit.verify' },
  ],
  qa: [
    { key: 'question', type: 'prose', label: 'edit.question', must: true },
    { key: 'answer', type: 'prose', label: 'edit.answer', must: true },
    { key: 'items', type: 'items', label: 'edit.items' },
    { key: 'in_handbook', type: 'check', label: 'edit.in-handbook' },
  ],
  question: [
    { key: 'course_id', type: 'course', label: 'edit.course', must: true },
    { key: 'items', type: 'items', label: 'edit.items', must: true },
    {
      key: 'level',
      type: 'choice',
      label: 'edit.level',
      options: [
        { value: '1', label: 'edit.level-1' },
        { value: '2', label: 'edit.level-2' },
        { value: '3', label: 'edit.level-3' },
      ],
    },
    { key: 'stem', type: 'prose', label: 'edit.stem', must: true },
    { key: 'options', type: 'options', label: 'edit.options', must: true },
    { key: 'explanation', type: 'prose', label: 'edit.explanation', must: true },
  ],
};

/** A thing as it is written: like the content itself, all of it optional. */
export type Draft = Record<string, unknown>;

const DAY_DIGITS = 8;

/** An id that nobody has: the kind, the day and four letters. */
export function newContentId(kind: string, now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '').slice(0, DAY_DIGITS);
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) =>
    String.fromCharCode(97 + (byte % 26)),
  );
  return `${kind}-${day}-${letters.join('')}`;
}

/** What a new thing begins as. */
export function blankOf(kind: EditKind, today: string, now: Date): Draft {
  const id = newContentId(kind, now);
  switch (kind) {
    case 'course':
      return { kind, id, due_days: 30, lessons: [blankLesson(id, now)] };
    case 'topic':
      return { kind, id, month: Number(today.slice(5, 7)), lesson_ids: [] };
    case 'policy':
      return { kind, id, published: today, effective: today, item_ids: [] };
    case 'qa':
      return { kind, id, item_ids: [], in_handbook: true };
    case 'question':
      return {
        kind,
        id,
        type: 'single',
        level: 1,
        item_ids: [],
        options: { A: '', B: '', C: '', D: '' },
        options_en: {},
        answer: [],
      };
  }
}

/** A lesson that is still empty. */
export const blankLesson = (course: string, now: Date): Draft => ({
  id: newContentId(`${course}-l`, now).slice(0, 80),
  minutes: 10,
  item_ids: [],
});

/** What keeps a draft from being sent at all: fields that must be written and are not. */
export function lacking(fields: readonly Field[], draft: Draft): Field[] {
  return fields.filter((field) => isLacking(field, draft));
}

const LISTS: Partial<Record<Field['type'], string>> = { items: 'item_ids', lessons: 'lesson_ids', options: 'answer' };

function isLacking(field: Field, draft: Draft): boolean {
  if (field.type === 'parts') return ((draft.lessons as Draft[]) ?? []).some((one) => lacking(LESSON, one).length > 0);
  if (!field.must) return false;
  const list = LISTS[field.type];
  if (list) return ((draft[list] as string[]) ?? []).length === 0;
  const isText = field.type === 'pair' || field.type === 'prose';
  const value = draft[isText ? `${field.key}_zh` : field.key];
  return Number.isNaN(value) || String(value ?? '').trim() === '';
}

/** The draft as it is sent: empty options of a question left out, its type as the answers say. */
export function contentOf(kind: EditKind, draft: Draft): Draft {
  if (kind !== 'question') return draft;
  const all = Object.entries(draft.options as Record<string, string>).filter(([, text]) => text.trim() !== '');
  const answer = draft.answer as string[];
  const english = (draft.options_en ?? {}) as Record<string, string>;
  const letters = new Map(all.map(([old], n) => [old, String.fromCharCode(65 + n)]));
  const renamed = Object.fromEntries(all.map(([old, text]) => [letters.get(old) ?? old, text.trim()]));
  const isWhole = all.every(([old]) => (english[old] ?? '').trim() !== '');
  return {
    ...draft,
    options: renamed,
    options_en: isWhole
      ? Object.fromEntries(all.map(([old]) => [letters.get(old) ?? old, (english[old] ?? '').trim()]))
      : {},
    answer: answer.flatMap((old) => letters.get(old) ?? []).sort(),
    type: answer.length > 1 ? 'multiple' : 'single',
  };
}
