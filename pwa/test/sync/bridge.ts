/**
 * Lets a program in another language drive the device's state machine, one JSON object a line:
 *
 *     {"open": ID, "seed": {...}, "random": SEED}     a new machine
 *     {"id": ID, "event": {...}, "now": MS}           an event
 *     {"id": ID, "look": true}                        its state and its intents
 *     {"close": ID}                                   forget it
 *
 * Each is answered by one line, `{"id": ID, "actions": [...]}`, in the order of the questions.
 */
import { createInterface } from 'node:readline';
import { type Event, type Seed, SyncCore } from '../../src/sync/core';
import { randomOf } from './seeded';

type Line =
  | { open: string; seed: Seed; random?: number }
  | { id: string; event: Event; now: number }
  | { id: string; look: true }
  | { close: string };

const cores = new Map<string, SyncCore>();

function answer(line: Line): unknown {
  if ('open' in line) {
    cores.set(line.open, new SyncCore(line.seed, randomOf(line.random ?? 0)));
    return { id: line.open, actions: [] };
  }
  if ('close' in line) {
    cores.delete(line.close);
    return { id: line.close, actions: [] };
  }
  const core = cores.get(line.id);
  if (!core) return { id: line.id, actions: [], error: 'unknown' };
  if ('look' in line) return { id: line.id, actions: [], state: core.state, intents: core.intents };
  return { id: line.id, actions: core.handle(line.event, line.now) };
}

createInterface({ input: process.stdin }).on('line', (text) => {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(text) as Line))}\n`);
});
