/** A scenario while it is being written: blanks to begin with, and what is not in order yet. */
import type { Player, Scenario, ScenarioStep } from '../../protocol/generated';
import { isPlayLacking, lacksRight } from './acting';
import { actionName } from './words';

export const ACTIONS = [
  'search-item',
  'explain',
  'check-eligibility',
  'open-case',
  'attach-material',
  'reuse-material',
  'fetch-shared',
  'request-correction',
  'accept-with-gap',
  'accept-case',
  'decline-case',
  'transfer',
  'record-visit',
  'start-special',
  'end-special',
  'approve',
  'reject',
  'print-result',
  'mail-result',
  'invite-rating',
  'protect-privacy',
  'sync-offline',
] as const;
export const SEATS = [
  'window-clerk',
  'reviewer',
  'decider',
  'community-worker',
  'outlet-clerk',
  'district-officer',
  'city-officer',
  'assessor',
] as const;
/** As commands name them. */
export const PROCEDURES = [
  'public-notice',
  'hearing',
  'expert-review',
  'appraisal',
  'assessment',
  'inspection',
  'testing',
  'quarantine',
  'tender',
  'auction',
  'objection-period',
  'production',
] as const;
export const CHANNELS = ['online', 'window', 'phone', 'community'] as const;

export const options = ACTIONS.map((value) => ({ value, words: () => actionName(value) }));

export const blankStep = (number: number): ScenarioStep => ({
  id: `s${number}`,
  role: 'window-clerk',
  happens_zh: '',
  happens_en: '',
  citizen_says_zh: '',
  citizen_says_en: '',
  plays: [],
  choices: [],
  expected: { action: 'open-case', args: {} },
  rule_zh: '',
  rule_en: '',
  wrong: [{ action: 'decline-case', feedback_zh: '', feedback_en: '' }],
  points: 10,
});

export const blankScenario = (): Scenario => ({
  kind: 'scenario',
  id: '',
  title_zh: '',
  title_en: '',
  channel: 'online',
  minutes: 20,
  item_ids: [],
  background_zh: '',
  background_en: '',
  starts: { weekday: 1, time: '10:00' },
  person: null,
  relative: null,
  pass_points: 8,
  steps: [blankStep(1)],
});

/** A field for a number that was emptied holds a text. */
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;

const isPersonLacking = (one: Player | null | undefined): boolean =>
  !!one && (!one.name.trim() || !one.home.trim() || !/^\d{4}-\d{2}-\d{2}$/.test(one.birth));

/** The points of all steps together. */
export const allPoints = ({ steps }: Pick<Scenario, 'steps'>): number =>
  steps.reduce((sum, { points }) => sum + (isCount(points) ? points : 0), 0);

type Lacking =
  | 'id'
  | 'title'
  | 'items'
  | 'background'
  | 'minutes'
  | 'happens'
  | 'rule'
  | 'points'
  | 'wrong'
  | 'choice'
  | 'right'
  | 'plays'
  | 'person'
  | 'time'
  | 'pass';

/** Fields that are still empty, by the names of their labels and the number of the step; 0 for the scenario itself. */
export function lackingOf(scenario: Scenario): { field: Lacking; step: number }[] {
  const { starts, person, relative } = scenario;
  const own: [Lacking, boolean][] = [
    ['id', !/^[a-z0-9][a-z0-9-]{0,79}$/.test(scenario.id)],
    ['title', !scenario.title_zh.trim()],
    ['items', scenario.item_ids.length === 0],
    ['background', !scenario.background_zh.trim()],
    ['minutes', !isCount(scenario.minutes)],
    ['time', !!starts && !/^([01]\d|2[0-3]):[0-5]\d$/.test(starts.time)],
    ['person', [person, relative].some(isPersonLacking)],
  ];
  const last: [Lacking, boolean][] = [
    ['pass', !isCount(scenario.pass_points) || scenario.pass_points > allPoints(scenario)],
  ];
  const told = (found: [Lacking, boolean][], step: number) =>
    found.filter(([, is]) => is).map(([field]) => ({ field, step }));
  return [...told(own, 0), ...scenario.steps.flatMap((step, at) => told(ofStep(step), at + 1)), ...told(last, 0)];
}

function ofStep(step: ScenarioStep): [Lacking, boolean][] {
  const wrong = step.wrong ?? [];
  return [
    ['happens', !step.happens_zh.trim()],
    ['rule', !step.rule_zh.trim()],
    ['points', !isCount(step.points)],
    ['choice', (step.choices ?? []).some((one) => !one.text_zh.trim())],
    ['right', lacksRight(step)],
    ['plays', (step.plays ?? []).some(isPlayLacking)],
    ['wrong', wrong.length === 0 || wrong.some((one) => !one.feedback_zh.trim())],
  ];
}
