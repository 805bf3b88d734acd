/** The screens of a form: one topic each, made from the item's fields and their groups, whatever the item. */
import type { Field } from '../../forms/types';
import { groupTitle } from '../../forms/words';
import { labelOf, language, t } from '../../i18n';

/** One screen of questions; `id` stands in the address and in the draft, `own` tells the item's own fields from shared ones. */
export interface Topic {
  id: string;
  own: boolean;
  /** Whether all of the item's own questions are on this screen. */
  whole?: boolean;
  fields: readonly Field[];
}

const OWN_FIELDS = 'item';
const FEWEST = 3;
const MOST = 7;
/** What the application is about comes first, then how the result or the money reaches the person. */
const LAST_GROUPS = ['agent', 'payee', 'delivery'];

/** The topics of all `fields`, shown or not, so that their number does not jump while somebody answers. */
export function topicsOf(fields: readonly Field[]): Topic[] {
  const groups = grouped(fields);
  const order = [...groups.keys()].sort((a, b) => LAST_GROUPS.indexOf(a) - LAST_GROUPS.indexOf(b));
  return order.flatMap((group) => {
    const own = groups.get(group) ?? [];
    return group === OWN_FIELDS ? runsOf(own) : [{ id: group, own: false, fields: own }];
  });
}

/** What a topic is called: its group's name, what its questions have in common, or the first of them. */
export function topicTitle(topic: Topic): string {
  if (!topic.own) return groupTitle(topic.id, language.value);
  const [first] = topic.fields;
  if (!first) return '';
  return topic.fields.length === 1 ? labelOf(first) : (commonName(topic) ?? otherName(topic, first));
}

function groupOf(field: Field): string {
  return field.group ?? OWN_FIELDS;
}

function grouped(fields: readonly Field[]): Map<string, Field[]> {
  const groups = new Map<string, Field[]>();
  for (const field of fields) groups.set(groupOf(field), [...(groups.get(groupOf(field)) ?? []), field]);
  return groups;
}

/** The item's own fields in runs that belong together by name (`lessor_…`), none too short and none too long. */
function runsOf(fields: readonly Field[]): Topic[] {
  const runs: Field[][] = [];
  for (const field of fields) {
    const run = runs.at(-1);
    if (run && run.length < MOST && (stemOf(field) === stemOf(run.at(-1)) || run.length < FEWEST)) run.push(field);
    else runs.push([field]);
  }
  const joined = joinShort(runs);
  return joined.map((run) => ({ id: run[0]?.id ?? OWN_FIELDS, own: true, whole: joined.length === 1, fields: run }));
}

function joinShort(runs: Field[][]): Field[][] {
  const joined: Field[][] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (before && run.length < FEWEST && before.length + run.length <= MOST) before.push(...run);
    else joined.push(run);
  }
  return joined;
}

function stemOf(field: Field | undefined): string {
  return field?.id.split('_')[0] ?? '';
}

function otherName(topic: Topic, first: Field): string {
  return topic.whole ? groupTitle(undefined, language.value) : t('form.more', { first: labelOf(first) });
}

/** What most of a topic's questions have in common: 出租人 for 出租人姓名, 出租人电话 and the like. */
function commonName(topic: Topic): string | null {
  const alike = mostAlike(topic.fields);
  if (alike.length * 2 <= topic.fields.length) return null;
  const common = language.value === 'en' ? stemOf(alike[0]) : commonStart(alike.map(labelOf));
  return common.length < 2 ? null : common.charAt(0).toUpperCase() + common.slice(1);
}

function mostAlike(fields: readonly Field[]): Field[] {
  const byStem = fields.map((field) => fields.filter((other) => stemOf(other) === stemOf(field)));
  return byStem.reduce<Field[]>((most, alike) => (alike.length > most.length ? alike : most), []);
}

/** The longest beginning that more than half of the labels have. */
function commonStart(labels: readonly string[]): string {
  const starts = labels.flatMap((label) => [...label].map((_, end) => label.slice(0, end + 1)));
  const shared = starts.filter((start) => labels.filter((label) => label.startsWith(start)).length * 2 > labels.length);
  return shared.reduce((longest, start) => (start.length > longest.length ? start : longest), '');
}
