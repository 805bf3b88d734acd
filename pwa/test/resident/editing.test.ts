import { describe, expect, it } from 'vitest';
import {
  EDGES,
  type Frame,
  further,
  isUntouched,
  LEAST,
  moved,
  paperIn,
  turned,
  WHOLE,
} from '../../src/resident/editing/frame';

const TABLE = 90;
const PAPER = 240;
const [WIDTH, HEIGHT] = [100, 120];

/** A sheet on a table; `frame` in fractions of the picture. */
function sheet(frame: Frame, paper = PAPER): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const [x, y] = [(index % WIDTH) / WIDTH, Math.floor(index / WIDTH) / HEIGHT];
    return x >= frame.left && x < frame.right && y >= frame.top && y < frame.bottom ? paper : TABLE;
  });
}

describe('the frame of a page', () => {
  it('keeps its edges in the picture and apart', () => {
    expect(moved(WHOLE, 'left', -0.3).left).toBe(0);
    expect(moved({ ...WHOLE, top: 0.5 }, 'bottom', 0.1).bottom).toBe(0.5 + LEAST);
    expect(moved({ ...WHOLE, right: 0.5 }, 'left', 0.9).left).toBe(0.5 - LEAST);
  });

  it('turns with the picture, and four turns change nothing', () => {
    const frame: Frame = { top: 0.125, right: 0.75, bottom: 0.875, left: 0.25 };

    expect(turned(frame)).toEqual({ top: 0.25, right: 0.875, bottom: 0.75, left: 0.125 });
    expect(turned(turned(turned(turned(frame))))).toEqual(frame);
    expect(further(further(further(further(0))))).toBe(0);
  });

  it('knows whether anything would change', () => {
    expect(isUntouched(WHOLE, 0)).toBe(true);
    expect(isUntouched(WHOLE, 1)).toBe(false);
    expect(isUntouched(moved(WHOLE, 'top', 0.1), 0)).toBe(false);
  });
});

describe('a sheet on a table', () => {
  it('is found with a little room around it', () => {
    const there: Frame = { top: 0.1, right: 0.85, bottom: 0.9, left: 0.2 };
    const found = paperIn(sheet(there), WIDTH);

    for (const edge of EDGES) expect(Math.abs((found?.[edge] ?? 9) - there[edge])).toBeLessThan(0.03);
  });

  it('is not made up where nothing stands out or where it fills the picture', () => {
    expect(paperIn(sheet(WHOLE), WIDTH)).toBeNull();
    expect(paperIn(sheet({ top: 0.2, right: 0.8, bottom: 0.8, left: 0.2 }, TABLE + 10), WIDTH)).toBeNull();
    expect(paperIn(sheet({ top: 0.48, right: 0.52, bottom: 0.52, left: 0.48 }), WIDTH)).toBeNull();
  });
});
