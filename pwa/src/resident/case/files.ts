/** Addresses of a case's pages on the service. */

/** Where the service gives a page, small or whole. */
export function pageAddress(caseId: string, file: string, size: 'thumb' | 'full'): string {
  const whole = `/api/cases/${caseId}/files/${file}`;
  return size === 'thumb' ? `${whole}?size=thumb` : whole;
}
