/** What somebody puts before the page: files or a text, told apart by what they hold. */

import { keysOf } from '../../proof/notes';
import { same } from '../../proof/tree';
import { Wrong } from '../../proof/wrong';
import { checkExport, checkReceipt, type Verdict } from './check';
import { unzipped } from './zip';

const ZIP = Uint8Array.of(0x50, 0x4b, 3, 4);
const MOST_BYTES = 512 * 1024 * 1024;

/** The verdict on a text. */
export function judgedText(said: string, keys: string): Verdict {
  return guarded(() => checkReceipt(said, keysOf(keys)));
}

/** The verdict on files: one receipt, one zip, or the files of an export. */
export async function judgedFiles(files: readonly File[], keys: string): Promise<Verdict> {
  if (files.reduce((sum, file) => sum + file.size, 0) > MOST_BYTES)
    return { status: 2, found: 'too-large', params: {} };
  const held = new Map<string, Uint8Array>();
  for (const file of files) held.set(placeOf(file), new Uint8Array(await file.arrayBuffer()));
  const [only] = held.size === 1 ? [...held.values()] : [];
  try {
    if (only && same(only.subarray(0, ZIP.length), ZIP)) {
      const within = await unzipped(only);
      return guarded(() => checkExport(within, keysOf(keys)));
    }
    if (only) return judgedText(new TextDecoder().decode(only), keys);
    return guarded(() => checkExport(held, keysOf(keys)));
  } catch (error) {
    return refused(error);
  }
}

/** The name in an export: a folder that was chosen gives its own name before it. */
function placeOf(file: File): string {
  const path = file.webkitRelativePath || file.name;
  return /(?:^|\/)(files\/[^/]+)$/.exec(path)?.[1] ?? (path.split('/').at(-1) as string);
}

function guarded(check: () => Verdict): Verdict {
  try {
    return check();
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Verdict {
  if (!(error instanceof Wrong)) throw error;
  return { status: 2, found: error.why, params: error.params };
}
