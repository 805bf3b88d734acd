/** What a zip file holds, read by its directory (APPNOTE 6.3.9); entries stored or deflated. */
import { Unreadable } from '../../proof/wrong';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly at: number;
}

/** The files by name. @throws Unreadable it is no zip file, or one that this cannot open */
export async function unzipped(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  try {
    for (const entry of entriesOf(view, bytes)) found.set(entry.name, await contentOf(entry, view, bytes));
  } catch {
    throw new Unreadable('no-zip');
  }
  return found;
}

function entriesOf(view: DataView, bytes: Uint8Array): Entry[] {
  let end = view.byteLength - END_BYTES;
  const first = Math.max(0, end - LONGEST_COMMENT);
  while (end >= first && view.getUint32(end, true) !== END) end -= 1;
  if (end < first) throw new RangeError('no end');
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    if (view.getUint32(at, true) !== ENTRY) throw new RangeError('no entry');
    const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const entry = {
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    };
    at += 46 + name + extra + comment;
    return entry;
  });
}

async function contentOf(entry: Entry, view: DataView, bytes: Uint8Array): Promise<Uint8Array> {
  const begin = entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
  const packed = bytes.slice(begin, begin + entry.packed);
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) throw new RangeError('another method');
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
