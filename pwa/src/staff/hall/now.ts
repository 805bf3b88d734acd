/** Acts that make sense at this moment only: they are sent at once, and what is refused is said here and not kept. */
import { showToast } from '../../announce';
import { client } from '../../device/client';
import { type Commands, DeviceError, type IntentType, type OutboxEntry } from '../../device/types';
import { refusalWords } from '../../i18n/refusals';

const NOT_DONE: ReadonlySet<OutboxEntry['state']> = new Set(['conflict', 'refused', 'quarantined']);
const PATIENCE_MS = 8000;

/** Does an act now. @returns whether the centre did it, as far as it answered in time */
export async function doNow<Type extends IntentType>(type: Type, lane: string, args: Commands[Type]): Promise<boolean> {
  try {
    const entry = await client.submit(type, lane, args, { base: null });
    const judged = await verdictOn(entry.id);
    if (judged === null || !NOT_DONE.has(judged.state)) return true;
    await client.resolve(judged.id, 'discard');
    showToast({ words: refusalWords(judged.code ?? 'other', judged.params ?? {}) });
    return false;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    showToast({ words: refusalWords(error.code, error.params) });
    return false;
  }
}

/** The entry once it was judged; null once it has left the outbox, or after a while without an answer. */
function verdictOn(id: string): Promise<OutboxEntry | null> {
  return new Promise((resolve) => {
    const look = async (): Promise<void> => {
      const entry = (await client.outbox()).find((one) => one.id === id);
      if (entry && (entry.state === 'queued' || entry.state === 'sent' || entry.state === 'held')) return;
      finish(entry ?? null);
    };
    const off = client.on('outbox', () => void look());
    const timer = setTimeout(() => finish(null), PATIENCE_MS);
    function finish(found: OutboxEntry | null): void {
      clearTimeout(timer);
      off();
      resolve(found);
    }
    void look();
  });
}
