import { expect, it } from 'vitest';
import { linkFor } from '../../src/resident/browser/hint';

it('the link out of WeChat is the page with all of its address, and for a form the page that takes it over', () => {
  const links = ['/items?q=租房', '/hand-in/1#secret', '/apply/2?step=summary'].map((path) =>
    decodeURI(linkFor(new URL(path, 'https://centre.example'))),
  );

  expect(links).toEqual([
    'https://centre.example/items?q=租房',
    'https://centre.example/hand-in/1#secret',
    'https://centre.example/resume',
  ]);
});
