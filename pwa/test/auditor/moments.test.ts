import { afterEach, describe, expect, it } from 'vitest';
import { dueThen } from '../../src/auditor/due-then';
import { around, secondsLate, statePosition } from '../../src/auditor/history';
import { actorWords, capacityWords } from '../../src/auditor/people';
import { dayMarks, nearest, placeBetween, placesOf } from '../../src/auditor/scale';
import { fullMoment, spanWords } from '../../src/auditor/times';
import { language } from '../../src/i18n';
import { byZhouMin, changed, EVERY_KIND, IN_CORRECTION, momentAt } from './samples';

afterEach(() => {
  language.value = 'zh';
});

describe('the state at a position', () => {
  it('is that of the last change, whoever has looked since', () => {
    expect(statePosition(EVERY_KIND, 4)).toBe(3);
    expect(statePosition(EVERY_KIND, 12)).toBe(12);
  });

  it('is none before the case was filed', () => {
    const early = [momentAt(1, 'file.stored', {}), momentAt(2, 'case.filed', {})];
    expect(statePosition(early, 1)).toBeNull();
    expect(statePosition(early, 2)).toBe(2);
  });
});

describe('what happened around a moment', () => {
  const look = (position: number) => byZhouMin(position, 'record.viewed', { position: 1 });
  const moments = [
    momentAt(1, 'case.filed', {}),
    momentAt(2, 'case.received', {}),
    ...[3, 4, 5, 6].map(look),
    byZhouMin(7, 'case.accepted', {}),
  ];
  const positions = (here: number, changes: number) =>
    around(moments, here, { changes, readings: 2 }).map((one) => one.position);

  it('keeps the last of many readings in a row', () => {
    expect(positions(2, 4)).toEqual([1, 2, 5, 6, 7]);
  });

  it('reaches as many changes to either side as asked', () => {
    expect(positions(7, 1)).toEqual([2, 5, 6, 7]);
  });

  it('keeps the reading it is about', () => {
    expect(positions(3, 4)).toEqual([1, 2, 3, 5, 6, 7]);
  });
});

describe('people', () => {
  it('are named where they are staff, and told by their side where they are not', () => {
    const [filed, stored] = EVERY_KIND;
    const clerk = byZhouMin(5, 'case.claimed', {});
    if (!filed || !stored) throw new Error('the samples begin with a filing and a file');

    expect([filed, stored, clerk].map((one) => [actorWords(one, null), capacityWords(one, null)])).toEqual([
      ['申请人', '本人'],
      ['系统', '自动'],
      ['周敏', '窗口收件·街道'],
    ]);
    expect([actorWords(filed, filed.actor), capacityWords(filed, filed.actor)]).toEqual(['代办人', '替人办']);
  });
});

describe('times', () => {
  it('are told to the second, with year and weekday', () => {
    expect(fullMoment('2026-11-23T07:02:10.5Z')).toBe('2026年11月23日 星期一 15:02:10');
    language.value = 'en';
    expect(fullMoment('2026-11-23T07:02:10.5Z')).toBe('Mon 23 Nov 2026 15:02:10');
  });

  it.each([
    [12, '12 秒'],
    [28 * 60 + 5, '28 分钟'],
    [3600, '1 小时'],
    [3 * 3600 + 5 * 60, '3 小时 5 分钟'],
    [2 * 86_400 + 4 * 3600, '2 天 4 小时'],
    [-90, '1 分钟'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(spanWords(seconds)).toBe(words);
  });

  it('tell how late something arrived from a device', () => {
    expect(secondsLate(momentAt(1, 'case.claimed', {}, { captured_at: '2026-11-23T06:33:00Z' }))).toBe(28 * 60);
    expect(secondsLate(momentAt(1, 'case.claimed', {}, { captured_at: null }))).toBeNull();
  });
});

describe('the date that mattered', () => {
  it('is counted to the moment, not to today', () => {
    const notice = dueThen(IN_CORRECTION.view, '2026-12-21T09:00:00Z');
    expect(notice).toMatchObject({ words: '申请人最晚什么时候补', verdict: '那时还有 2 天', state: 'you' });
  });

  it('is late only if it had passed then', () => {
    const view = changed({ status: 'received' }).view;
    expect(dueThen(view, '2026-11-24T08:59:00Z')).toMatchObject({ verdict: '那时还有 1 分钟', state: 'office' });
    expect(dueThen(view, '2026-11-24T10:00:00Z')).toMatchObject({ verdict: '那时已超期 1 小时', state: 'late' });
  });

  it('stands still once the case was decided', () => {
    const decision = {
      outcome: 'granted',
      at: '2026-11-24T05:00:00Z',
      by_name: '王芳',
      reason: '',
      basis: '',
      remedies: '',
      office: '',
      how: '',
      cause: '',
      delay: '',
    } as const;
    expect(dueThen(changed({ status: 'delivered', decision }).view, '2027-01-01T00:00:00Z')).toMatchObject({
      verdict: '比期限早 4 小时决定',
      state: 'done',
    });
  });

  it('is none while a supplement is on its way, nor after a withdrawal', () => {
    expect(dueThen(changed({ status: 'filed' }).view, '2026-11-24T08:00:00Z')).toBeNull();
    expect(dueThen(changed({ status: 'withdrawn' }).view, '2026-11-24T08:00:00Z')).toBeNull();
  });
});

describe('the scrubber', () => {
  const instants = ['2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z', '2026-11-23T02:00:00Z', '2026-11-24T10:00:00Z'];
  const places = placesOf(instants);

  it('keeps the order, and drawn apart what happened at once', () => {
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(1);
    expect(places[1]).toBeGreaterThan(0.15);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('stands still where there is one moment only', () => {
    expect(placesOf(['2026-11-20T10:00:00Z'])).toEqual([0]);
  });

  it('falls onto the nearest moment', () => {
    expect(places.map((place) => nearest(places, place + 0.01))).toEqual([0, 1, 2, 3]);
  });

  it('finds a place for an instant between two', () => {
    const place = placeBetween('2026-11-21T22:00:00Z', instants, places);
    expect(place).toBeGreaterThan(places[1] ?? 1);
    expect(place).toBeLessThan(places[2] ?? 0);
    expect(placeBetween('2026-11-19T00:00:00Z', instants, places)).toBe(0);
  });

  it('names each day once, as far as there is room', () => {
    const days = (width: number) => dayMarks(instants, places, width).map(({ at, end }) => [at.slice(8, 10), end]);
    expect(days(0.1)).toEqual([
      ['20', false],
      ['23', false],
      ['24', true],
    ]);
    expect(days(0.4)).toEqual([
      ['20', false],
      ['24', true],
    ]);
  });
});
