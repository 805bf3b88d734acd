/** QR codes (ISO/IEC 18004) for links that are shown once: byte mode, error correction L, versions 1 to 9. */

/** Dark modules by row; without the quiet zone. */
export type Modules = readonly (readonly boolean[])[];

/** By version: all codewords, those for correction in each block, number of blocks, centres of alignment patterns. */
const VERSIONS: readonly (readonly [all: number, correction: number, blocks: number, centres: readonly number[]])[] = [
  [26, 7, 1, []],
  [44, 10, 1, [6, 18]],
  [70, 15, 1, [6, 22]],
  [100, 20, 1, [6, 26]],
  [134, 26, 1, [6, 30]],
  [172, 18, 2, [6, 34]],
  [196, 20, 2, [6, 22, 38]],
  [242, 24, 2, [6, 24, 42]],
  [292, 30, 2, [6, 26, 46]],
];
const HEAD_BITS = 12; // mode and length
const BYTE_MODE = 0b0100;
const LEVEL_L = 0b01;

/** The code of a text; `mask` 0 to 7 picks one of the patterns, else the most even one is taken. @throws if the text is too long */
export function qrOf(text: string, mask?: number): Modules {
  const bytes = [...new TextEncoder().encode(text)];
  const at = VERSIONS.findIndex(
    ([all, correction, blocks]) => bytes.length * 8 + HEAD_BITS <= (all - correction * blocks) * 8,
  );
  const shape = VERSIONS[at];
  if (!shape) throw new Error('too long for a code');
  const words = interleaved(padded(bytes, shape[0] - shape[1] * shape[2]), shape[1], shape[2]);
  const masks = mask === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [mask];
  const drawn = masks.map((one) => draw(at + 1, shape[3], words, one));
  return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

function padded(bytes: readonly number[], room: number): number[] {
  const bits: number[] = [];
  const push = (value: number, count: number): void => {
    for (let n = count - 1; n >= 0; n--) bits.push((value >> n) & 1);
  };
  push(BYTE_MODE, 4);
  push(bytes.length, 8);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, room * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  const words = Array.from({ length: bits.length / 8 }, (_, n) =>
    Number.parseInt(bits.slice(n * 8, n * 8 + 8).join(''), 2),
  );
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

// Reed and Solomon's code over GF(256)

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

function divisor(degree: number): number[] {
  const result = [...Array(degree - 1).fill(0), 1] as number[];
  let root = 1;
  for (let n = 0; n < degree; n++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

function correction(words: readonly number[], by: readonly number[]): number[] {
  const rest = by.map(() => 0);
  for (const word of words) {
    const factor = word ^ (rest.shift() ?? 0);
    rest.push(0);
    by.forEach((coefficient, n) => {
      rest[n] = (rest[n] ?? 0) ^ times(coefficient, factor);
    });
  }
  return rest;
}

/** Blocks of L up to version 9 are of one length each. */
function interleaved(words: readonly number[], degree: number, count: number): number[] {
  const size = words.length / count;
  const by = divisor(degree);
  const blocks = Array.from({ length: count }, (_, n) => words.slice(n * size, (n + 1) * size));
  const checks = blocks.map((block) => correction(block, by));
  const across = (all: readonly number[][], length: number): number[] =>
    Array.from({ length }, (_, n) => all.map((block) => block[n] ?? 0)).flat();
  return [...across(blocks, size), ...across(checks, degree)];
}

// Drawing

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function draw(version: number, centres: readonly number[], words: readonly number[], mask: number): Modules {
  const size = version * 4 + 17;
  const grid = Array.from({ length: size }, () => Array<boolean | null>(size).fill(null));
  const set = (x: number, y: number, dark: boolean): void => {
    const row = grid[y];
    if (row && x >= 0 && x < size) row[x] = dark;
  };
  for (let n = 0; n < size; n++) {
    set(6, n, n % 2 === 0);
    set(n, 6, n % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    finder(x, y, set);
  const last = centres.length - 1;
  centres.forEach((y, row) => {
    centres.forEach((x, column) => {
      const corner = (row === 0 && (column === 0 || column === last)) || (row === last && column === 0);
      if (!corner) rings(x, y, 2, set);
    });
  });
  format(mask, size, set);
  if (version >= 7) versionBits(version, size, set);
  fill(grid, words, mask);
  return grid.map((row) => row.map((module) => module === true));
}

type Set_ = (x: number, y: number, dark: boolean) => void;

function rings(x: number, y: number, radius: number, set: Set_): void {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  }
}

function finder(x: number, y: number, set: Set_): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const far = Math.max(Math.abs(dx), Math.abs(dy));
      set(x + dx, y + dy, far !== 2 && far !== 4);
    }
  }
}

function format(mask: number, size: number, set: Set_): void {
  const data = (LEVEL_L << 3) | mask;
  let rest = data;
  for (let n = 0; n < 10; n++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const bit = (n: number): boolean => ((bits >> n) & 1) === 1;
  for (let n = 0; n <= 5; n++) set(8, n, bit(n));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let n = 9; n < 15; n++) set(14 - n, 8, bit(n));
  for (let n = 0; n < 8; n++) set(size - 1 - n, 8, bit(n));
  for (let n = 8; n < 15; n++) set(8, size - 15 + n, bit(n));
  set(8, size - 8, true);
}

function versionBits(version: number, size: number, set: Set_): void {
  let rest = version;
  for (let n = 0; n < 12; n++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let n = 0; n < 18; n++) {
    const dark = ((bits >> n) & 1) === 1;
    const [a, b] = [size - 11 + (n % 3), Math.floor(n / 3)];
    set(a, b, dark);
    set(b, a, dark);
  }
}

/** Lays the codewords from the lower right in a zigzag of two columns, over what is still free. */
function fill(grid: (boolean | null)[][], words: readonly number[], mask: number): void {
  const masked = MASKS[mask] ?? (() => false);
  let n = 0;
  for (const [x, y] of zigzag(grid.length)) {
    const row = grid[y];
    if (row?.[x] !== null) continue;
    const dark = (((words[n >> 3] ?? 0) >> (7 - (n & 7))) & 1) === 1;
    row[x] = dark !== masked(x, y);
    n += 1;
  }
}

function* zigzag(size: number): Generator<[x: number, y: number]> {
  for (let column = size - 1; column >= 1; column -= 2) {
    const right = column <= 6 ? column - 1 : column; // the timing pattern takes a column of its own
    const up = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = up ? size - 1 - step : step;
      yield [right, y];
      yield [right - 1, y];
    }
  }
}

/** How hard a pattern is to read: long runs, blocks, and an uneven share of dark; what tells finders apart is left out. */
function penalty(modules: Modules): number {
  const size = modules.length;
  const at = (x: number, y: number): boolean => modules[y]?.[x] ?? false;
  let sum = 0;
  for (let a = 0; a < size; a++) {
    sum += runs(size, (n) => at(n, a)) + runs(size, (n) => at(a, n));
    for (let b = 0; b < size - 1 && a < size - 1; b++) {
      const dark = at(b, a);
      if (dark === at(b + 1, a) && dark === at(b, a + 1) && dark === at(b + 1, a + 1)) sum += 3;
    }
  }
  const dark = modules.flat().filter(Boolean).length;
  return sum + Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size)) * 10;
}

function runs(size: number, at: (n: number) => boolean): number {
  let [sum, length] = [0, 1];
  for (let n = 1; n <= size; n++) {
    if (n < size && at(n) === at(n - 1)) length += 1;
    else {
      if (length >= 5) sum += length - 2;
      length = 1;
    }
  }
  return sum;
}
