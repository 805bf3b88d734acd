/** One-time upload links: a secret that only the link holds, and its hash that the centre keeps. */
import { sha256Here } from '../device/sha256';

const SECRET_BYTES = 32;

/** A new secret in letters that a link can carry, with its SHA-256 as the centre stores it. */
export function newSecret(): { secret: string; token_hash: string } {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const secret = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
  return { secret, token_hash: sha256Here(new TextEncoder().encode(secret)) };
}

/** The link; its secret stands behind the `#`, which no browser sends to a server. */
export const linkAddress = (origin: string, lane: string, secret: string): string =>
  `${origin}/hand-in/${lane}#${secret}`;
