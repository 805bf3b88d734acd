// tus-js-client as it is published, driven by tests/app/test_tus_js.py: one JSON object on standard input says what to
// send, one JSON object on standard output says what came of it.
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const job = JSON.parse(readFileSync(0, 'utf8'));
const tus = createRequire(job.home)('tus-js-client');
const urlStorage = job.store ? new tus.FileUrlStorage(job.store) : undefined;

function send(page) {
  const requests = [];
  let became = null;
  return new Promise((resolve) => {
    const end = (how) => resolve({ ...how, requests, became });
    const upload = new tus.Upload(createReadStream(page.path), {
      endpoint: job.endpoint,
      headers: job.headers,
      chunkSize: job.chunk,
      retryDelays: job.retries ?? null,
      uploadDataDuringCreation: job.during ?? false,
      uploadSize: page.size,
      metadata: page.metadata,
      fingerprint: () => Promise.resolve(page.metadata.file),
      ...(urlStorage ? { urlStorage } : { storeFingerprintForResuming: false }),
      onAfterResponse: (request, response) => {
        requests.push([request.getMethod(), response.getStatus(), response.getHeader('Upload-Offset') ?? null]);
        became = response.getHeader('Doorstep-File') ?? became;
      },
      onChunkComplete: (_, sent) => {
        if (job.breakAfter && sent >= job.breakAfter) process.exit(9);
      },
      onSuccess: () => end({ ok: true }),
      onError: (error) =>
        end({ ok: false, status: error.originalResponse?.getStatus() ?? null, said: error.originalResponse?.getBody() ?? '' }),
    });
    void upload.findPreviousUploads().then(([previous]) => {
      if (urlStorage && previous) upload.resumeFromPreviousUpload(previous);
      upload.start();
    });
  });
}

const ends = await Promise.all(job.pages.map(send));
// Sockets of a line that broke would keep the process.
process.stdout.write(JSON.stringify(ends), () => process.exit(0));
