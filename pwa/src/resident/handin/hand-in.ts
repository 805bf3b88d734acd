/** Handing papers in by a one-time link: what it asks for, photographs kept in this page only, and sending them. */
import { Upload } from 'tus-js-client';
import { ApiError } from '../../api';
import { newId } from '../../device/ids';
import { prepare } from '../../device/images';
import { sha256 } from '../../device/sha256';
import type { Text } from '../../protocol/generated';

/** A paper that the link asks for; one that is `signed` wants a tick instead of photographs. */
export interface Asked {
  id: string;
  name: Text;
  form: string;
  signed: boolean;
}

export interface Link {
  item_name: Text;
  applicant_masked: string;
  expires_at: string;
  used: boolean;
  materials: Asked[];
}

/** A photograph or PDF that has not left this page. `sent` once its bytes are with the service. */
export interface Sheet {
  file: string;
  material: string;
  bytes: ArrayBuffer;
  sha256: string;
  media_type: string;
  warning: 'dark' | 'blurred' | null;
  url: string;
  sent: boolean;
}

const HEADER = 'x-hand-in';
const RETRY_MS = [0, 1000, 3000, 5000];

/** What the link asks for. The secret travels in a header, so that it stands in no log. @throws ApiError */
export function openLink(caseId: string, secret: string): Promise<Link> {
  return ask<Link>(caseId, secret, { method: 'GET' });
}

/** Makes a sheet of what the camera gave. @throws DeviceError where it cannot be used */
export async function sheetOf(material: string, file: Blob): Promise<Sheet> {
  const { bytes, media_type, warning } = await prepare(file);
  const url = URL.createObjectURL(new Blob([bytes], { type: media_type }));
  return { file: newId(), material, bytes, sha256: await sha256(bytes), media_type, warning, url, sent: false };
}

/**
 * Sends the sheets one after the other and then hands them in; one that has arrived is not sent again.
 *
 * @param progress told of the sheet under way, from 1.
 * @returns how many pages the service has taken. @throws ApiError
 */
export async function handIn(
  caseId: string,
  secret: string,
  sheets: readonly Sheet[],
  declarations: readonly string[],
  progress: (n: number) => void,
): Promise<number> {
  for (const [index, sheet] of sheets.entries()) {
    progress(index + 1);
    if (!sheet.sent) await send(caseId, secret, sheet);
    sheet.sent = true;
  }
  const numbers = new Map<string, number>();
  const pages = sheets.map(({ file, material, sha256: hash, bytes }) => {
    const number = (numbers.get(material) ?? 0) + 1;
    numbers.set(material, number);
    return { file, material, number, sha256: hash, size: bytes.byteLength };
  });
  const taken = await ask<{ pages: number }>(caseId, secret, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pages, declarations }),
  });
  return taken.pages;
}

function send(caseId: string, secret: string, sheet: Sheet): Promise<void> {
  const { file, sha256: hash, media_type: type } = sheet;
  return new Promise((resolve, reject) => {
    const upload = new Upload(new Blob([sheet.bytes], { type }), {
      endpoint: '/files/',
      retryDelays: RETRY_MS,
      headers: { [HEADER]: `${caseId} ${secret}` },
      metadata: { file, lane: caseId, intent: newId(), sha256: hash, type },
      storeFingerprintForResuming: false,
      onSuccess: () => resolve(),
      onError: (error) => reject(problemOf(error)),
    });
    upload.start();
  });
}

function problemOf(error: Error): ApiError {
  const response =
    'originalResponse' in error ? (error.originalResponse as { getStatus(): number; getBody(): string } | null) : null;
  if (!response) return new ApiError('no-connection');
  return new ApiError(codeIn(response.getBody()) ?? 'file-refused', {}, response.getStatus());
}

function codeIn(body: string): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}

async function ask<Answer>(caseId: string, secret: string, init: RequestInit): Promise<Answer> {
  const headers = { ...(init.headers as Record<string, string> | undefined), [HEADER]: secret };
  const response = await fetch(`/api/hand-in/${encodeURIComponent(caseId)}`, { ...init, headers }).catch(() => null);
  if (!response) throw new ApiError('no-connection');
  const body = await response.text();
  if (!response.ok) throw new ApiError(codeIn(body) ?? `http-${response.status}`, {}, response.status);
  return JSON.parse(body) as Answer;
}
