/** Ed25519 (RFC 8032 section 5.1), verification alone; the same rules as `verifier/verify.py`. */
import { sha512 } from './sha512';

type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint];

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
const BASE_Y = mod(4n * inverse(5n));
const BASE_X = xOf(BASE_Y, 0n) ?? 0n;
const BASE: Point = [BASE_X, BASE_Y, 1n, mod(BASE_X * BASE_Y)];

/** Whether the holder of `key` (32 bytes) has signed `message`. */
export function hasSigned(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const commitment = signature.subarray(0, 32);
  const [holder, committed] = [pointOf(key), pointOf(commitment)];
  const answer = littleEndian(signature.subarray(32));
  if (!holder || !committed || answer >= ORDER) return false;
  const challenge = littleEndian(sha512(Uint8Array.of(...commitment, ...key, ...message)));
  const left = times(answer, BASE);
  const right = sum(committed, times(challenge, holder));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, P - 2n);
}

function xOf(y: bigint, sign: bigint): bigint | null {
  if (y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  if (square === 0n) return sign ? null : 0n;
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x - square)) return null;
  return (x & 1n) === sign ? x : P - x;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function pointOf(bytes: Uint8Array): Point | null {
  const told = littleEndian(bytes);
  const y = told & ((1n << 255n) - 1n);
  const x = xOf(y, told >> 255n);
  return x === null ? null : [x, y, 1n, mod(x * y)];
}

function sum(a: Point, b: Point): Point {
  const p = mod((a[1] - a[0]) * (b[1] - b[0]));
  const q = mod((a[1] + a[0]) * (b[1] + b[0]));
  const r = mod(2n * a[3] * b[3] * D);
  const s = mod(2n * a[2] * b[2]);
  const [e, f, g, h] = [q - p, s - r, s + r, q + p];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(number: bigint, point: Point): Point {
  let total: Point = [0n, 1n, 1n, 0n];
  let doubled = point;
  for (let rest = number; rest > 0n; rest >>= 1n) {
    if (rest & 1n) total = sum(total, doubled);
    doubled = sum(doubled, doubled);
  }
  return total;
}
