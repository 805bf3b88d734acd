/** Who is there, who is away until when, and whose certificates end. */
import type { ColleagueBody } from '../protocol/generated';
import { awayOn, type Colleague } from '../staff/colleagues';

const SOON_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** How many items somebody may take, of these how many soon no more, and how many no more already. */
export interface Certificates {
  valid: number;
  expiring: number;
  expired: number;
  /** Whether a certificate is for every item, and whether the last such ends soon or has ended; null if there never was one. */
  all: 'valid' | 'expiring' | 'expired' | null;
}

/**
 * What a person may take on a day by their certificates; what ends within 30 days counts as valid too. Of several certificates for
 * an item the one that lasts longest counts.
 */
export function certificatesOf({ certificates }: Pick<ColleagueBody, 'certificates'>, today: string): Certificates {
  const soon = new Date(Date.parse(`${today}T00:00:00Z`) + SOON_DAYS * DAY_MS).toISOString().slice(0, 10);
  const last = (all: readonly { valid_until: string }[]): string =>
    all
      .map((one) => one.valid_until)
      .sort()
      .at(-1) ?? '';
  const items = new Set(certificates.flatMap((one) => one.items));
  const ends = [...items].map((item) => last(certificates.filter((one) => one.all_items || one.items.includes(item))));
  const valid = ends.filter((end) => end >= today);
  const every = last(certificates.filter((one) => one.all_items));
  return {
    valid: valid.length,
    expiring: valid.filter((end) => end <= soon).length,
    expired: ends.length - valid.length,
    all: every === '' ? null : every < today ? 'expired' : every <= soon ? 'expiring' : 'valid',
  };
}

/** Everybody, those who are away last. */
export function inOffice(colleagues: readonly Colleague[], today: string): Colleague[] {
  const away = (one: Colleague): number => (awayOn(one, today) ? 1 : 0);
  return [...colleagues].sort((a, b) => away(a) - away(b) || a.body.name.localeCompare(b.body.name, 'zh'));
}
