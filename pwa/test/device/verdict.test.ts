import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick, reactive } from 'vue';
import type { OutboxEntry } from '../../src/device/types';
import { useVerdict } from '../../src/device/verdict';

const mirror = vi.hoisted(() => ({ outbox: [] as unknown[], disk: [] as unknown[], broken: false }));
const device = reactive(mirror) as { outbox: OutboxEntry[]; disk: OutboxEntry[]; broken: boolean };

vi.mock('../../src/device/store', () => ({
  useDevice: () => device,
  refreshOutbox: async () => {
    if (device.broken) throw new Error('storage');
    device.outbox = [...device.disk];
  },
}));

const act = (state: OutboxEntry['state'], code: string | null = null): OutboxEntry =>
  ({ id: 'one', lane: 'a', state, code, params: {} }) as unknown as OutboxEntry;

/** The outbox on disk and what the screens have of it are the same again. */
async function seen(...entries: OutboxEntry[]): Promise<void> {
  device.disk = entries;
  device.outbox = entries;
  await nextTick();
}

describe('a verdict', () => {
  const told: string[] = [];
  const verdict = useVerdict({
    done: () => void told.push('done'),
    back: (entry) => void told.push(`back ${entry.code}`),
  });
  const submit = vi.fn(async () => {
    device.disk = [act('queued')];
    return act('queued');
  });

  beforeEach(async () => {
    await seen(act('applied'));
    await seen();
    told.length = 0;
    submit.mockClear();
  });

  it('is not there before the screens have seen the act, nor while it waits for a signal', async () => {
    await verdict.give(submit);
    await nextTick();
    expect([told, verdict.waiting.value]).toEqual([[], true]);
    await seen(act('sent'));
    expect(told).toEqual([]);
    await seen();
    expect([told, verdict.waiting.value]).toEqual([['done'], false]);
  });

  it('is good where the act was applied and gone before anybody looked', async () => {
    await verdict.give(async () => act('queued'));
    await nextTick();
    expect(told).toEqual(['done']);
  });

  it('of an act that came back says why, once', async () => {
    await verdict.give(submit);
    await seen(act('refused', 'stale-version'));
    await seen();
    expect([told, verdict.waiting.value]).toEqual([['back stale-version'], false]);
  });

  it('is waited for before another act is given', async () => {
    await Promise.all([verdict.give(submit), verdict.give(submit)]);
    await verdict.give(submit);
    expect(submit).toHaveBeenCalledTimes(1);
    await seen();
    await verdict.give(submit);
    expect(submit).toHaveBeenCalledTimes(2);
  });

  it('is not waited for where the act could not be kept', async () => {
    const full = verdict.give(async () => {
      throw new Error('no-space');
    });
    await expect(full).rejects.toThrow('no-space');
    expect([told, verdict.waiting.value]).toEqual([[], false]);
  });
});
