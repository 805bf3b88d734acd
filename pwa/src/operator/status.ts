/** How the centre stands, as `GET /api/status` tells it, and the words for what needs the operator. */
import type { State } from '../components/icons';
import { ago, dayTime } from '../i18n/time';
import { sizeWords } from '../resident/sync/health';
import { OPERATOR_WORDS, type OperatorKey, w } from './words';

export const NEEDS = [
  'log-altered',
  'log-not-writable',
  'views-stopped',
  'clock-jumped',
  'follower-failing',
  'disk-low',
  'views-behind',
  'certificate-ends',
  'backup-none',
  'backup-old',
  'devices-missing',
  'devices-silent',
  'notices-stuck',
  'versions-differ',
] as const;

export interface Need {
  code: (typeof NEEDS)[number];
  params: Record<string, string | number | null>;
}

export interface Turns {
  name: string;
  ended_at: string | null;
  failing_since: string | null;
}

export interface Tablet {
  device: string;
  name: string;
  office: string;
  app: string;
  is_here: boolean;
  last_contact: string;
  unsent: number;
  oldest_at: string | null;
  missing: number;
  blocked: boolean;
}

export interface Status {
  now: string;
  build: string;
  since: string;
  nodes: { name: string; program: string; is_this: boolean }[];
  log: {
    engine: 'sqlite' | 'postgresql';
    head: number;
    waiting: number;
    trouble: string;
    key: string;
    proven: number;
    altered: boolean;
  };
  views: { state: 'following' | 'building' | 'stopped'; position: number; behind: number; stopped_at: number | null };
  followers: Turns[];
  timers: { waiting: number; next_at: string | null; jumped: number | null };
  sockets: number;
  devices: Tablet[];
  residents: { known: number; owing: number; missing: number };
  notices: { counts: { channel: string; state: string; n: number }[]; unreached: number };
  sends_messages: boolean;
  disk: { free: number; total: number };
  certificate_ends_at: string | null;
  backup: { at: string; events: number } | null;
}

export interface Answer {
  needs: Need[];
  status: Status;
}

/** What stops work now; the rest can wait for an hour. */
const STOPS: ReadonlySet<Need['code']> = new Set([
  'log-altered',
  'log-not-writable',
  'views-stopped',
  'clock-jumped',
  'disk-low',
]);

export const stateOf = ({ code }: Need): State => (STOPS.has(code) ? 'late' : 'you');

/** What is so and what to do about it. */
export function needWords({ code, params }: Need, now: Date): { what: string; todo: string } {
  const at = typeof params.at === 'string' ? ago(params.at, now) : '';
  const when = code === 'certificate-ends' && typeof params.at === 'string' ? dayTime(params.at) : at;
  const blanks = {
    ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? ''])),
    when,
    since: typeof params.since === 'string' ? dayTime(params.since) : '',
    size: typeof params.bytes === 'number' ? sizeWords(params.bytes) : '',
    name: typeof params.name === 'string' ? followerName(params.name) : '',
    reason: typeof params.reason === 'string' ? (known(`reason.${params.reason}`) ?? params.reason) : '',
  };
  return { what: w(`need.${code}`, blanks), todo: w(`do.${code}`, blanks) };
}

/** A name for people; one that a newer service has added is shown as it is. */
export const followerName = (name: string): string => known(`follower.${name}`) ?? name;

export function followerWords({ ended_at, failing_since }: Turns, now: Date): string {
  if (failing_since) return w('follower.failing', { when: dayTime(failing_since) });
  return ended_at ? w('follower.ended', { when: ago(ended_at, now) }) : w('follower.never');
}

export function tabletBadge({ blocked, missing, unsent }: Tablet): { state: State; words: string } {
  if (missing > 0) return { state: 'late', words: w('device.missing', { n: missing }) };
  if (blocked) return { state: 'refused', words: w('device.blocked') };
  return unsent > 0
    ? { state: 'saved', words: w('device.owes', { n: unsent }) }
    : { state: 'done', words: w('device.well') };
}

export function viewsWords({ state, behind, stopped_at }: Status['views']): string {
  if (state === 'stopped') return w('log.stopped', { at: stopped_at ?? '' });
  if (state === 'building') return w('log.building');
  return behind > 0 ? w('log.behind', { n: behind }) : w('log.following');
}

/** States of notices in the order in which they come. */
const NOTICE_STATES = ['given', 'claimed', 'sent', 'delivered', 'failed', 'uncertain'] as const;
const CHANNELS = ['app', 'sms', 'push'] as const;

/** Each channel that has notices, and how many of them are in which state. */
export function noticeRows(counts: Status['notices']['counts']): { name: string; words: string }[] {
  const inState = (channel: string, state: string) =>
    counts.find((one) => one.channel === channel && one.state === state);
  return CHANNELS.map((channel) => ({
    name: w(`channel.${channel}`),
    words: NOTICE_STATES.flatMap((state) => {
      const n = inState(channel, state)?.n ?? 0;
      return n > 0 ? [`${w(`state.${state}`)} ${n}`] : [];
    }).join(w('notices.between')),
  })).filter(({ words }) => words !== '');
}

function known(key: string): string | null {
  return Object.hasOwn(OPERATOR_WORDS.zh, key) ? w(key as OperatorKey) : null;
}
