/** The counters and lines of today, as whoever sits at a counter needs them. */
import type { Bodies, LocalRow } from '../../device/types';
import type { ReceptionBody, ToldBody } from '../../protocol/generated';

export type Ticket = LocalRow<'ticket'>;
export type Counter = LocalRow<'counter'>;
export type Line = LocalRow<'line'>;
export type Place = ReceptionBody['counters'][number];
export type Appointment = LocalRow<'appointment'>;

/** The counter at which somebody sits. */
export const counterOf = (counters: readonly Counter[], person: string): Counter | null =>
  counters.find(({ body }) => body.staff.id === person) ?? null;

/** Who is called or served at a counter. */
export const ticketAt = (counter: Counter | null, tickets: readonly Ticket[]): Ticket | null =>
  tickets.find(({ id }) => id === counter?.body.ticket) ?? null;

/** How many wait for one of the groups that a counter calls. */
export function waitingFor({ groups }: Pick<Bodies['counter'], 'groups'>, lines: readonly Line[]): number {
  return lines
    .filter(({ body }) => groups.length === 0 || groups.includes(body.group))
    .reduce((sum, { body }) => sum + body.waiting.length, 0);
}

/** Counters of the plan with whoever sits there. */
export function placesOf(
  places: readonly Place[],
  counters: readonly Counter[],
): { place: Place; taken: Counter | null }[] {
  return places.map((place) => ({ place, taken: counters.find(({ body }) => body.counter === place.id) ?? null }));
}

/** Numbers that did not come, the last one first. */
export const missedOf = (tickets: readonly Ticket[]): Ticket[] =>
  tickets
    .filter(({ body }) => body.status === 'missed')
    .sort((a, b) => b.body.changed_at.localeCompare(a.body.changed_at));

/** Appointments of today that nobody has come for yet, by their time. */
export const expectedOf = (appointments: readonly Appointment[], today: string): Appointment[] =>
  appointments
    .filter(({ body }) => body.on === today && body.status === 'booked')
    .sort((a, b) => a.body.starts.localeCompare(b.body.starts));

type Telling = Partial<Pick<Bodies['appointment'], 'told'>>;

/** What its visitor was told of it without being reached: somebody should call. */
export const unreachedOf = ({ told }: Telling): ToldBody[] => (told ?? []).filter((one) => one.is_unreached);

/** What staff told its visitor last, null where nothing had to be. */
export const handledLast = ({ told }: Telling): ToldBody | null =>
  (told ?? [])
    .filter((one) => one.handled_at)
    .sort((a, b) => (a.handled_at ?? '').localeCompare(b.handled_at ?? ''))
    .at(-1) ?? null;

/** Appointments of later days whose person was not reached, by their time. */
export const unreachedLater = (appointments: readonly Appointment[], today: string): Appointment[] =>
  appointments
    .filter(({ body }) => body.on > today && body.status === 'booked' && unreachedOf(body).length > 0)
    .sort((a, b) => a.body.starts.localeCompare(b.body.starts));
