/** One case walked through moment by moment: its history, and how it stood at each moment that was asked for. */
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from 'vue';
import { ApiError, get } from '../api';
import { now } from '../clock';
import type { CaseBody } from '../protocol/generated';
import { forgetPerson } from '../session';
import { type AsOfAnswer, type HistoryAnswer, type HistoryMoment, READING, statePosition } from './history';

/** Rest before a moment is fetched: moments that the hand only passes are neither asked for nor recorded as read. */
const REST_MS = 220;

/** A moment as it is on show: how the case stood then, just before, and at the last moment known. */
export interface Shown {
  readonly stop: HistoryMoment;
  readonly stood: CaseBody | null;
  readonly before: CaseBody | null;
  readonly last: CaseBody | null;
}

/**
 * Replays the case `id()` at the position `at()` (the last one if null).
 *
 * `stops` are the moments one steps through; `stop` the one that is wanted; `shown` the one on show, null until it has
 * come; `trouble` why it could not be had; `readAt` when the history was fetched.
 */
export function useReplay(id: () => string, at: () => number | null) {
  const moments = shallowRef<readonly HistoryMoment[] | null>(null);
  const readAt = shallowRef<Date | null>(null);
  const trouble = shallowRef<ApiError | null>(null);
  const shown = shallowRef<Shown | null>(null);
  const withReading = ref(false);
  const states = shallowReactive(new Map<number, CaseBody>());
  let rest: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(rest));

  const stops = computed(() => (moments.value ?? []).filter((one) => withReading.value || one.tag !== READING));
  const stopIndex = computed(() => {
    const wanted = at();
    const reached = stops.value.findLastIndex((one) => wanted === null || one.position <= wanted);
    return Math.max(reached, 0);
  });
  const stop = computed(() => stops.value[stopIndex.value] ?? null);

  async function open(): Promise<void> {
    clearTimeout(rest);
    moments.value = null;
    shown.value = null;
    states.clear();
    await attempt(async () => {
      const caseId = id();
      const answer = await get<HistoryAnswer>(`/api/cases/${encodeURIComponent(caseId)}/history`);
      if (caseId !== id()) return;
      const wanted = at();
      withReading.value = answer.moments.some((one) => one.position === wanted && one.tag === READING);
      moments.value = answer.moments;
      readAt.value = now();
    });
  }

  async function show(): Promise<void> {
    const wanted = stop.value;
    const known = moments.value;
    if (!wanted || !known) return;
    await attempt(async () => {
      const previous = known[known.indexOf(wanted) - 1];
      const [stood, before, last] = await Promise.all([
        stateAt(known, wanted.position),
        previous ? stateAt(known, previous.position) : null,
        stateAt(known, known.at(-1)?.position ?? wanted.position),
      ]);
      if (stop.value === wanted) shown.value = { stop: wanted, stood, before, last };
    });
  }

  /** Asked for once per position at which the case changed, since every asking is recorded. */
  async function stateAt(known: readonly HistoryMoment[], position: number): Promise<CaseBody | null> {
    const stood = statePosition(known, position);
    if (stood === null) return null;
    const kept = states.get(stood);
    if (kept) return kept;
    const answer = await get<AsOfAnswer>(`/api/cases/${encodeURIComponent(id())}/at/${stood}`);
    states.set(stood, answer.row.body);
    return answer.row.body;
  }

  async function attempt(task: () => Promise<void>): Promise<void> {
    trouble.value = null;
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) forgetPerson();
      trouble.value = error;
    }
  }

  watch(id, () => void open(), { immediate: true });
  watch(stop, (_, before) => {
    clearTimeout(rest);
    if (before === null) void show();
    else rest = setTimeout(() => void show(), REST_MS);
  });

  const retry = (): Promise<void> => (moments.value ? show() : open());
  return { moments, stops, stopIndex, stop, shown, trouble, readAt, withReading, open, retry };
}
