/** How people are received now, as the service says; asked again while the page is in sight. */
import { onMounted, onScopeDispose, ref, shallowRef } from 'vue';
import { ApiError, get } from '../../api';
import { either, listed, pause } from '../../i18n';
import { clock, unbroken } from '../../i18n/time';
import type { GroupBody, OfficeDayBody, ReceptionBody, SlotsBody } from '../../protocol/generated';
import { w, wordOr } from '../words';

const AGAIN_MS = 30_000;

/** Groups, days and today's lines; `missing` while they cannot be had. */
export function useReception() {
  const reception = shallowRef<ReceptionBody | null>(null);
  const missing = ref(false);

  async function load(): Promise<void> {
    if (document.visibilityState === 'hidden') return;
    try {
      reception.value = await get<ReceptionBody>('/api/reception');
      missing.value = false;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      missing.value = true;
    }
  }

  const timer = setInterval(() => void load(), AGAIN_MS);
  const look = (): void => void load();
  document.addEventListener('visibilitychange', look);
  onScopeDispose(() => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  });
  onMounted(load);
  return { reception, missing, load };
}

/** What can be booked in a group on a day. @throws ApiError */
export function slotsOf(on: string, group: string): Promise<SlotsBody> {
  return get<SlotsBody>(`/api/slots?${new URLSearchParams({ on, group })}`);
}

/** The group whose counters serve an item; null for matters that fit every group. */
export function groupFor(reception: ReceptionBody, item: string): GroupBody | null {
  return reception.groups.find((group) => group.items.includes(item)) ?? null;
}

/** `9:00–12:00、13:00–17:00，延时服务 17:00–19:30`, with no line to end within a span. */
export function hoursWords(day: OfficeDayBody): string {
  return listed(
    day.openings.map(({ starts, ends, kind }) => {
      const hours = unbroken(`${starts.slice(0, 5).replace(/^0/, '')}–${ends.slice(0, 5).replace(/^0/, '')}`);
      return kind === 'regular' ? hours : `${wordOr(`visits.opening.${kind}`, 'visits.opening.extended')} ${hours}`;
    }),
  );
}

/** How long the line of a group is. */
export function lineWords(group: GroupBody): string {
  if (group.is_stopped) return w('visits.line-stopped');
  const waiting = group.waiting === 0 ? w('visits.line-none') : w('visits.line', { n: group.waiting });
  if (group.wait_minutes === null) return waiting;
  const wait = group.wait_minutes === 0 ? w('visits.line-now') : w('visits.line-wait', { n: group.wait_minutes });
  return `${waiting}${pause()}${wait}`;
}

/** Why no number can be taken at `now`, null if one can. */
export function noTicketsBecause(reception: ReceptionBody, now: Date): string | null {
  const { tickets_from: from, tickets_until: until } = reception;
  if (!from || !until) return closedWords(reception.days[0]);
  if (now < new Date(from)) return w('ticket.not-now', { from: clock(from) });
  return now >= new Date(until) ? w('ticket.over-today') : null;
}

/** That today is closed, with the reason where one is published. */
export function closedWords(day: OfficeDayBody | undefined): string {
  return day?.because ? w('visits.closed-because', { why: day.because }) : w('visits.closed-today');
}

/** What an appointment or ticket is for. */
export function mattersWords(matters: readonly { item?: string }[], nameOfItem: (id: string) => string | null): string {
  const names = matters.flatMap((matter) => (matter.item ? (nameOfItem(matter.item) ?? []) : []));
  return names.length ? listed(names) : w('appointment.any');
}

/** The name of a group. */
export const groupName = (group: GroupBody): string => either(group.name);
