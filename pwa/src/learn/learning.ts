/** What a member of staff learns: content, one's own progress with what this device has not sent yet laid over it. */
import { computed } from 'vue';
import { now } from '../clock';
import { client } from '../device/client';
import { useDevice, useRows } from '../device/store';
import type { LocalRow, OutboxEntry } from '../device/types';
import { either, language } from '../i18n';
import { dateOf } from '../i18n/time';
import type { AcknowledgePolicy, LearnerBody, Lesson, ReachLesson } from '../protocol/generated';
import { session } from '../session';

/** A lesson that was read to its end, in thousandths. */
export const WHOLE = 1000;
/** Steps in which progress is told: less is not worth a message. */
const STEP = 50;
const UNSETTLED: ReadonlySet<OutboxEntry['state']> = new Set(['queued', 'sent', 'held', 'applied']);

/**
 * How far one lesson was read.
 *
 * Attributes: `finished` the newest version that was read to its end, 0 while none was; `readOn` the local day of that; `waiting`
 * some of it is on this device only.
 */
export interface Read {
  version: number;
  permille: number;
  finished: number;
  readOn: string | null;
  waiting: boolean;
}

/** What one person has learnt: last days of assigned courses, lessons, and the version of each policy that was acknowledged. */
export interface Mine {
  due: ReadonlyMap<string, string>;
  lessons: ReadonlyMap<string, Read>;
  acknowledged: ReadonlyMap<string, { version: number; waiting: boolean; at: string }>;
}

const isBeyond = (version: number, permille: number, before: Read | undefined): boolean =>
  !before || version > before.version || (version === before.version && permille > before.permille);

/** One's own row with one's own acts laid over it; `today` stands for the day of what was read here and not sent yet. */
export function mineOf(body: LearnerBody | undefined, acts: readonly OutboxEntry[], today: string): Mine {
  const due = new Map((body?.assigned ?? []).map((one) => [one.course, one.due_on]));
  const lessons = new Map<string, Read>(
    (body?.lessons ?? []).map((one) => [
      one.lesson,
      {
        version: one.version,
        permille: one.permille,
        finished: one.finished,
        readOn: one.read_on,
        waiting: false,
      },
    ]),
  );
  const acknowledged = new Map(
    (body?.acknowledged ?? []).map((one) => [one.policy, { version: one.version, waiting: false, at: one.at }]),
  );
  for (const act of acts.filter(({ state }) => UNSETTLED.has(state))) {
    if (act.type === 'lesson.reach@1') laid(act.args as unknown as ReachLesson, act, lessons, today);
    if (act.type === 'policy.acknowledge@1') {
      const { policy_id, version } = act.args as unknown as AcknowledgePolicy;
      if ((acknowledged.get(policy_id)?.version ?? 0) < version)
        acknowledged.set(policy_id, { version, waiting: act.state !== 'applied', at: act.at });
    }
  }
  return { due, lessons, acknowledged };
}

function laid(reach: ReachLesson, act: OutboxEntry, lessons: Map<string, Read>, today: string): void {
  const before = lessons.get(reach.lesson_id);
  const whole = reach.permille === WHOLE;
  if (!isBeyond(reach.version, reach.permille, before) && !(whole && before?.readOn !== today)) return;
  lessons.set(reach.lesson_id, {
    version: reach.version,
    permille: reach.permille,
    finished: whole ? reach.version : (before?.finished ?? 0),
    readOn: whole ? today : (before?.readOn ?? null),
    waiting: act.state !== 'applied',
  });
}

/** How many lessons of a course were read to the end. */
export const doneOf = (lessons: readonly Pick<Lesson, 'id'>[], mine: Mine): number =>
  lessons.filter(({ id }) => (mine.lessons.get(id)?.finished ?? 0) > 0).length;

/** The lesson with which to go on: one that was begun, else the first that was not read; null where all were. */
export function nextLesson<L extends Pick<Lesson, 'id'>>(lessons: readonly L[], mine: Mine): L | null {
  const open = lessons.filter(({ id }) => (mine.lessons.get(id)?.finished ?? 0) === 0);
  return open.find(({ id }) => mine.lessons.has(id)) ?? open[0] ?? null;
}

/** Everything of learning that this device holds. */
export function useLearning(today: () => string) {
  const device = useDevice();
  const learners = useRows('learner');
  const courses = useRows('course');
  const me = computed(() => session.person?.id ?? '');
  const mine = computed(() => mineOf(learners.value?.find(({ id }) => id === me.value)?.body, device.outbox, today()));
  return {
    courses: computed(() => courses.value ?? []),
    topics: useRows('topic'),
    policies: useRows('policy'),
    certificates: useRows('certificate-kind'),
    /** False until the first rows have come to this device: an empty list would say that nothing is to be learnt. */
    loaded: computed(() => courses.value !== null && (courses.value.length > 0 || device.state.ready)),
    mine,
  };
}

/** Says how far one has read, if that is worth saying. */
export async function reach(course: LocalRow<'course'>, lesson: string, permille: number, mine: Mine): Promise<void> {
  const person = session.person?.id;
  const before = mine.lessons.get(lesson);
  const { version, content } = course.body;
  const isWhole = permille >= WHOLE;
  const told = isWhole ? WHOLE : Math.floor(permille / STEP) * STEP;
  if (!person || told <= 0) return;
  const again = isWhole && before?.readOn?.slice(0, 7) !== dateOf(now()).slice(0, 7);
  if (!isBeyond(version, told, before) && !again) return;
  const title = content.lessons.find(({ id }) => id === lesson);
  await client.submit(
    'lesson.reach@1',
    person,
    { course_id: content.id, lesson_id: lesson, version, permille: told },
    { base: null, about: { item_name: textOf(title ?? content, 'title') } },
  );
}

/** Says that one has read a policy. */
export async function acknowledge(policy: LocalRow<'policy'>): Promise<void> {
  const person = session.person?.id;
  if (!person) return;
  const { version, content } = policy.body;
  const about = { item_name: textOf(content, 'title') };
  await client.submit('policy.acknowledge@1', person, { policy_id: content.id, version }, { base: null, about });
}

/** Both languages of a text of content: `title` stands for `title_zh` and `title_en`. */
export function textOf(content: object, name: string): { zh: string; en: string } {
  const words = content as Record<string, unknown>;
  return { zh: String(words[`${name}_zh`] ?? ''), en: String(words[`${name}_en`] ?? '') };
}

/** A text of content in the language that is on. */
export const said = (content: object, name: string): string => either(textOf(content, name));

/** The paragraphs of a text. */
export const paragraphs = (text: string): string[] => text.split(/\n\s*\n/).filter((one) => one.trim() !== '');

/** Who sees to what is learnt: publishes, assigns, and looks at who has done what. */
export const trains = (roles: readonly string[]): boolean =>
  roles.some((role) => role === 'trainer' || role === 'lead');

/** What of a thing that was refused is not in order, each with its place, in the language that is on. */
export function faultsIn(params: Readonly<Record<string, unknown>>): string[] {
  const told = language.value === 'zh' ? (params.faults_zh ?? params.faults) : params.faults;
  return Array.isArray(told) ? told.map(String) : [];
}
