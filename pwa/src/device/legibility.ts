/** A cheap guess at whether a photographed paper can be read: how bright it is, and how sharp its sharpest part. */

/** Brightness is 0 to 255; sharpness is the variance of the Laplacian of the sharpest tile (Pech-Pacheco et al. 2000). */
export interface Legibility {
  brightness: number;
  sharpness: number;
}

const DARK_BELOW = 55;
const BLURRED_BELOW = 40;

/** Luminance (Rec. 601) of RGBA pixels. */
export function luminance(rgba: Uint8ClampedArray): Float32Array {
  const grey = new Float32Array(rgba.length / 4);
  for (let at = 0; at < grey.length; at += 1) {
    const from = at * 4;
    grey[at] = 0.299 * (rgba[from] ?? 0) + 0.587 * (rgba[from + 1] ?? 0) + 0.114 * (rgba[from + 2] ?? 0);
  }
  return grey;
}

/** Measures one tile. */
export function measure(grey: Float32Array, width: number): Legibility {
  const height = Math.floor(grey.length / width);
  let sum = 0;
  for (const value of grey) sum += value;
  return { brightness: grey.length === 0 ? 0 : sum / grey.length, sharpness: laplacianVariance(grey, width, height) };
}

function laplacianVariance(grey: Float32Array, width: number, height: number): number {
  let [sum, squares, count] = [0, 0, 0];
  const at = (index: number): number => grey[index] ?? 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const here = y * width + x;
      const edge = at(here - 1) + at(here + 1) + at(here - width) + at(here + width) - 4 * at(here);
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** What to tell the person about the tiles of one photograph; null if nothing. */
export function warningFor(tiles: readonly Legibility[]): 'dark' | 'blurred' | null {
  if (tiles.length === 0) return null;
  const brightness = tiles.reduce((sum, tile) => sum + tile.brightness, 0) / tiles.length;
  if (brightness < DARK_BELOW) return 'dark';
  return Math.max(...tiles.map((tile) => tile.sharpness)) < BLURRED_BELOW ? 'blurred' : null;
}
