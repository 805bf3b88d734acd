/** Whether the person who looks is the agent rather than the applicant of a case. */
import type { StatusBody } from '../../protocol/generated';

/**
 * Told by the telephone that they signed in with, of which the app knows both ends.
 *
 * @param masked as `139****1234`.
 */
export function actsAsAgent(body: StatusBody, masked: string | null): boolean {
  if (!body.agency || !masked) return false;
  return fits(body.answers['agent_phone'], masked) && !fits(body.answers['applicant_phone'], masked);
}

function fits(phone: unknown, masked: string): boolean {
  if (typeof phone !== 'string') return false;
  const [start = '', end = ''] = masked.split(/\*+/);
  return phone.startsWith(start) && phone.endsWith(end);
}
