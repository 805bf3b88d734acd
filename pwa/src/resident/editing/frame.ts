/** The part of a photograph that is kept: four edges as fractions of its width and height, and how often it was turned. */

export type Edge = 'top' | 'right' | 'bottom' | 'left';

/** Fractions from the left and the top; all of the picture is 0, 0, 1, 1. */
export type Frame = Readonly<Record<Edge, number>>;

/** Quarter turns to the right. */
export type Turns = 0 | 1 | 2 | 3;

export const EDGES: readonly Edge[] = ['top', 'bottom', 'left', 'right'];
export const WHOLE: Frame = { top: 0, right: 1, bottom: 1, left: 0 };
/** Less than a fifth of a side holds no page. */
export const LEAST = 0.2;

/** `frame` with one edge at `to`, kept within the picture and away from the edge across. */
export function moved(frame: Frame, edge: Edge, to: number): Frame {
  const room: Readonly<Record<Edge, readonly [number, number]>> = {
    top: [0, frame.bottom - LEAST],
    left: [0, frame.right - LEAST],
    bottom: [frame.top + LEAST, 1],
    right: [frame.left + LEAST, 1],
  };
  const [least, most] = room[edge];
  return { ...frame, [edge]: Math.min(most, Math.max(least, to)) };
}

/** The same part of the picture once that was turned a quarter to the right. */
export function turned({ top, right, bottom, left }: Frame): Frame {
  return { top: left, right: 1 - top, bottom: right, left: 1 - bottom };
}

/** One more quarter turn to the right. */
export function further(turns: Turns): Turns {
  return ((turns + 1) % 4) as Turns;
}

/** Whether nothing would change. */
export function isUntouched(frame: Frame, turns: Turns): boolean {
  return turns === 0 && EDGES.every((edge) => frame[edge] === WHOLE[edge]);
}

/** How much of a row or column must be bright to be paper rather than table. */
const MOSTLY = 0.4;
/** Closer to the edge than this there is nothing to cut off. */
const TOO_LITTLE = 0.02;
const MARGIN = 0.01;
/** Brightness that must lie between table and paper for them to be told apart. */
const FEWEST_SHADES = 30;

/**
 * Where a bright sheet lies on a darker table.
 *
 * @param grey brightness of each dot, 0 to 255, row by row; a small copy of the picture will do.
 * @returns null where no sheet stands out, or where it fills the picture.
 */
export function paperIn(grey: Float32Array, width: number): Frame | null {
  const height = Math.floor(grey.length / width);
  const border = between(grey);
  if (border === null) return null;
  const rows = new Float32Array(height);
  const columns = new Float32Array(width);
  grey.forEach((value, index) => {
    if (value < border) return;
    const [row, column] = [Math.floor(index / width), index % width];
    rows[row] = (rows[row] ?? 0) + 1 / width;
    columns[column] = (columns[column] ?? 0) + 1 / height;
  });
  const [top, bottom] = span(rows);
  const [left, right] = span(columns);
  const frame = { top, right, bottom, left };
  const isPage = right - left >= LEAST && bottom - top >= LEAST;
  const isWhole = EDGES.every((edge) => Math.abs(frame[edge] - WHOLE[edge]) < TOO_LITTLE);
  return isPage && !isWhole ? frame : null;
}

/** The brightness that best parts the dark dots from the bright ones (Otsu 1979), or null where all are alike. */
function between(grey: Float32Array): number | null {
  const counts = new Float32Array(256);
  for (const value of grey) counts[Math.round(value)] = (counts[Math.round(value)] ?? 0) + 1;
  const sum = counts.reduce((total, count, shade) => total + count * shade, 0);
  let [best, most, dark, darkSum] = [0, 0, 0, 0];
  let apart = 0;
  counts.forEach((count, shade) => {
    dark += count;
    darkSum += count * shade;
    const bright = grey.length - dark;
    if (dark === 0 || bright === 0) return;
    const distance = (sum - darkSum) / bright - darkSum / dark;
    const spread = dark * bright * distance * distance;
    if (spread > most) [best, most, apart] = [shade, spread, distance];
  });
  return apart < FEWEST_SHADES ? null : best + 1;
}

/** From the first to the last row (or column) that is mostly bright, a little room around it. */
function span(shares: Float32Array): [number, number] {
  const first = shares.findIndex((share) => share >= MOSTLY);
  const last = shares.reduce((found, share, at) => (share >= MOSTLY ? at : found), -1);
  if (first < 0) return [0, 0];
  return [Math.max(0, first / shares.length - MARGIN), Math.min(1, (last + 1) / shares.length + MARGIN)];
}
