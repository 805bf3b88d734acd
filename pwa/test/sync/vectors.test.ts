/** Stories that the state machines of every language tell alike: events in, actions out. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Action, type Event, type Seed, SyncCore } from '../../src/sync/core';
import { randomOf } from './seeded';

interface Story {
  name: string;
  random: number;
  seed: Seed;
  steps: { event: Event; now: number; actions: Action[] }[];
}

const file = path.resolve(import.meta.dirname, '../../../tests/vectors/device.json');
const { stories } = JSON.parse(readFileSync(file, 'utf8')) as { stories: Story[] };

/** Whether a value says nothing: null, false, an empty list or object. */
const isVoid = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  JSON.stringify(value) === '[]' ||
  JSON.stringify(value) === '{}';

/** Without what says nothing, and without the clock of a hello; an empty `after` says that nothing is waited for. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const says = Object.entries(value).filter(
    ([key, one]) => (!isVoid(one) || (key === 'after' && one !== null)) && key !== 'wall',
  );
  return Object.fromEntries(says.map(([key, one]) => [key, plain(one)]));
}

describe('the stories of the protocol', () => {
  it.each(stories.map((story) => [story.name, story] as const))('%s', (_, story) => {
    const core = new SyncCore(story.seed, randomOf(story.random));

    for (const [at, { event, now, actions }] of story.steps.entries()) {
      expect(plain(core.handle(event, now)), `step ${at}: ${event.on}`).toEqual(plain(actions));
    }
  });
});
