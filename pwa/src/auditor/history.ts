/** The history of a case as the service tells it: moments, whose they are, and the pages and people they speak of. */
import type { CaseBody, Json, Role } from '../protocol/generated';

/**
 * One fact of a case.
 *
 * Attributes: `position` in the log; `at` the service's clock and `captured_at` the device's, which may be wrong;
 * `facts` the fields kept in clear, under their stored names; `sealed` the names of those that are not; `signature` what was found
 * of the signature of a member of staff's device.
 */
export interface HistoryMoment {
  readonly position: number;
  readonly at: string;
  readonly captured_at: string | null;
  readonly tag: string;
  readonly actor_name: string;
  readonly actor: string;
  readonly role: Role;
  readonly office: string;
  readonly device: string | null;
  readonly facts: Readonly<Record<string, Json>>;
  readonly sealed: readonly string[];
  readonly command: string | null;
  readonly signature: '' | 'good' | 'wrong' | 'other-words' | 'gone' | 'closed' | 'none';
}

/** `GET /api/cases/{id}/history`. */
export interface HistoryAnswer {
  readonly moments: readonly HistoryMoment[];
}

/** `GET /api/cases/{id}/at/{position}`. */
export interface AsOfAnswer {
  readonly row: { readonly id: string; readonly pos: number; readonly body: CaseBody };
}

/** Which page of which material a file shows. */
export interface PagePlace {
  readonly material: string;
  readonly number: number;
}

/** Reading is recorded too, but changes nothing in the case. */
export const READING = 'record.viewed';

const FILED = 'case.filed';

/** Position at which the state shown at `position` came about; null before the case was filed. */
export function statePosition(moments: readonly HistoryMoment[], position: number): number | null {
  const past = moments.filter((moment) => moment.position <= position && moment.tag !== READING);
  return past.some((moment) => moment.tag === FILED) ? (past.at(-1)?.position ?? null) : null;
}

/** What every file shows, as filings and supplements named it. */
export function placesOfFiles(moments: readonly HistoryMoment[]): Map<string, PagePlace> {
  const places = new Map<string, PagePlace>();
  for (const { facts } of moments) {
    for (const page of Array.isArray(facts['pages']) ? facts['pages'] : []) {
      if (page === null || typeof page !== 'object' || Array.isArray(page)) continue;
      places.set(String(page['file']), { material: String(page['material']), number: Number(page['number']) });
    }
  }
  return places;
}

/** The person who filed for somebody else, if one did. */
export function agentOf(moments: readonly HistoryMoment[]): string | null {
  const agent = moments.find((moment) => moment.tag === FILED)?.facts['agent'];
  return typeof agent === 'string' ? agent : null;
}

/** Names of staff by person, as far as they appear in this history. */
export function namesOfStaff(moments: readonly HistoryMoment[]): Map<string, string> {
  return new Map(moments.filter((one) => one.actor_name).map((one) => [one.actor, one.actor_name]));
}

/** By how many seconds the device's clock was behind the moment of recording; null where nothing is known of it. */
export function secondsLate({ at, captured_at: captured }: HistoryMoment): number | null {
  return captured === null ? null : Math.round((Date.parse(at) - Date.parse(captured)) / 1000);
}

/**
 * The moments around the one at `here`: up to `changes` that changed something on either side, and of each run of
 * readings in between the last `readings`, so that those who look do not crowd out what was done.
 */
export function around(
  moments: readonly HistoryMoment[],
  here: number,
  { changes, readings }: { changes: number; readings: number },
): HistoryMoment[] {
  const kept = moments.filter((one, index) => {
    if (one.tag !== READING || one.position === here) return true;
    const next = moments.slice(index + 1, index + 1 + readings);
    return next.length < readings || next.some((later) => later.tag !== READING);
  });
  const at = kept.findIndex((one) => one.position === here);
  const isChange = (one: HistoryMoment): boolean => one.tag !== READING;
  const before = kept.slice(0, at).filter(isChange).at(-changes) ?? kept[0];
  const after = kept.slice(at + 1).filter(isChange)[changes - 1] ?? kept.at(-1);
  return before && after ? kept.slice(kept.indexOf(before), kept.indexOf(after) + 1) : kept;
}
