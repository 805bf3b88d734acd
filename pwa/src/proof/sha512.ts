/** SHA-512 (FIPS 180-4) in plain arithmetic, for short texts: it is there also where a page is no secure context. */

const ROUNDS = 80;
const BLOCK = 128;
const WORD = 64n;
const MASK = (1n << WORD) - 1n;

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n += 1n) if (found.every((prime) => n % prime !== 0n)) found.push(n);
  return found;
}

/** The first 64 bits of the fractional part of the root of a degree. */
function fraction(prime: bigint, degree: bigint): bigint {
  const wanted = prime << (WORD * degree);
  let low = 0n;
  let high = prime << WORD;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** degree <= wanted) low = middle;
    else high = middle - 1n;
  }
  return low & MASK;
}

const K = primes(ROUNDS).map((prime) => fraction(prime, 3n));
const START = primes(8).map((prime) => fraction(prime, 2n));
const rotate = (word: bigint, bits: bigint): bigint => ((word >> bits) | (word << (WORD - bits))) & MASK;

/** The digest, 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  const view = padded(bytes);
  let state = START;
  for (let offset = 0; offset < view.byteLength; offset += BLOCK) state = compressed(state, view, offset);
  const digest = new DataView(new ArrayBuffer(64));
  state.forEach((word, n) => {
    digest.setBigUint64(n * 8, word);
  });
  return new Uint8Array(digest.buffer);
}

function padded(bytes: Uint8Array): DataView {
  const block = new Uint8Array(Math.ceil((bytes.length + 17) / BLOCK) * BLOCK);
  block.set(bytes);
  block[bytes.length] = 0x80;
  const view = new DataView(block.buffer);
  view.setBigUint64(block.length - 8, BigInt(bytes.length) * 8n);
  return view;
}

function compressed(state: readonly bigint[], view: DataView, offset: number): bigint[] {
  const w: bigint[] = Array.from({ length: 16 }, (_, t) => view.getBigUint64(offset + t * 8));
  const at = (t: number): bigint => w[t] as bigint;
  for (let t = 16; t < ROUNDS; t += 1) {
    const small0 = rotate(at(t - 15), 1n) ^ rotate(at(t - 15), 8n) ^ (at(t - 15) >> 7n);
    const small1 = rotate(at(t - 2), 19n) ^ rotate(at(t - 2), 61n) ^ (at(t - 2) >> 6n);
    w.push((at(t - 16) + small0 + at(t - 7) + small1) & MASK);
  }
  let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  for (let t = 0; t < ROUNDS; t += 1) {
    const big1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
    const first = h + big1 + ((e & f) ^ (~e & MASK & g)) + (K[t] as bigint) + at(t);
    const big0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
    const second = big0 + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(first + second) & MASK, a, b, c, (d + first) & MASK, e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((word, n) => (word + (state[n] as bigint)) & MASK);
}
