/** Bytes of texts and numbers as proofs hold them: one spelling of each. */
import { Wrong } from './wrong';

const encoder = new TextEncoder();
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NUMBER = /^(0|[1-9]\d{0,14})$/;

export function text(said: string): Uint8Array {
  return encoder.encode(said);
}

/** A whole number in big-endian order. */
export function whole(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let [n, rest] = [length - 1, value]; n >= 0; n -= 1, rest = Math.floor(rest / 256)) bytes[n] = rest % 256;
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The bytes of canonical base64. @throws Wrong it is none, or another spelling */
export function decoded(said: string): Uint8Array {
  if (!BASE64.test(said) || said.length % 4) throw new Wrong('no-base64');
  const binary = atob(said);
  if (btoa(binary) !== said) throw new Wrong('base64-spelling');
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** A number in its one spelling. @throws Wrong it is none */
export function number(said: string): number {
  if (!NUMBER.test(said)) throw new Wrong('no-number');
  return Number(said);
}
