/** Hands a file to the person. */

const KEPT_MS = 60_000;

/** Has the browser save `file` as `name`. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // Some browsers begin to read only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
