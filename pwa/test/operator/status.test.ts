import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { language } from '../../src/i18n';
import {
  followerName,
  followerWords,
  NEEDS,
  type Need,
  needWords,
  noticeRows,
  stateOf,
  type Tablet,
  tabletBadge,
  viewsWords,
} from '../../src/operator/status';
import { OPERATOR_WORDS } from '../../src/operator/words';
import { firstPageOf } from '../../src/staff/clerk';

const NOW = new Date('2026-11-24T06:00:00Z');
const PARAMS = {
  reason: 'full',
  at: '2026-11-21T02:00:00Z',
  since: '2026-11-24T03:00:00Z',
  tag: 'case.greeted',
  seconds: 900,
  name: 'press',
  bytes: 3_000_000_000,
  n: 2,
};
const TABLET: Tablet = {
  device: 'd',
  name: '周敏',
  office: 'street',
  app: '0.1.0',
  is_here: true,
  last_contact: '2026-11-24T05:59:00Z',
  unsent: 0,
  oldest_at: null,
  missing: 0,
  blocked: false,
};
const { zh, en } = OPERATOR_WORDS;
const blanks = (sentence: string) => [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

// Dates of this year are said without it.
beforeAll(() => {
  vi.setSystemTime('2026-11-24T06:00:00Z');
});
afterAll(() => {
  vi.useRealTimers();
});

afterEach(() => {
  language.value = 'zh';
});

describe('the words of the operator', () => {
  it('are the same in both languages, and exclaim nothing', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
      expect([key, blanks(en[key])]).toEqual([key, blanks(zh[key])]);
      expect([key, /[\u3400-\u9fff]/.test(en[key]), /[!！]/.test(zh[key] + en[key])]).toEqual([key, false, false]);
    }
  });

  it.each(['zh', 'en'] as const)(
    'say in %s of each need what is so and what to do, and leave no blank open',
    (spoken) => {
      language.value = spoken;
      for (const code of NEEDS) {
        const { what, todo } = needWords({ code, params: PARAMS }, NOW);
        expect([code, what.length > 4, todo.length > 8, `${what}${todo}`.includes('{')]).toEqual([
          code,
          true,
          true,
          false,
        ]);
      }
    },
  );

  it('say when, how much and of what as people do', () => {
    const words = (code: Need['code']) => needWords({ code, params: PARAMS }, NOW).what;
    expect(words('backup-old')).toBe('最近一次备份是星期六 10:00');
    expect(words('disk-low')).toBe('磁盘只剩 3.0 GB');
    expect(words('follower-failing')).toBe('后台的“出文书”从11月24日 星期二 11:00起一直没有做成');
  });

  it('say why nothing can be recorded in the language that is on', () => {
    const todo = (reason: string) => needWords({ code: 'log-not-writable', params: { reason } }, NOW).todo;
    for (const reason of ['full', 'read-only', 'gone', 'busy', 'fault', 'keys'])
      expect([reason, /原因：[^a-z]+。没/.test(todo(reason))]).toEqual([reason, true]);
    expect(todo('full')).toContain('原因：磁盘满了。');
    expect(todo('haunted')).toContain('原因：haunted。');
    language.value = 'en';
    expect(todo('full')).toContain('Reason: the disk is full.');
  });

  it('name what a newer service does by the name that it gives', () => {
    expect(followerName('press')).toBe('出文书');
    expect(followerName('weather')).toBe('weather');
  });
});

describe('whoever only operates', () => {
  it('begins with how the centre runs; whoever has other work begins with that', () => {
    expect(firstPageOf(['operator'])).toBe('/operate');
    expect(firstPageOf(['operator', 'lead'])).toBe('/desk');
  });
});

describe('what is shown', () => {
  it('is red only where work stands still', () => {
    const red = NEEDS.filter((code) => stateOf({ code, params: {} }) === 'late');
    expect(red).toEqual(['log-altered', 'log-not-writable', 'views-stopped', 'clock-jumped', 'disk-low']);
  });

  it('is of a tablet the worst that is so', () => {
    const states = [
      { ...TABLET, missing: 3, blocked: true, unsent: 1 },
      { ...TABLET, blocked: true, unsent: 1 },
      { ...TABLET, unsent: 2 },
      TABLET,
    ].map((one) => tabletBadge(one));
    expect(states).toEqual([
      { state: 'late', words: '丢了 3 件' },
      { state: 'refused', words: '已停用' },
      { state: 'saved', words: '欠着 2 件' },
      { state: 'done', words: '正常' },
    ]);
  });

  it('is of what follows the log how far it has come', () => {
    const views = { state: 'following', position: 9, behind: 0, stopped_at: null } as const;
    expect(viewsWords(views)).toBe('跟上了');
    expect(viewsWords({ ...views, behind: 12 })).toBe('落后 12 条');
    expect(viewsWords({ ...views, state: 'stopped', stopped_at: 7 })).toBe('停在第 7 条');
    expect(viewsWords({ ...views, state: 'building' })).toBe('正在重建');
    expect(followerWords({ name: 'press', ended_at: null, failing_since: null }, NOW)).toBe('还没有做完一轮');
    expect(followerWords({ name: 'press', ended_at: '2026-11-24T05:59:00Z', failing_since: null }, NOW)).toBe(
      '今天 13:59做完一轮',
    );
  });

  it('is of notices each channel that has some, by state', () => {
    const counts = [
      { channel: 'sms', state: 'failed', n: 1 },
      { channel: 'sms', state: 'delivered', n: 4 },
      { channel: 'app', state: 'given', n: 5 },
    ];
    expect(noticeRows(counts)).toEqual([
      { name: '应用里', words: '已通知 5' },
      { name: '短信', words: '送到 4·没送到 1' },
    ]);
  });
});
