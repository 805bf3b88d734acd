/**
 * Makes a page ready to be kept: a photograph is turned upright, scaled to at most 4 Mpx (A4 at 200 dpi has 3.9) and encoded
 * anew as JPEG, so that nothing of its metadata (place, camera) is left; a PDF passes as it is.
 */
import { type Legibility, luminance, measure, warningFor } from './legibility';
import { DeviceError } from './types';

export interface Prepared {
  bytes: ArrayBuffer;
  media_type: 'image/jpeg' | 'application/pdf';
  warning: 'dark' | 'blurred' | null;
}

/** Somewhere to draw: an OffscreenCanvas in a worker, an element on a page. */
interface Surface {
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  toJpeg: () => Promise<Blob>;
}

interface Source {
  image: CanvasImageSource;
  width: number;
  height: number;
  release: () => void;
}

const MAX_PIXELS = 4_000_000;
const JPEG_QUALITY = 0.82;
const MAX_PHOTO_BYTES = 20_000_000;
const MAX_PDF_BYTES = 50_000_000;
const TILE = 256;
const TILES_ACROSS = 3;

/** Whether this thread can draw. */
export const canDraw = (): boolean => typeof OffscreenCanvas !== 'undefined' || typeof document !== 'undefined';

/**
 * @throws DeviceError `empty`, `wrong-type`, `undecodable`, `too-large` (`params.limit` in bytes)
 */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.size === 0) throw new DeviceError('empty');
  if (await isPdf(file)) return pdf(file);
  if (file.type !== '' && !file.type.startsWith('image/')) throw new DeviceError('wrong-type', { type: file.type });
  const source = await decode(file);
  try {
    return await photograph(source);
  } finally {
    source.release();
  }
}

async function isPdf(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 5).arrayBuffer());
  return String.fromCharCode(...head) === '%PDF-';
}

async function pdf(file: Blob): Promise<Prepared> {
  if (file.size > MAX_PDF_BYTES) throw new DeviceError('too-large', { limit: MAX_PDF_BYTES, size: file.size });
  return { bytes: await file.arrayBuffer(), media_type: 'application/pdf', warning: null };
}

async function photograph(source: Source): Promise<Prepared> {
  const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (source.width * source.height)));
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const { context, toJpeg } = surface(width, height);
  context.fillStyle = '#fff'; // what was transparent becomes paper
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source.image, 0, 0, width, height);
  const warning = warningFor(tiles(context, width, height));
  const blob = await toJpeg();
  if (blob.size > MAX_PHOTO_BYTES) throw new DeviceError('too-large', { limit: MAX_PHOTO_BYTES, size: blob.size });
  return { bytes: await blob.arrayBuffer(), media_type: 'image/jpeg', warning };
}

/** Tiles at full resolution, spread over the sheet: a scaled-down copy would hide that it is blurred. */
function tiles(context: Surface['context'], width: number, height: number): Legibility[] {
  const [across, down] = [Math.min(TILE, width), Math.min(TILE, height)];
  const found: Legibility[] = [];
  for (let row = 0; row < TILES_ACROSS; row += 1) {
    for (let column = 0; column < TILES_ACROSS; column += 1) {
      const x = Math.round(((width - across) * column) / (TILES_ACROSS - 1));
      const y = Math.round(((height - down) * row) / (TILES_ACROSS - 1));
      found.push(measure(luminance(context.getImageData(x, y, across, down).data), across));
    }
  }
  return found;
}

function surface(width: number, height: number): Surface {
  if (typeof OffscreenCanvas !== 'undefined') {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { alpha: false });
    if (context) return { context, toJpeg: () => canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY }) };
  }
  if (typeof document === 'undefined') throw new DeviceError('undecodable', { why: 'no-canvas' });
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new DeviceError('undecodable', { why: 'no-canvas' });
  const toJpeg = (): Promise<Blob> =>
    new Promise((resolve, reject) => {
      const take = (blob: Blob | null): void => (blob ? resolve(blob) : reject(new DeviceError('undecodable')));
      canvas.toBlob(take, 'image/jpeg', JPEG_QUALITY);
    });
  return { context, toJpeg };
}

async function decode(file: Blob): Promise<Source> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    return { image: bitmap, width: bitmap.width, height: bitmap.height, release: () => bitmap.close() };
  } catch {
    return decodeByElement(file);
  }
}

/** An image element reads some formats that `createImageBitmap` does not (HEIC on Apple devices). */
async function decodeByElement(file: Blob): Promise<Source> {
  if (typeof document === 'undefined') throw new DeviceError('undecodable', { why: 'no-element' });
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    throw new DeviceError('undecodable');
  }
  const release = (): void => URL.revokeObjectURL(url);
  return { image, width: image.naturalWidth, height: image.naturalHeight, release };
}
