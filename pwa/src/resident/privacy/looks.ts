/** Who of the staff looked at one's cases, as it is read: by day, the same person's openings of one case together. */
import { get } from '../../api';
import { dateOf } from '../../i18n/time';

/** As `GET /api/me/access` has it, the newest first; `what` is a field or a paper, `why` a purpose or somebody's words. */
export interface Look {
  case: string;
  at: string;
  how: 'opened' | 'unmasked' | 'printed' | 'glass';
  name: string;
  role: string;
  office: string;
  what: string;
  why: string;
  until: string | null;
  offline: boolean;
}

/** One line: a look, or `times` openings of one case by one person on one day. */
export interface Line extends Look {
  times: number;
}

export interface Day {
  on: string;
  lines: Line[];
}

/** Everybody's looks at one's own cases. @throws ApiError */
export const fetchLooks = async (): Promise<Look[]> => (await get<{ looks: Look[] }>('/api/me/access')).looks;

export function byDay(looks: readonly Look[]): Day[] {
  const days = new Map<string, Line[]>();
  for (const look of looks) {
    const on = dateOf(look.at);
    const lines = days.get(on) ?? [];
    days.set(on, lines);
    const same = look.how === 'opened' ? lines.find((line) => isSame(line, look)) : undefined;
    if (same) same.times += 1;
    else lines.push({ ...look, times: 1 });
  }
  return [...days].map(([on, lines]) => ({ on, lines }));
}

const isSame = (line: Line, look: Look): boolean =>
  line.how === 'opened' &&
  line.case === look.case &&
  line.name === look.name &&
  line.role === look.role &&
  line.offline === look.offline;
