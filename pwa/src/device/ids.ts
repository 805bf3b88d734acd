/** Identifiers made on the device: UUIDv7 (RFC 9562 section 5.7), ordered by creation on one device. */

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export type Ids = () => string;

/**
 * Makes a source of UUIDv7. Ids made within one millisecond, or while the clock goes back, still ascend: the last instant is
 * used again and the 12 bits after it count on.
 */
export function uuidv7(now: () => number, fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): Ids {
  let last = 0;
  let count = 0;
  return () => {
    const bytes = new Uint8Array(16);
    fill(bytes);
    const clock = now();
    if (clock > last) {
      last = clock;
      count = ((bytes[6] ?? 0) << 3) | ((bytes[7] ?? 0) >> 5);
    } else if (count === 0xfff) {
      last += 1;
      count = 0;
    } else count += 1;
    const view = new DataView(bytes.buffer);
    view.setUint32(0, Math.floor(last / 0x10000));
    view.setUint16(4, last % 0x10000);
    view.setUint16(6, 0x7000 | count);
    view.setUint8(8, 0x80 | ((bytes[8] ?? 0) & 0x3f));
    const text = hex(bytes);
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
  };
}

export const newId: Ids = uuidv7(Date.now, (bytes) => crypto.getRandomValues(bytes));

/** By what people tell devices apart: the end of a device's id, since ids of one day begin alike. */
export const codeOf = (device: string): string => device.slice(-4).toUpperCase();
