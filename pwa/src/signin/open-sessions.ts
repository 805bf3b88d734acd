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

/** This one first, then those that were used lately. */
export function inOrder(sessions: readonly OpenSession[]): OpenSession[] {
  return [...sessions].sort((a, b) => Number(b.mine) - Number(a.mine) || b.seen_at.localeCompare(a.seen_at));
}
