/** Who is there, who is away until when, and whose certificates end. */
import type { ColleagueBody } from '../protocol/generated';
import { awayOn, type Colleague } from '../staff/colleagues';

const SOON_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

export interface Certificates {
  valid: number;
  expiring: number;
  expired: number;
}

/** How a person's certificates stand on a day; those that end within 30 days are valid too. */
export function certificatesOf({ certificates }: Pick<ColleagueBody, 'certificates'>, today: string): Certificates {
  const soon = new Date(Date.parse(`${today}T00:00:00Z`) + SOON_DAYS * DAY_MS).toISOString().slice(0, 10);
  const valid = certificates.filter((one) => one.valid_until >= today);
  return {
    valid: valid.length,
    expiring: valid.filter((one) => one.valid_until <= soon).length,
    expired: certificates.length - valid.length,
  };
}

/** Everybody, those who are away last. */
export function inOffice(colleagues: readonly Colleague[], today: string): Colleague[] {
  const away = (one: Colleague): number => (awayOn(one, today) ? 1 : 0);
  return [...colleagues].sort((a, b) => away(a) - away(b) || a.body.name.localeCompare(b.body.name, 'zh'));
}
