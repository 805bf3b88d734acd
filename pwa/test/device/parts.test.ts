/** The small parts: ids, hashes, the guess at legibility, and files that are not photographs. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from '../../src/device/ids';
import { prepare } from '../../src/device/images';
import { luminance, measure, warningFor } from '../../src/device/legibility';
import { sha256, sha256Here } from '../../src/device/sha256';

describe('ids', () => {
  const zeros = (bytes: Uint8Array): void => void bytes.fill(0);

  it('are version 7 and carry the time', () => {
    const id = uuidv7(() => 0x0198_a000_1234, zeros)();

    expect(id).toBe('0198a000-1234-7000-8000-000000000000');
  });

  it('ascend within a millisecond and while the clock goes back', () => {
    const clock = [5000, 5000, 4000, 4000, 5001];
    const make = uuidv7(
      () => clock.shift() ?? 0,
      (bytes) => crypto.getRandomValues(bytes),
    );
    const ids = Array.from({ length: 5 }, make);

    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(5);
  });

  it('do not run out within a millisecond', () => {
    const make = uuidv7(
      () => 5000,
      (bytes) => crypto.getRandomValues(bytes),
    );
    const ids = Array.from({ length: 10_000 }, make);

    expect(new Set(ids).size).toBe(10_000);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
      true,
    );
  });
});

describe('the hash', () => {
  it('computed here equals the platform’s, around every block boundary', async () => {
    for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
      const bytes = new Uint8Array(length).map((_, at) => (at * 31) % 256);
      const wanted = createHash('sha256').update(bytes).digest('hex');

      expect([length, sha256Here(bytes), await sha256(bytes.buffer)]).toEqual([length, wanted, wanted]);
    }
  });
});

describe('legibility', () => {
  const SIDE = 64;
  const tile = (value: (x: number, y: number) => number) => {
    const grey = Float32Array.from({ length: SIDE * SIDE }, (_, at) => value(at % SIDE, Math.floor(at / SIDE)));
    return measure(grey, SIDE);
  };
  const text = tile((x, y) => (Math.floor(x / 3) % 2 === 0 && Math.floor(y / 4) % 2 === 0 ? 40 : 230));
  const smear = tile((x) => 150 + 60 * Math.sin(x / 12));
  const night = tile((x) => (x % 7 === 0 ? 50 : 20));

  it('sharp writing is no reason to warn, a smear is, and so is the dark', () => {
    expect([warningFor([text]), warningFor([smear]), warningFor([night])]).toEqual([null, 'blurred', 'dark']);
  });

  it('one sharp part is enough: papers have white margins', () => {
    expect(warningFor([smear, smear, text])).toBeNull();
  });

  it('reads brightness as the eye does', () => {
    const [green = 0, blue = 0] = luminance(new Uint8ClampedArray([0, 255, 0, 255, 0, 0, 255, 255]));

    expect(green).toBeGreaterThan(blue * 4);
  });
});

describe('a file', () => {
  it('that is a PDF passes as it is', async () => {
    const pdf = new Blob(['%PDF-1.7 ...'], { type: 'application/pdf' });

    expect(await prepare(pdf)).toEqual({
      bytes: await pdf.arrayBuffer(),
      media_type: 'application/pdf',
      warning: null,
    });
  });

  it.each([
    ['empty', new Blob([], { type: 'image/jpeg' })],
    ['wrong-type', new Blob(['PK'], { type: 'application/zip' })],
    ['undecodable', new Blob(['no picture'], { type: 'image/jpeg' })],
    ['undecodable', new Blob(['no picture'])],
  ])('that cannot be used is told as %s', async (code, file) => {
    await expect(prepare(file)).rejects.toMatchObject({ code });
  });

  it('that is a PDF of more than 50 MB is too large', async () => {
    const pdf = new Blob(['%PDF-', new Uint8Array(50_000_001)]);

    await expect(prepare(pdf)).rejects.toMatchObject({ code: 'too-large', params: { limit: 50_000_000 } });
  });
});
