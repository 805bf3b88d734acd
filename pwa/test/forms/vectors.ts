import { readFileSync } from 'node:fs';

/** The vectors that the tests of the domain read too. */
export function vectors<T>(name: string): T {
  const file = new URL(`../../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
