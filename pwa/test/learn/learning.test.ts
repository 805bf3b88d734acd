import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/device/types';
import type { ItemSummary } from '../../src/forms/types';
import { language } from '../../src/i18n';
import { dueNow, leftOf, monthsEnd, topicOf } from '../../src/learn/due';
import { blankOf, contentOf, FIELDS, lacking } from '../../src/learn/edit/fields';
import { doneOf, faultsIn, type Mine, mineOf, nextLesson } from '../../src/learn/learning';
import { touchedBy } from '../../src/learn/policies/touched';
import { entriesOf, found } from '../../src/learn/qa/find';
import { LEARN_WORDS } from '../../src/learn/words';
import type {
  AskedBody,
  Course,
  CourseBody,
  LearnerBody,
  PolicyBody,
  QaBody,
  TopicBody,
} from '../../src/protocol/generated';

const TODAY = '2026-11-24';
const ME = 'p1';
const lesson = (id: string) => ({ id, title_zh: id, minutes: 10, text_zh: '文', item_ids: ['lease'] });
const COURSE: Course = { kind: 'course', id: 'c', title_zh: '课', lessons: [lesson('c-1'), lesson('c-2')] };
const course = { id: 'r1', body: { version: 2, published_at: '', content: COURSE } as CourseBody };
const LEARNER: LearnerBody = {
  person: { id: ME, name: '周敏' },
  assigned: [{ course: 'c', due_on: '2026-11-30', at: '', by: { id: 't', name: '罗燕' } }],
  lessons: [
    {
      lesson: 'c-1',
      course: 'c',
      version: 2,
      permille: 1000,
      at: '',
      finished: 2,
      finished_at: '',
      read_on: '2026-10-02',
    },
  ],
  acknowledged: [{ policy: 'p', version: 1, at: '' }],
};
const act = (type: string, args: object, state: OutboxEntry['state'] = 'queued') =>
  ({ type, args, state, lane: ME, at: '2026-11-24T01:00:00Z' }) as unknown as OutboxEntry;
const reach = (permille: number, id = 'c-2', state: OutboxEntry['state'] = 'queued') =>
  act('lesson.reach@1', { course_id: 'c', lesson_id: id, version: 2, permille }, state);
const NOTHING: Mine = mineOf(undefined, [], TODAY);

describe('progress of one’s own', () => {
  it('is what the centre says, with what is still on this device laid over it', () => {
    const mine = mineOf(LEARNER, [reach(400)], TODAY);

    expect(mine.lessons.get('c-2')).toEqual({ version: 2, permille: 400, finished: 0, readOn: null, waiting: true });
    expect(doneOf(COURSE.lessons, mine)).toBe(1);
    expect(nextLesson(COURSE.lessons, mine)?.id).toBe('c-2');
  });

  it('never goes back, and what the centre refused does not count', () => {
    const mine = mineOf(LEARNER, [reach(300, 'c-1'), reach(1000, 'c-2', 'refused')], TODAY);

    expect(mine.lessons.get('c-1')?.permille).toBe(1000);
    expect(mine.lessons.has('c-2')).toBe(false);
  });

  it('is finished with the last lesson, before the centre has heard of it', () => {
    expect(nextLesson(COURSE.lessons, mineOf(LEARNER, [reach(1000)], TODAY))).toBeNull();
  });

  it('counts a policy as read from the moment it was acknowledged here', () => {
    const mine = mineOf(LEARNER, [act('policy.acknowledge@1', { policy_id: 'q', version: 3 })], TODAY);

    expect(mine.acknowledged.get('q')).toMatchObject({ version: 3, waiting: true });
    expect(mine.acknowledged.get('p')).toMatchObject({ version: 1, waiting: false });
  });
});

