import { describe, expect, it } from 'vitest';
import { covers, isOutlived, type Standing, triedOf, wayTo } from '../../src/learn/certificates/ways';
import type { Read } from '../../src/learn/learning';
import type {
  AttemptLine,
  CandidateBody,
  CertificateBody,
  CertificateKind,
  Course,
} from '../../src/protocol/generated';

const TODAY = '2026-11-24';
const KIND = {
  kind: 'certificate',
  id: 'cert',
  name_zh: '证',
  item_ids: ['lease'],
  required_courses: ['c', 'withdrawn'],
  required_scenarios: ['sim'],
  exam: { questions: 10, minutes: 30, pass_mark: 80, retakes: 1, cooldown_days: 3 },
  valid_days: 365,
  renew_days: 60,
} as CertificateKind;
const COURSE: Course = {
  kind: 'course',
  id: 'c',
  title_zh: '课',
  lessons: [{ id: 'c-1', title_zh: '', minutes: 1, text_zh: '' }],
};
const read = (finished: number): ReadonlyMap<string, Read> =>
  new Map([['c-1', { version: 1, permille: 1000, finished, readOn: TODAY, waiting: false }]]);
const attempt = (begun: string, passed: boolean | null, ended: string | null = begun): AttemptLine => ({
  id: begun,
  certificate: 'cert',
  begun_at: begun,
  percent: passed === null ? null : 70,
  passed,
  ended_at: ended,
});
const candidate = (attempts: AttemptLine[], since = {}, scenarios: string[] = []): CandidateBody =>
  ({ person: { id: 'p', name: '' }, attempts, since, scenarios: scenarios.map((scenario) => ({ scenario })) }) as never;
const held = (valid_until: string, state: CertificateBody['state'] = 'valid') => ({
  id: valid_until,
  body: { kind: 'cert', state, valid_until, renewable_from: '2026-12-01' } as CertificateBody,
});
const standing = (more: Partial<Standing> = {}): Standing => ({
  candidate: null,
  certificates: [],
  courses: [COURSE],
  mine: { due: new Map(), lessons: new Map(), acknowledged: new Map() },
  today: TODAY,
  ...more,
});

describe('the way to a certificate', () => {
  it('names what is still missing, and nothing that was withdrawn', () => {
    const way = wayTo(KIND, standing());

    expect([way.state, way.courses.map(({ id }) => id), way.scenarios, way.exam]).toEqual([
      'none',
      ['c'],
      ['sim'],
      true,
    ]);
    expect([way.closed, way.tries]).toEqual([null, 2]);
  });

  it('is at its end when everything is done', () => {
    const mine = { ...standing().mine, lessons: read(1) };
    const way = wayTo(
      KIND,
      standing({ mine, candidate: candidate([attempt('2026-11-20T02:00:00Z', true)], {}, ['sim']) }),
    );

    expect([way.courses, way.scenarios, way.exam, way.closed]).toEqual([[], [], false, 'passed']);
  });

  it('is closed for the days of rest after a failure, and for good after the last attempt', () => {
    const once = wayTo(KIND, standing({ candidate: candidate([attempt('2026-11-23T02:00:00Z', false)]) }));
    const rested = wayTo(KIND, standing({ candidate: candidate([attempt('2026-11-20T02:00:00Z', false)]) }));
    const twice = wayTo(
      KIND,
      standing({
        candidate: candidate([attempt('2026-11-10T02:00:00Z', false), attempt('2026-11-15T02:00:00Z', false)]),
      }),
    );

    expect([once.closed, once.from, once.tries]).toEqual(['cooldown', '2026-11-26', 1]);
    expect([rested.closed, rested.tries]).toEqual([null, 1]);
    expect([twice.closed, twice.tries]).toEqual(['no-attempts', 0]);
  });

  it('counts attempts anew once more are allowed', () => {
    const attempts = [attempt('2026-11-10T02:00:00Z', false), attempt('2026-11-15T02:00:00Z', false)];
    const allowed = candidate(attempts, { cert: '2026-11-16T02:00:00Z' });

    expect(triedOf(KIND, allowed)).toEqual([]);
    expect([wayTo(KIND, standing({ candidate: allowed })).closed]).toEqual([null]);
  });

  it('waits for an examination that runs, of whatever kind, and for the day of renewal', () => {
    const running = candidate([{ ...attempt('2026-11-24T01:00:00Z', null, null), certificate: 'other' }]);
    const way = wayTo(KIND, standing({ candidate: running }));
    expect([way.closed, way.running]).toEqual(['running', null]);

    const early = wayTo(KIND, standing({ certificates: [held('2027-06-30')] }));
    expect([early.state, early.closed, early.from]).toEqual(['valid', 'held', '2026-12-01']);
  });

  it('tells a certificate that ends soon from one that has ended or was taken away', () => {
    const states = [held('2026-12-24'), held('2026-12-25'), held('2026-11-23'), held('2027-01-01', 'revoked')].map(
      (one) => wayTo(KIND, standing({ certificates: [one] })).state,
    );

    expect(states).toEqual(['ending', 'valid', 'expired', 'revoked']);
  });

  it('to what another certificate covers as long or longer is no way of its own any more', () => {
    const certificate = (kind: string, until: string, items: string[], state: CertificateBody['state'] = 'valid') => ({
      id: kind,
      body: { ...held(until, state).body, kind, items, all_items: items.length === 0 },
    });
    const outlived = (...certificates: ReturnType<typeof certificate>[]) => {
      const ways = certificates.map(({ id }) => wayTo({ ...KIND, id }, standing({ certificates })));
      return ways.map((way) => isOutlived(way, ways));
    };

    expect(outlived(certificate('lease', '2027-01-01', ['lease']), certificate('all', '2027-06-30', []))).toEqual([
      true,
      false,
    ]);
    expect(outlived(certificate('lease', '2027-12-31', ['lease']), certificate('all', '2027-06-30', []))).toEqual([
      false,
      false,
    ]);
    expect(outlived(certificate('a', '2026-11-01', ['x']), certificate('b', '2027-06-30', ['x', 'y']))).toEqual([
      true,
      false,
    ]);
    expect(outlived(certificate('a', '2027-06-30', ['x']), certificate('b', '2027-06-30', ['x']))).toEqual([
      false,
      true,
    ]);
    expect(outlived(certificate('a', '2027-01-01', ['x'], 'revoked'), certificate('all', '2027-06-30', []))).toEqual([
      false,
      false,
    ]);
  });

  it('leads to the items that the kind covers', () => {
    expect([covers(KIND, 'lease'), covers(KIND, 'elder'), covers({ item_ids: 'all' }, 'elder')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
