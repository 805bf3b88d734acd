import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFECT_CODES } from '../../src/staff/checklist';
import { CHOICES } from '../../src/staff/conflict';
import { actOf, STAFF_WORDS, w } from '../../src/staff/words';

const blanks = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? ''))].sort();

test('both languages fill the same blanks', () => {
  const keys = Object.keys(STAFF_WORDS.zh) as (keyof typeof STAFF_WORDS.zh)[];
  const differing = keys.filter((key) => String(blanks(STAFF_WORDS.zh[key])) !== String(blanks(STAFF_WORDS.en[key])));

  expect(differing).toEqual([]);
});

test('every kind of defect has a sentence that names the document, and the page where there is one', () => {
  for (const code of DEFECT_CODES) {
    expect(w(`defect.sentence.${code}`, { material: '合同', n: 3 })).toMatch(/合同.*3/);
    expect(w(`defect.sentence.${code}-all`, { material: '合同' })).toContain('合同');
  }
});

test('every choice of a conflict says what it does', () => {
  for (const choice of CHOICES) expect(w(`option.${choice}-note`)).not.toBe('');
});

test('every act of learning is named in the outbox', () => {
  const learning = readFileSync(new URL('../../src/protocol/generated.ts', import.meta.url), 'utf8').match(
    /(?<=^ {2}")(?:lesson|policy|question|answer|training|course|exam|certificate)\.[\w-]+(?=@1": )/gm,
  );
  const unnamed = (learning ?? []).filter((act) => actOf(act) === w('event.other'));

  expect(learning).toContain('exam.hand-in');
  expect(unnamed).toEqual([]);
});
