/** The keys of the log that this device trusts: those that it met first, and such as a trusted one has endorsed. */
import { get } from '../../api';
import { type Keys, keysOf, opened } from '../../proof/notes';

const PLACE = 'doorstep log keys';

interface Named {
  readonly key: string;
  readonly endorsement: string;
}

/** Attributes: `text` the keys, separated by commas; `from` whence they are; `strange` a key that nobody endorsed. */
export interface KnownKeys {
  readonly text: string;
  readonly from: 'service' | 'kept' | null;
  readonly strange: boolean;
}

/** The keys to check with: those of the service, unless this device remembers others that do not lead to them. */
export async function knownKeys(): Promise<KnownKeys> {
  const kept = localStorage.getItem(PLACE) ?? '';
  try {
    const { keys } = await get<{ keys: readonly Named[] }>('/log/key');
    const text = keys.map((one) => one.key).join(',');
    if (kept && !follows(kept, keys)) return { text: kept, from: 'kept', strange: true };
    localStorage.setItem(PLACE, text);
    return { text, from: 'service', strange: false };
  } catch {
    return { text: kept, from: kept ? 'kept' : null, strange: false };
  }
}

/** Whether each key that is not kept bears the signature of one before it, beginning with those that are. */
export function follows(kept: string, named: readonly Named[]): boolean {
  const trusted = new Set(kept.split(','));
  if (!named.some((one) => trusted.has(one.key))) return false;
  for (const { key, endorsement } of named) {
    if (trusted.has(key)) continue;
    if (!isEndorsed(key, endorsement, keysOf([...trusted].join(',')))) return false;
    trusted.add(key);
  }
  return true;
}

function isEndorsed(key: string, endorsement: string, trusted: Keys): boolean {
  try {
    return opened(endorsement, trusted) === `${key}\n`;
  } catch {
    return false;
  }
}
