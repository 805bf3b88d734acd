/** What is due now, and what comes next: courses that were assigned, the topic of the month, policies that nobody may miss. */
import type { CourseBody, PolicyBody, Text, TopicBody } from '../protocol/generated';
import { type Mine, nextLesson, textOf } from './learning';

/** A row as far as it matters here. */
interface Row<Body> {
  id: string;
  body: Body;
}

/**
 * Something that waits for the person.
 *
 * Attributes: `on` the last local day, null where there is none; `late` it has passed; `to` where it is done; `part` which lesson
 * comes next.
 */
export interface Due {
  kind: 'course' | 'topic' | 'policy';
  id: string;
  title: Text;
  part: Text | null;
  on: string | null;
  late: boolean;
  to: string;
}

const SOON_DAYS = 14;

/** The last day of the month of `today`. */
export function monthsEnd(today: string): string {
  const [year, month] = today.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, month ?? 1, 0)).toISOString().slice(0, 10);
}

/** The local day so many days after another. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The topic of the month of `today`; one for this year goes before one for every year. */
export function topicOf<R extends Row<TopicBody>>(topics: readonly R[], today: string): R | null {
  const [year, month] = today.split('-').map(Number);
  const here = topics.filter(({ body }) => body.content.month === month && (body.content.year ?? year) === year);
  return here.find(({ body }) => body.content.year === year) ?? here[0] ?? null;
}

/** The lessons of a topic that were not read in the month of `today`. */
export function leftOf(topic: TopicBody, mine: Mine, today: string): string[] {
  return topic.content.lesson_ids.filter((id) => mine.lessons.get(id)?.readOn?.slice(0, 7) !== today.slice(0, 7));
}

/** Everything that is due within two weeks or late, the most urgent first. */
export function dueNow(
  has: { courses: readonly Row<CourseBody>[]; topics: readonly Row<TopicBody>[]; policies: readonly Row<PolicyBody>[] },
  mine: Mine,
  today: string,
): Due[] {
  const until = daysAfter(today, SOON_DAYS);
  const found = [
    ...coursesDue(has.courses, mine, today),
    ...policiesDue(has.policies, mine, today),
    ...topicDue(has, mine, today),
  ];
  return found
    .filter(({ on }) => on === null || on <= until)
    .sort(
      (a, b) => Number(b.late) - Number(a.late) || (a.on ?? '9').localeCompare(b.on ?? '9') || a.id.localeCompare(b.id),
    );
}

function coursesDue(courses: readonly Row<CourseBody>[], mine: Mine, today: string): Due[] {
  return courses.flatMap(({ body: { content } }): Due[] => {
    const on = mine.due.get(content.id);
    const next = nextLesson(content.lessons, mine);
    if (!on || !next) return [];
    const to = `/learn/course/${content.id}?lesson=${next.id}`;
    return [
      {
        kind: 'course',
        id: content.id,
        title: textOf(content, 'title'),
        part: textOf(next, 'title'),
        on,
        late: on < today,
        to,
      },
    ];
  });
}

function policiesDue(policies: readonly Row<PolicyBody>[], mine: Mine, today: string): Due[] {
  return policies
    .filter(({ body }) => (mine.acknowledged.get(body.content.id)?.version ?? 0) < body.version)
    .map(({ body: { content } }) => ({
      kind: 'policy',
      id: content.id,
      title: textOf(content, 'title'),
      part: null,
      on: content.effective,
      late: content.effective < today,
      to: `/learn/policies?at=${content.id}`,
    }));
}

function topicDue(
  { topics, courses }: { topics: readonly Row<TopicBody>[]; courses: readonly Row<CourseBody>[] },
  mine: Mine,
  today: string,
): Due[] {
  const topic = topicOf(topics, today);
  const [next] = topic ? leftOf(topic.body, mine, today) : [];
  if (!topic || !next) return [];
  const course = courses.find(({ body }) => body.content.lessons.some(({ id }) => id === next))?.body.content;
  const lesson = course?.lessons.find(({ id }) => id === next);
  if (!course || !lesson) return [];
  const { content } = topic.body;
  const to = `/learn/course/${course.id}?lesson=${next}`;
  return [
    {
      kind: 'topic',
      id: content.id,
      title: textOf(content, 'title'),
      part: textOf(lesson, 'title'),
      on: monthsEnd(today),
      late: false,
      to,
    },
  ];
}
