/** Carries a page to the service by tus 1.0; where an upload stands is kept by attachment id, not by file fingerprint. */
import { type DetailedError, type PreviousUpload, Upload, type UrlStorage } from 'tus-js-client';
import type { Pages } from './pages';
import type { LocalPage } from './types';
import type { Carrier, Transfer, UploadEnd } from './uploads';

const PIECE_BYTES = 1_048_576;

function urlStorage(pages: Pages, page: LocalPage): UrlStorage {
  const previous = async (): Promise<PreviousUpload[]> => {
    const mark = await pages.mark(page.file);
    if (!mark) return [];
    const { url, created_at } = mark;
    return [
      {
        size: page.size,
        metadata: {},
        creationTime: created_at,
        uploadUrl: url,
        parallelUploadUrls: null,
        urlStorageKey: page.file,
      },
    ];
  };
  return {
    findAllUploads: previous,
    findUploadsByFingerprint: previous,
    removeUpload: (file) => pages.dropMark(file),
    addUpload: async (file, upload) => {
      if (upload.uploadUrl) await pages.keepMark({ file, url: upload.uploadUrl, created_at: upload.creationTime });
      return file;
    },
  };
}

/** What an error means for the upload: only a clear answer that repeats itself is a refusal. */
export function endOf(status: number | null, body: string): UploadEnd {
  if (status === 401) return { kind: 'auth' };
  if (status === null || status >= 500 || [404, 408, 409, 410, 423, 425, 429, 460].includes(status))
    return { kind: 'failed' };
  return status >= 400 ? { kind: 'refused', code: codeIn(body) } : { kind: 'failed' };
}

function codeIn(body: string): string {
  try {
    const code: unknown = (JSON.parse(body) as { code?: unknown }).code;
    return typeof code === 'string' ? code : 'file-refused';
  } catch {
    return 'file-refused';
  }
}

export function tusCarrier(pages: Pages, endpoint: string): Carrier {
  return (page, bytes, progress): Transfer => {
    let upload: Upload | undefined;
    let stopped = false;
    const ended = new Promise<UploadEnd>((resolve) => {
      upload = new Upload(bytes, {
        endpoint,
        chunkSize: PIECE_BYTES,
        retryDelays: null,
        metadata: {
          file: page.file,
          lane: page.lane,
          // A page of a form that is not handed in yet goes under the form itself.
          intent_id: page.intent ?? page.lane,
          sha256: page.sha256,
          type: page.media_type,
        },
        urlStorage: urlStorage(pages, page),
        fingerprint: () => Promise.resolve(page.file),
        storeFingerprintForResuming: true,
        // Whoever hands the form in asks once more; the answer is there already.
        removeFingerprintOnSuccess: page.intent !== null,
        onProgress: progress,
        onSuccess: () => resolve({ kind: 'sent' }),
        onError: (error) => resolve(endOfError(error)),
      });
      void resume(upload, () => stopped).catch(() => resolve({ kind: 'failed' }));
    });
    const stop = (): void => {
      stopped = true;
      void upload?.abort().catch(() => undefined);
    };
    return { ended, stop };
  };
}

async function resume(upload: Upload, isStopped: () => boolean): Promise<void> {
  const [previous] = await upload.findPreviousUploads();
  if (isStopped()) return;
  if (previous) upload.resumeFromPreviousUpload(previous);
  upload.start();
}

function endOfError(error: Error | DetailedError): UploadEnd {
  const response = 'originalResponse' in error ? error.originalResponse : null;
  return endOf(response?.getStatus() ?? null, response?.getBody() ?? '');
}
