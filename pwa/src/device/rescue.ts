/** Everything that one person has not yet sent, as one file for the service desk: the same ids, so nothing arrives twice. */
import type { Holdings } from './holdings';

export async function rescue(holdings: Holdings): Promise<Blob> {
  const [entries, drafts, pages] = await Promise.all([
    holdings.outbox.entries(),
    holdings.outbox.drafts(),
    holdings.pages.list(),
  ]);
  const head = { doorstep: 'rescue', version: 1, person: holdings.person?.id ?? null, drafts };
  const intents = entries.map(({ body, state, code }) => ({ body, state, code }));
  const parts: BlobPart[] = [JSON.stringify({ ...head, intents }).slice(0, -1), ',"pages":['];
  for (const [at, page] of pages.entries()) {
    const bytes = await holdings.pages.bytes(page.file);
    if (at > 0) parts.push(',');
    parts.push(JSON.stringify({ ...page, base64: bytes ? base64(new Uint8Array(await bytes.arrayBuffer())) : '' }));
  }
  parts.push(']}');
  return new Blob(parts, { type: 'application/json' });
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
