/** How this person likes the app on this device: language, size of type, colours, motion. Kept on the device only. */
import { reactive, readonly } from 'vue';
import { type Language, speak } from './i18n';

export type Size = 'normal' | 'large' | 'largest';
export type Theme = 'system' | 'light' | 'dark';
export type Motion = 'system' | 'off';

export interface Prefs {
  language: Language;
  size: Size;
  theme: Theme;
  motion: Motion;
}

/** Also read by `public/before-paint.js`, which sets the same attributes before the app is there. */
export const PREFS_KEY = 'doorstep.prefs';
export const CHOICES = {
  language: ['zh', 'en'],
  size: ['normal', 'large', 'largest'],
  theme: ['system', 'light', 'dark'],
  motion: ['system', 'off'],
} as const satisfies { [Name in keyof Prefs]: readonly Prefs[Name][] };

const DEFAULTS: Prefs = { language: 'zh', size: 'normal', theme: 'system', motion: 'system' };
const chosen = reactive<Prefs>({ ...DEFAULTS });

/** What is chosen now. */
export const prefs = readonly(chosen);

/** Reads what was chosen before and shows the app that way; resolves once the words of the language are there. */
export async function startPrefs(): Promise<void> {
  await takeKept();
  globalThis.addEventListener?.('storage', ({ key }) => {
    if (key === PREFS_KEY || key === null) void takeKept();
  });
}

/** Changes one preference, shows it at once and keeps it. */
export async function prefer<Name extends keyof Prefs>(name: Name, value: Prefs[Name]): Promise<void> {
  chosen[name] = value;
  keep();
  showLook();
  await speak(chosen.language);
}

/** Shows the app as it was chosen last, here or in another tab of this browser. */
async function takeKept(): Promise<void> {
  Object.assign(chosen, DEFAULTS, kept());
  showLook();
  await speak(chosen.language);
}

function kept(): Partial<Prefs> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PREFS_KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    const known = Object.entries(stored).filter(([name, value]) =>
      (CHOICES[name as keyof Prefs] as readonly unknown[] | undefined)?.includes(value),
    );
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}

function keep(): void {
  try {
    localStorage.setItem(PREFS_KEY, JSON.stringify(chosen));
  } catch {
    // No storage here: the choice holds until the page is closed.
  }
}

function showLook(): void {
  const { dataset } = document.documentElement;
  setOrDrop(dataset, 'size', chosen.size === 'normal' ? null : chosen.size);
  setOrDrop(dataset, 'theme', chosen.theme === 'system' ? null : chosen.theme);
  setOrDrop(dataset, 'motion', chosen.motion === 'system' ? null : chosen.motion);
}

function setOrDrop(dataset: DOMStringMap, name: string, value: string | null): void {
  if (value === null) delete dataset[name];
  else dataset[name] = value;
}
