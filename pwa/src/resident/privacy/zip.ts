/** A zip archive whose entries are stored as they are: photographs and PDFs would not become smaller. */

/** One file of the archive; its path may hold folders. */
export interface Entry {
  path: string;
  bytes: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Paths are UTF-8. */
const UTF8 = 0x0800;
/** The first day that the format knows: when a file was made need not be told. */
const DATE = 0x21;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/** Packs `entries`, in order. */
export function zip(entries: readonly Entry[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { path, bytes } of entries) {
    const name = Uint8Array.from(new TextEncoder().encode(path));
    const own = Uint8Array.from(bytes);
    const about = [VERSION, UTF8, 0, 0, DATE];
    const sizes = [crc32(own), own.length, own.length];
    const local = header(LOCAL_BYTES, LOCAL, about, sizes, [name.length, 0]);
    const central = header(CENTRAL_BYTES, CENTRAL, [VERSION, ...about], sizes, [name.length, 0, 0, 0, 0]);
    new DataView(central.buffer).setUint32(CENTRAL_BYTES - 4, at, true);
    parts.push(local, name, own);
    directory.push(central, name);
    at += local.length + name.length + own.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(END_BYTES));
  end.setUint32(0, END, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, at, true);
  return new Blob([...parts, ...directory, new Uint8Array(end.buffer)], { type: 'application/zip' });
}

/** A header: its mark, words of two bytes, of four, and of two again; what is left stays nought. */
function header(
  size: number,
  mark: number,
  about: readonly number[],
  sizes: readonly number[],
  lengths: readonly number[],
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  let at = 4;
  view.setUint32(0, mark, true);
  for (const word of about) {
    view.setUint16(at, word, true);
    at += 2;
  }
  for (const long of sizes) {
    view.setUint32(at, long, true);
    at += 4;
  }
  for (const word of lengths) {
    view.setUint16(at, word, true);
    at += 2;
  }
  return new Uint8Array(view.buffer);
}

const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** The checksum of the format (CRC-32, ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = (rest >>> 8) ^ (TABLE[(rest ^ byte) & 0xff] ?? 0);
  return (rest ^ 0xffffffff) >>> 0;
}
