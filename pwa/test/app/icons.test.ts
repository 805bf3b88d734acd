import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ICONS } from '../../src/components/icons';

const drawn = ['IconSprite', 'OtherIcons'].flatMap((name) => {
  const source = readFileSync(path.resolve(import.meta.dirname, `../../src/components/${name}.vue`), 'utf8');
  return [...source.matchAll(/<symbol id="i-([\w-]+)"/g)].map((match) => match[1]);
});

it('every name has its drawing, once', () => {
  expect(drawn.filter((name) => name !== 'doc-page').sort()).toEqual([...ICONS].sort());
});
