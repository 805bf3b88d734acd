/** Addresses of a case's pages on the service. */

import { at } from '../../base';

/** Where the service gives a page, small or whole. */
export function pageAddress(caseId: string, file: string, size: 'thumb' | 'full'): string {
  const whole = at(`/api/cases/${caseId}/files/${file}`);
  return size === 'thumb' ? `${whole}?size=thumb` : whole;
}
