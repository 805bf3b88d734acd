/** A run of practice as the service tells it, and what the trainee asks of it. */
import { get, post } from '../../api';
import type { Json } from '../../device/types';

export interface Mistake {
  position: number;
  action: string;
  wrong: number | null;
  feedback_zh: string;
  feedback_en: string;
  lane: string | null;
}

export interface Spoken {
  choice: number;
  text_zh: string;
  text_en: string;
}

export interface PaperShown {
  material: string;
  number: number;
  title_zh: string;
  title_en: string;
}

/** What the person says and shows at the window. */
export interface Brought {
  place: number;
  item: string;
  /** Of a linked filing of `items`; empty for one of `item` alone. */
  bundle: string;
  items: string[];
  answers: Record<string, Json>;
  declarations: string[];
  later: string[];
  pages: PaperShown[];
}

export interface StepShown {
  id: string;
  number: number;
  role: string;
  happens_zh: string;
  happens_en: string;
  says_zh: string;
  says_en: string;
  choices: Spoken[];
  brings: Brought[];
  hinted: boolean;
  rule_zh: string;
  rule_en: string;
  mistakes: Mistake[];
  points: number;
  of: number;
  done: boolean;
  lane: string | null;
  /** The trainee may go where the device has no line. */
  cuts: boolean;
}

/** Attributes: `steps` up to and with the one that goes on, of `count`; `now` is the time in the sandbox. */
export interface RunShown {
  run: string;
  scenario: string;
  title_zh: string;
  title_en: string;
  background_zh: string;
  background_en: string;
  minutes: number;
  version: number;
  channel: string;
  steps: StepShown[];
  count: number;
  cases: { id: string; item: string }[];
  line: boolean;
  ended: boolean;
  given_up: boolean;
  passed: boolean;
  points: number;
  of: number;
  pass_points: number;
  now: string;
  own: boolean;
  /** Why the story cannot go on; empty while it can. */
  stuck: string;
}

export interface RunListed {
  run: string;
  begun_at: string;
  ended: boolean;
  given_up: boolean;
  passed: boolean;
  points: number;
  of: number;
}

export interface Offered {
  id: string;
  version: number;
  title_zh: string;
  title_en: string;
  background_zh: string;
  background_en: string;
  channel: 'online' | 'window' | 'phone' | 'community';
  minutes: number;
  item_ids: string[];
  steps: number;
  points: number;
  pass_points: number;
  runs: RunListed[];
}

const of = (run: string): string => `/api/practice/${run}`;

/** The scenarios and one's own runs. @throws ApiError */
export const fetchScenarios = async (): Promise<Offered[]> =>
  (await get<{ scenarios: Offered[] }>('/api/practice')).scenarios;

/** Opens a sandbox for a scenario. @returns the run @throws ApiError `practice-full`, `practice-busy` */
export const beginRun = async (scenario: string): Promise<string> =>
  (await post<{ run: string }>('/api/practice', { scenario })).run;

/** @throws ApiError `not-found` when the sandbox is gone */
export const fetchRun = (run: string): Promise<RunShown> => get<RunShown>(of(run));

/** @throws ApiError */
export const speak = (run: string, step: string, choice: number): Promise<RunShown> =>
  post<RunShown>(`${of(run)}/speak`, { step, choice });

/** @throws ApiError */
export const takeHint = (run: string, step: string): Promise<RunShown> => post<RunShown>(`${of(run)}/hint`, { step });

/** Tells that the device keeps an act for want of a line. @throws ApiError */
export const keepAct = (run: string, step: string, intent: string, command: string): Promise<RunShown> =>
  post<RunShown>(`${of(run)}/kept`, { step, intent, command });

/** @throws ApiError */
export const moveLine = (run: string, up: boolean): Promise<RunShown> => post<RunShown>(`${of(run)}/line`, { up });

/** @throws ApiError */
export const endRun = (run: string): Promise<RunShown> => post<RunShown>(`${of(run)}/end`);

/** The picture of a paper that the person shows. */
export const paperAddress = (run: string, step: string, brought: Brought, page: PaperShown): string =>
  `${of(run)}/papers/${step}/${brought.place}/${page.material}/${page.number}.jpg`;

/** Where a seat of a run is; `path` within the app. */
export const seatAddress = (run: string, seat: string, path: string): string => `/practice/${run}/${seat}${path}`;
