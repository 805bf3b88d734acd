/** Whether the hint about WeChat was put away on this device, and what its link is. */
const HINT_KEY = 'doorstep.wechat-hint';

/** Whether somebody closed the hint here before; it stays under 我的. */
export function hintClosed(): boolean {
  try {
    return localStorage.getItem(HINT_KEY) !== null;
  } catch {
    return false;
  }
}

/** Puts the hint away for good; where nothing can be kept, until the page is closed. */
export function closeHint(): void {
  try {
    localStorage.setItem(HINT_KEY, 'closed');
  } catch {
    // It shows again the next time.
  }
}

/** What to open in the other browser: this very page with all that its address says, or for a form the page that takes it over by its digits. */
export function linkFor(address: URL): string {
  const isForm = address.pathname.startsWith('/apply/');
  return isForm ? new URL('/resume', address.origin).href : address.href;
}
