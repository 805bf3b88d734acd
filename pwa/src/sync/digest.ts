/**
 * A sum over rows that does not depend on their order: `n-s` in hexadecimal, n rows with the sum s of `crc32("kind id pos")` modulo
 * 2^52. The server keeps the same one, so that a replica which has gone astray is found out.
 */
const MODULUS = 2 ** 52;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const utf8 = new TextEncoder();

/** CRC-32 (ISO 3309) of the text's UTF-8 bytes. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of utf8.encode(text)) crc = (TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

interface Placed {
  kind: string;
  id: string;
  pos: number;
}

export class Digest {
  private readonly held = new Map<string, number>();
  private sum = 0;

  constructor(rows: readonly Placed[] = []) {
    for (const row of rows) this.put(row);
  }

  put({ kind, id, pos }: Placed): void {
    this.drop(kind, id);
    this.held.set(`${kind} ${id}`, pos);
    this.sum = (this.sum + crc32(`${kind} ${id} ${pos}`)) % MODULUS;
  }

  drop(kind: string, id: string): void {
    const key = `${kind} ${id}`;
    const pos = this.held.get(key);
    if (pos === undefined) return;
    this.held.delete(key);
    this.sum = (this.sum - crc32(`${key} ${pos}`) + MODULUS) % MODULUS;
  }

  get text(): string {
    return `${this.held.size.toString(16)}-${this.sum.toString(16)}`;
  }
}
