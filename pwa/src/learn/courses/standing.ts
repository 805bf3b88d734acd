/** How a person stands in a course, for who trains them. */
import type { Course, LearnerBody } from '../../protocol/generated';

/** Attributes: `due` the last day, null where it was not given to them; `at` when they last read in it. */
export interface Standing {
  done: number;
  isDone: boolean;
  due: string | null;
  late: boolean;
  at: string | null;
}

export function standingOf(course: Course, body: LearnerBody | undefined, today = ''): Standing {
  const read = (body?.lessons ?? []).filter((one) => course.lessons.some(({ id }) => id === one.lesson));
  const done = read.filter(({ finished }) => finished > 0).length;
  const isDone = done === course.lessons.length;
  const due = body?.assigned.find((one) => one.course === course.id)?.due_on ?? null;
  const at =
    read
      .map((one) => one.at)
      .sort()
      .at(-1) ?? null;
  return { done, isDone, due, late: !isDone && due !== null && today !== '' && due < today, at };
}
