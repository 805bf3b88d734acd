/** Reports: a working time as people say it. */
import { expect, it } from 'vitest';
import { spanWords } from '../../src/lead/reports';

it.each([
  [54.4, '54 分钟'],
  [119, '119 分钟'],
  [192, '3.2 小时'],
  [2888, '48.1 小时'],
  [null, '还没有'],
])('%s minutes are said as %s', (minutes, said) => {
  expect(spanWords(minutes)).toBe(said);
});
