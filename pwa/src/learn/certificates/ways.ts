/** What a certificate takes, and how somebody stands to it; the same rules as `domain/training/earning.py`. */
import { computed } from 'vue';
import { useNow } from '../../clock';
import { useDevice, useRows } from '../../device/store';
import { dateOf } from '../../i18n/time';
import type { AttemptLine, CandidateBody, CertificateBody, CertificateKind, Course } from '../../protocol/generated';
import { session } from '../../session';
import { daysAfter } from '../due';
import { type Mine, useLearning } from '../learning';

/** Days before the end from which on a certificate counts as ending. */
export const SOON_DAYS = 30;

/** Everything that conditions are asked of. */
export interface Standing {
  candidate: CandidateBody | null;
  certificates: readonly { id: string; body: CertificateBody }[];
  courses: readonly Course[];
  mine: Mine;
  today: string;
}

export type State = 'none' | 'valid' | 'ending' | 'expired' | 'revoked';

/**
 * How somebody stands to a kind of certificate.
 *
 * Attributes: `held` the one that was issued last; `courses` and `scenarios` still missing; `exam` whether an examination has
 * still to be passed; `closed` why none can be begun now, null if one can; `from` the first day on which it can; `tries` how
 * many attempts are left.
 */
export interface Way {
  kind: CertificateKind;
  state: State;
  held: { id: string; body: CertificateBody } | null;
  courses: Course[];
  scenarios: string[];
  exam: boolean;
  running: AttemptLine | null;
  closed: 'running' | 'held' | 'passed' | 'no-attempts' | 'cooldown' | null;
  from: string | null;
  tries: number;
}

/** The certificate of a kind that was issued last. */
function heldOf(kind: CertificateKind, { certificates }: Standing): Way['held'] {
  const own = certificates.filter(({ body }) => body.kind === kind.id && body.state !== 'renewed');
  return own.sort((a, b) => b.body.valid_until.localeCompare(a.body.valid_until))[0] ?? null;
}

function stateOf(held: Way['held'], today: string): State {
  if (!held) return 'none';
  if (held.body.state === 'revoked') return 'revoked';
  if (held.body.valid_until < today) return 'expired';
  return held.body.valid_until <= daysAfter(today, SOON_DAYS) ? 'ending' : 'valid';
}

/** The attempts at a kind of certificate that count now. */
export function triedOf(kind: CertificateKind, candidate: CandidateBody | null): AttemptLine[] {
  const since = candidate?.since[kind.id] ?? '';
  const sinceAt = since ? Date.parse(since) : Number.NEGATIVE_INFINITY;
  return (candidate?.attempts ?? []).filter((one) => one.certificate === kind.id && Date.parse(one.begun_at) > sinceAt);
}

/** How somebody stands to a kind of certificate. */
export function wayTo(kind: CertificateKind, standing: Standing): Way {
  const { candidate, courses, mine, today } = standing;
  const held = heldOf(kind, standing);
  const state = stateOf(held, today);
  const tried = triedOf(kind, candidate).filter((one) => one.ended_at !== null);
  const failed = tried.filter((one) => !one.passed).length;
  const passed = tried.some((one) => one.passed && daysAfter(dateOf(one.ended_at ?? ''), kind.valid_days) >= today);
  const running = candidate?.attempts.find((one) => one.ended_at === null) ?? null;
  const { closed, from } = closing(kind, { held, state, tried, failed, passed, running, today });
  const needed = new Map(courses.map((one) => [one.id, one]));
  const unread = (course: Course): boolean =>
    course.lessons.some(({ id }) => (mine.lessons.get(id)?.finished ?? 0) === 0);
  const scenarios = new Set(candidate?.scenarios.map((one) => one.scenario) ?? []);
  return {
    kind,
    state,
    held,
    courses: (kind.required_courses ?? []).flatMap((id) => needed.get(id) ?? []).filter(unread),
    scenarios: (kind.required_scenarios ?? []).filter((id) => !scenarios.has(id)),
    exam: !passed,
    running: running?.certificate === kind.id ? running : null,
    closed,
    from,
    tries: Math.max(0, 1 + kind.exam.retakes - failed),
  };
}

interface Asked {
  held: Way['held'];
  state: State;
  tried: readonly AttemptLine[];
  failed: number;
  passed: boolean;
  running: AttemptLine | null;
  today: string;
}

function closing(kind: CertificateKind, asked: Asked): Pick<Way, 'closed' | 'from'> {
  const { held, state, tried, failed, passed, running, today } = asked;
  if (running) return { closed: 'running', from: null };
  const isHeld = held !== null && (state === 'valid' || state === 'ending');
  if (isHeld && today < held.body.renewable_from) return { closed: 'held', from: held.body.renewable_from };
  if (passed) return { closed: 'passed', from: null };
  if (failed > kind.exam.retakes) return { closed: 'no-attempts', from: null };
  const last = tried.at(-1);
  const from = last && !last.passed ? daysAfter(dateOf(last.ended_at ?? ''), kind.exam.cooldown_days) : null;
  return from !== null && today < from ? { closed: 'cooldown', from } : { closed: null, from: null };
}

/** Whether a kind of certificate covers an item. */
export const covers = (kind: Pick<CertificateKind, 'item_ids'>, item: string): boolean =>
  kind.item_ids === 'all' || kind.item_ids.includes(item);

/** Whether another certificate covers all that this one does and lasts as long or longer, so that only that one counts. */
export function isOutlived({ kind, held, state }: Way, ways: readonly Way[]): boolean {
  if (!held || state === 'revoked') return false;
  return ways.some((other) => {
    if (other.kind.id === kind.id || !other.held || (other.state !== 'valid' && other.state !== 'ending')) return false;
    const [mine, its] = [held.body, other.held.body];
    if (!coversAll(its, mine) || its.valid_until < mine.valid_until) return false;
    // Of two that are alike in both the first is shown.
    return its.valid_until > mine.valid_until || !coversAll(mine, its) || other.kind.id < kind.id;
  });
}

type Covering = Pick<CertificateBody, 'items' | 'all_items'>;
const coversAll = (one: Covering, other: Covering): boolean =>
  one.all_items || (!other.all_items && other.items.every((item) => one.items.includes(item)));

/** One's own way to every certificate, those that cover fewer items first. */
export function useWays() {
  const now = useNow();
  const today = computed(() => dateOf(now.value));
  const device = useDevice();
  const { courses, certificates: kinds, mine } = useLearning(() => today.value);
  const candidates = useRows('candidate');
  const held = useRows('certificate');
  const me = computed(() => session.person?.id ?? '');
  const candidate = computed(() => candidates.value?.find(({ body }) => body.person === me.value)?.body ?? null);
  const standing = computed<Standing>(() => ({
    candidate: candidate.value,
    certificates: held.value ?? [],
    courses: courses.value.map(({ body }) => body.content),
    mine: mine.value,
    today: today.value,
  }));
  const size = (kind: CertificateKind): number =>
    kind.item_ids === 'all' ? Number.MAX_SAFE_INTEGER : kind.item_ids.length;
  const ways = computed(() =>
    (kinds.value ?? [])
      .map(({ body }) => wayTo(body.content, standing.value))
      .sort((a, b) => size(a.kind) - size(b.kind) || a.kind.id.localeCompare(b.kind.id)),
  );
  return {
    ways,
    candidate,
    today,
    /** False until the first rows have come to this device: an empty list would say that there is nothing to be had. */
    loaded: computed(
      () =>
        candidates.value !== null &&
        held.value !== null &&
        ((kinds.value ?? []).length > 0 || (kinds.value !== null && device.state.ready)),
    ),
  };
}
