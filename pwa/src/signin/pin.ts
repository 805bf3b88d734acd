/**
 * The PIN of the lock: six digits that only this device knows.
 *
 * What is kept is derived from it slowly (PBKDF2-SHA-256, 600,000 rounds), and it may be tried five times. It keeps a
 * colleague from somebody's open desk; six digits do not protect what lies on the disk from somebody who takes the tablet apart.
 */

export const DIGITS = 6;
export const TRIES = 5;
const ROUNDS = 600_000;

/** What is kept of a PIN: a salt and what is derived with it, base64, and how often it may still be tried. */
export interface KeptPin {
  salt: string;
  check: string;
  left: number;
}

/** Why a PIN will not do: `short` if it is not six digits, `easy` if everybody tries it first; null if it will. */
export function weakness(pin: string): 'short' | 'easy' | null {
  if (!/^\d{6}$/.test(pin)) return 'short';
  const steps = new Set([...pin].slice(1).map((digit, place) => Number(digit) - Number(pin[place])));
  const isRun = steps.size === 1 && [0, 1, -1].includes([...steps][0] ?? 0);
  return isRun || pin.slice(0, 3) === pin.slice(3) || pin.slice(0, 2).repeat(3) === pin ? 'easy' : null;
}

/** What to keep of a new PIN. */
export async function keptOf(pin: string): Promise<KeptPin> {
  const salt = encoded(crypto.getRandomValues(new Uint8Array(16)));
  return { salt, check: await derived(pin, salt), left: TRIES };
}

/** What to keep after a try, and whether it was right; nobody who has no try left is right. */
export async function tried(pin: string, kept: KeptPin): Promise<{ isRight: boolean; kept: KeptPin }> {
  const isRight = kept.left > 0 && (await derived(pin, kept.salt)) === kept.check;
  return { isRight, kept: { ...kept, left: isRight ? TRIES : Math.max(0, kept.left - 1) } };
}

async function derived(pin: string, salt: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  const salted = Uint8Array.from(atob(salt), (sign) => sign.charCodeAt(0));
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', iterations: ROUNDS, salt: salted },
    key,
    256,
  );
  return encoded(new Uint8Array(bits));
}

const encoded = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
