/** Where moments stand on the scrubber: along real time, drawn apart where much happened within minutes. */
import { dateOf } from '../i18n/time';

/** Share of the line given to order; the rest is given to time. */
const EVEN_SHARE = 0.5;

/** A day's name under the line, beginning at its place. */
export interface DayMark {
  readonly place: number;
  readonly at: string;
  /** Whether it has to end at its place, since there is no room behind it. */
  readonly end: boolean;
}

/** The place of each instant, from 0 to 1; instants are in order. */
export function placesOf(instants: readonly string[]): number[] {
  const times = instants.map((instant) => Date.parse(instant));
  const first = times[0] ?? 0;
  const span = (times.at(-1) ?? first) - first;
  return times.map((time, index) => {
    const even = times.length > 1 ? index / (times.length - 1) : 0;
    return span > 0 ? EVEN_SHARE * even + (1 - EVEN_SHARE) * ((time - first) / span) : even;
  });
}

/** The place of an instant between others, 0 before the first and 1 after the last. */
export function placeBetween(instant: string, instants: readonly string[], places: readonly number[]): number {
  const time = Date.parse(instant);
  const after = instants.findIndex((one) => Date.parse(one) >= time);
  if (after <= 0) return after === 0 ? 0 : 1;
  const [from, to] = [Date.parse(instants[after - 1] ?? instant), Date.parse(instants[after] ?? instant)];
  const [start, end] = [places[after - 1] ?? 0, places[after] ?? 1];
  return start + (to > from ? (time - from) / (to - from) : 0) * (end - start);
}

/** The index of the place nearest to `wanted`. */
export function nearest(places: readonly number[], wanted: number): number {
  let best = 0;
  places.forEach((place, index) => {
    if (Math.abs(place - wanted) < Math.abs((places[best] ?? 0) - wanted)) best = index;
  });
  return best;
}

/** The first moment of each day, as far as names of the `width` (share of the line) do not run into each other. */
export function dayMarks(instants: readonly string[], places: readonly number[], width: number): DayMark[] {
  const marks: DayMark[] = [];
  let free = 0;
  instants.forEach((at, index) => {
    const before = instants[index - 1];
    if (before !== undefined && dateOf(before) === dateOf(at)) return;
    const place = places[index] ?? 0;
    const end = place + width > 1;
    if ((end ? place - width : place) < free) return;
    marks.push({ place, at, end });
    free = end ? place : place + width;
  });
  return marks;
}
