import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LocalRow } from '../../src/device/types';
import { mineOf, reach, WHOLE } from '../../src/learn/learning';
import type { LearnerBody } from '../../src/protocol/generated';

const submit = vi.hoisted(() => vi.fn(async () => ({ id: 'i' })));
vi.mock('../../src/device/client', () => ({ client: { submit }, DeviceError: Error }));
vi.mock('../../src/session', () => ({ session: { person: { id: 'p1', kind: 'staff', roles: [] } } }));

const LESSON = { id: 'c-1', title_zh: '课', minutes: 10, text_zh: '文' };
const course = {
  id: 'r',
  body: { version: 1, published_at: '', content: { kind: 'course', id: 'c', title_zh: '课', lessons: [LESSON] } },
} as unknown as LocalRow<'course'>;
const readOn = (day: string) =>
  mineOf(
    {
      person: { id: 'p1', name: '周敏' },
      assigned: [],
      acknowledged: [],
      lessons: [
        { lesson: 'c-1', course: 'c', version: 1, permille: WHOLE, at: '', finished: 1, finished_at: '', read_on: day },
      ],
    } as LearnerBody,
    [],
    day,
  );

beforeEach(() => vi.useFakeTimers({ now: new Date('2026-11-30T17:00:00Z') }));
afterEach(() => {
  vi.useRealTimers();
  submit.mockClear();
});

it('a lesson read in the first hours of a month by the clock on the wall is told again for its topic', async () => {
  await reach(course, 'c-1', WHOLE, readOn('2026-11-20'));
  expect(submit).toHaveBeenCalledOnce();

  await reach(course, 'c-1', WHOLE, readOn('2026-12-01'));
  expect(submit).toHaveBeenCalledOnce();
});
