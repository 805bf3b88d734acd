/** Pictures, videos and PDFs beside lessons and policies: where they are, and that the device has the small ones before the signal goes. */
import { watch } from 'vue';
import { at } from '../base';
import type { Attachment, CourseBody, PolicyBody } from '../protocol/generated';

const SMALL = 4_000_000;
const asked = new Set<string>();

/** Where an attachment is read. */
export const hrefOf = (one: Attachment): string =>
  at(`/api/training/files/${one.address ?? ''}?name=${encodeURIComponent(one.name)}`);

/** Reads the small handouts of what is assigned once, so that the service worker has them without a network. */
export function keepHandouts(
  courses: () => readonly { body: CourseBody }[],
  policies: () => readonly { body: PolicyBody }[],
): void {
  watch(
    [courses, policies],
    ([someCourses, somePolicies]) => {
      const files = [
        ...someCourses.flatMap(({ body }) => body.content.lessons.flatMap((lesson) => lesson.attachments ?? [])),
        ...somePolicies.flatMap(({ body }) => body.content.attachments ?? []),
      ];
      for (const file of files) keep(file);
    },
    { immediate: true },
  );
}

function keep(file: Attachment): void {
  const href = hrefOf(file);
  if (file.size > SMALL || asked.has(href) || !navigator.serviceWorker?.controller) return;
  asked.add(href);
  fetch(href).catch(() => asked.delete(href));
}