describe('what is due', () => {
  const topic = (id: string, month: number, year: number | null = null) => ({
    id,
    body: {
      version: 1,
      published_at: '',
      content: { kind: 'topic', id, month, year, title_zh: id, lesson_ids: ['c-1'] },
    } as TopicBody,
  });
  const policy = (id: string, effective: string, version = 1) => ({
    id,
    body: {
      version,
      published_at: '',
      in_effect: effective <= TODAY,
      content: { kind: 'policy', id, title_zh: id, published: effective, effective, source_zh: '', summary_zh: '' },
    } as PolicyBody,
  });

  it('is late before it is near, and lists nothing that is done or far away', () => {
    const mine = mineOf(LEARNER, [], TODAY);
    const dues = dueNow(
      {
        courses: [course],
        topics: [],
        policies: [policy('p', '2026-01-01'), policy('old', '2026-11-01'), policy('far', '2027-01-01')],
      },
      mine,
      TODAY,
    );

    expect(dues.map(({ id, late }) => [id, late])).toEqual([
      ['old', true],
      ['c', false],
    ]);
    expect(dues[1]?.to).toBe('/learn/course/c?lesson=c-2');
  });

  it('asks for a policy again when it has a new version', () => {
    const dues = dueNow(
      { courses: [], topics: [], policies: [policy('p', '2026-11-20', 2)] },
      mineOf(LEARNER, [], TODAY),
      TODAY,
    );

    expect(dues.map(({ id }) => id)).toEqual(['p']);
  });

  it('is nothing where nothing was given out', () => {
    expect(dueNow({ courses: [course], topics: [], policies: [] }, NOTHING, TODAY)).toEqual([]);
  });

  it('has the topic of the month until it was read in this month; one of this year goes before one of every year', () => {
    const topics = [topic('every', 11), topic('this', 11, 2026), topic('other', 12)];

    expect(topicOf(topics, TODAY)?.id).toBe('this');
    expect(leftOf(topic('every', 11).body, mineOf(LEARNER, [], TODAY), TODAY)).toEqual(['c-1']);
    expect(leftOf(topic('every', 11).body, mineOf(LEARNER, [reach(1000, 'c-1')], TODAY), TODAY)).toEqual([]);
    expect(monthsEnd('2028-02-10')).toBe('2028-02-29');
  });
});

describe('what a policy touches', () => {
  it('is what is tied to its items; the bank is counted only for those who hold it', () => {
    const around = {
      cases: ['lease', 'lease', 'other'],
      courses: [COURSE],
      questions: null,
      certificates: [
        { kind: 'certificate', id: 'all', name_zh: '全科', item_ids: 'all', exam: {}, valid_days: 1 },
      ] as never,
    };

    const touched = touchedBy({ item_ids: ['lease'] }, around);

    expect([touched.cases, touched.courses.length, touched.questions, touched.certificates.length]).toEqual([
      2,
      1,
      null,
      1,
    ]);
    expect(touchedBy({ item_ids: [] }, around)).toMatchObject({ cases: 0, courses: [], certificates: [] });
  });
});

describe('questions', () => {
  const qa = {
    id: 'a',
    body: {
      version: 1,
      published_at: '',
      pinyin: 'zhuan zu neng bei an ma',
      content: { kind: 'qa', id: 'a', question_zh: '转租能备案吗？', answer_zh: '要房东同意。', item_ids: ['lease'] },
    } as QaBody,
  };
  const asked = (id: string, text: string, pinyin: string, answers: number) => ({
    id,
    body: {
      text,
      pinyin,
      item_ids: [],
      by: { id: ME, name: '' },
      at: '',
      marked: 0,
      taken_up: [],
      answers: Array.from({ length: answers }, () => ({ text: '' })),
    } as unknown as AskedBody,
  });
  const entries = entriesOf(
    [qa],
    [asked('b', '邮寄退回来了', 'you ji tui hui lai le', 1), asked('c', '证书丢了', 'zheng shu diu le', 0)],
  );

  it('stand with those that wait for an answer first', () => {
    expect(entries.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it.each([
    ['转租', 'a'],
    ['zhuanzu', 'a'],
    ['zz', 'a'],
    ['tuihui', 'b'],
    ['thll', 'b'],
    ['房东同意', 'a'],
  ])('are found by characters, pinyin from any syllable on, initials and the answer: %s', (query, id) => {
    expect(found(entries, query, [] as ItemSummary[])[0]?.id).toBe(id);
  });
});

describe('writing content', () => {
  it('names what is missing before anything is sent', () => {
    const blank = blankOf('policy', TODAY, new Date('2026-11-24T00:00:00Z'));

    expect(lacking(FIELDS.policy, blank).map(({ key }) => key)).toEqual(['title', 'source', 'summary']);
  });

  it('leaves empty options out, letters the rest anew, and tells single from multiple by what is ticked', () => {
    const draft = {
      kind: 'question',
      options: { A: '', B: '对', C: '也对', D: '错' },
      options_en: { B: 'right' },
      answer: ['C', 'B'],
    };

    expect(contentOf('question', draft)).toMatchObject({
      options: { A: '对', B: '也对', C: '错' },
      options_en: {},
      answer: ['A', 'B'],
      type: 'multiple',
    });
  });
});

it('has every sentence in both languages', () => {
  expect(Object.keys(LEARN_WORDS.en).sort()).toEqual(Object.keys(LEARN_WORDS.zh).sort());
});

it('what was refused is told in the language that is on', () => {
  const params = { faults: ['answer: it is empty'], faults_zh: ['答案：不能空着'] };
  expect(faultsIn(params)).toEqual(['答案：不能空着']);

  language.value = 'en';
  expect(faultsIn(params)).toEqual(['answer: it is empty']);
  language.value = 'zh';
  expect([faultsIn({ faults: ['x'] }), faultsIn({})]).toEqual([['x'], []]);
});
