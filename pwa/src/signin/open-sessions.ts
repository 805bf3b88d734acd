/** Open sessions as the service lists them. */
export interface OpenSession {
  id: string;
  mine: boolean;
  device: string | null;
  here: boolean;
  blocked: boolean;
  method: string;
  opened_at: string;
  expires_at: string;
  seen_at: string;
  online: boolean;
}

/** The short name under which a person knows a device: the end of its id, which its own page shows too. */
export const shortId = (device: string): string => device.slice(-4).toUpperCase();

/** This one first, then those that were used lately. */
export function inOrder(sessions: readonly OpenSession[]): OpenSession[] {
  return [...sessions].sort((a, b) => Number(b.mine) - Number(a.mine) || b.seen_at.localeCompare(a.seen_at));
}
