/** Who is signed in here and which centre this is: as the service says, or as it last said when it cannot be reached. */
import { reactive, readonly } from 'vue';
import { ApiError, get, post, remove } from './api';
import { keptAs } from './base';
import { setClock } from './clock';
import type { Principal } from './device/types';

/**
 * The person signed in.
 *
 * Attributes: residents have `phone_masked`; staff have `name`, `roles` and `office`; `narrow` whoever came in with a code of
 * enrolment may make a passkey or one-time codes, and nothing else before that.
 */
export interface Person {
  id: string;
  kind: 'resident' | 'staff';
  name: string | null;
  roles: string[];
  office: string | null;
  phone_masked: string | null;
  narrow?: boolean;
}

/**
 * One day of the centre: its shifts as `09:00-12:00`, none on a day off; `openings` when people are received, which may be at
 * noon, in the evening and on days off too.
 */
export interface CentreDay {
  readonly on: string;
  readonly shifts: readonly string[];
  readonly openings?: readonly string[];
}

/** An account of a demonstration, offered at its sign-in; `does` says what the person does. */
export interface DemoAccount {
  username: string;
  name: string;
  roles: string[];
  does: { zh: string; en: string };
}

export interface Centre {
  name_zh: string;
  name_en: string;
  phone: string;
  address_zh: string;
  address_en?: string;
  hours_zh: string;
  hours_en?: string;
  days?: readonly CentreDay[];
}

interface SessionAnswer {
  person: Person | null;
  now: string;
  demo: boolean;
  demo_staff?: DemoAccount[];
  ways?: Ways;
  centre: Centre;
}

/**
 * Ways of signing in that this centre offers.
 *
 * Attributes: `oidc` residents may come through an identity provider; `second_factor` staff need more than a password.
 */
export interface Ways {
  oidc: boolean;
  second_factor: boolean;
}

/**
 * Attributes: `expired` the resident's sign-in ran out, without their signing out: what is on the device stays theirs
 * and in sight, and what is to be sent waits for them to sign in again.
 */
interface State {
  person: Person | null;
  expired: boolean;
  demo: boolean;
  demoStaff: DemoAccount[];
  ways: Ways;
  centre: Centre | null;
}

const NO_WAYS: Ways = { oidc: false, second_factor: false };
const SESSION_KEY = keptAs('doorstep.session');
const DEVICE_KEY = 'doorstep.device';
const SIGN_OUT_KEY = keptAs('doorstep.sign-out');
const state = reactive<State>({
  person: null,
  expired: false,
  demo: false,
  demoStaff: [],
  ways: NO_WAYS,
  centre: null,
  ...kept(),
});

/** What is known of the session now. */
export const session = readonly(state);

/** The person as the device layer knows them; null for a guest. */
export function principal(): Principal | null {
  const { person } = state;
  if (!person || person.narrow) return null;
  return { id: person.id, kind: person.kind, ...(person.name ? { name: person.name } : {}) };
}

/** Whether this is a guest in a browser that remembers no device: nothing of theirs is in it, or it is not the browser to know. */
export function isNewcomer(): boolean {
  return principal() === null && recall(DEVICE_KEY) === null;
}

/** Asks the service who is signed in. @returns whether it answered. */
export async function renewSession(): Promise<boolean> {
  try {
    await tellSignOut();
    take(await get<SessionAnswer>('/session'));
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Has a sign-in code sent to `phone`. @throws ApiError `phone-format`, `too-many-codes` with `retry_s` */
export function sendCode(phone: string): Promise<void> {
  return post('/session/code', { phone });
}

/** Signs a resident in. @throws ApiError `code-wrong` with `left`, `code-expired` */
export async function signInResident(phone: string, code: string): Promise<void> {
  remember(SIGN_OUT_KEY, null);
  take(await post<SessionAnswer>('/session/resident', { phone, code, device: deviceId() }));
}

/** Signs a member of staff in. @throws ApiError `sign-in-failed`; `second-factor-needed` without the one-time `code` */
export function signInStaff(username: string, password: string, code = ''): Promise<void> {
  return signInBy('/session/staff', { username, password, code });
}

/** Signs in by showing what `path` asks for. @throws ApiError */
export async function signInBy(path: string, shown: Record<string, unknown>): Promise<void> {
  remember(SIGN_OUT_KEY, null);
  take(await post<SessionAnswer>(path, { ...shown, device: deviceId() }));
}

/**
 * Signs out here; what is on the device stays, locked to the person. Without a signal the service is told as soon as it
 * can be reached.
 */
export async function signOut(): Promise<void> {
  state.person = null;
  state.expired = false;
  keep();
  remember(SIGN_OUT_KEY, 'due');
  await tellSignOut();
}

/** Called when the service no longer knows the session: the person must sign in again, nothing else changes. */
export function forgetPerson(): void {
  state.person = null;
  keep();
}

/** The id of this browser on this device, made once. */
export function deviceId(): string {
  const known = recall(DEVICE_KEY);
  if (known) return known;
  const made = newUuid();
  remember(DEVICE_KEY, made);
  return made;
}

async function tellSignOut(): Promise<void> {
  if (!recall(SIGN_OUT_KEY)) return;
  try {
    await remove('/session');
    remember(SIGN_OUT_KEY, null);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code !== 'no-connection') remember(SIGN_OUT_KEY, null);
  }
}

/** A random UUID; `crypto.randomUUID` is missing outside secure contexts. */
function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function take(answer: SessionAnswer): void {
  setClock(answer.now);
  state.expired = answer.person === null && state.person?.kind === 'resident';
  if (!state.expired) state.person = answer.person;
  state.demo = answer.demo;
  state.demoStaff = answer.demo_staff ?? [];
  state.ways = answer.ways ?? NO_WAYS;
  state.centre = answer.centre;
  keep();
}

function kept(): Partial<State> {
  try {
    return JSON.parse(recall(SESSION_KEY) ?? '{}') as Partial<State>;
  } catch {
    return {};
  }
}

function keep(): void {
  remember(SESSION_KEY, JSON.stringify(state));
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps `value`, or drops it; where there is no storage the app opens signed out after a reload without a network. */
function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing can be kept in this browser; the screens say so (storage `none`).
  }
}
