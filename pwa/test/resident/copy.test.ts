import { describe, expect, it } from 'vitest';
import { crc32, zip } from '../../src/resident/privacy/zip';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the archive of what one takes away', () => {
  it('has the checksum that the format asks for', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
    expect(crc32(bytes(''))).toBe(0);
  });

  it('names its files in order and ends with their directory', async () => {
    const archive = new Uint8Array(
      await zip([
        { path: '甲.txt', bytes: bytes('a') },
        { path: 'b/c.txt', bytes: bytes('') },
      ]).arrayBuffer(),
    );
    const end = new DataView(archive.buffer, archive.length - 22);

    expect(end.getUint32(0, true)).toBe(0x06054b50);
    expect(end.getUint16(10, true)).toBe(2);
    const directory = new DataView(archive.buffer, end.getUint32(16, true));
    expect(directory.getUint32(0, true)).toBe(0x02014b50);
    expect(directory.getUint32(16, true)).toBe(crc32(bytes('a')));
  });
});
