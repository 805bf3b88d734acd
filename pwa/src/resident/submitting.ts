/** Handing an act in and saying at once whether it has gone or waits on this device. */
import { showToast } from '../announce';
import { type Commands, client, DeviceError, type IntentType, type SubmitOptions } from '../device/client';
import { refusalWords } from '../i18n/refusals';
import { useAway } from './connection';

/** What is said once an act is on disk: with a signal, and without one. */
export interface Said {
  sent: string;
  queued: string;
}

/** Keeps an act; resolves to whether it is on disk. What went wrong is said. */
export function useSubmit() {
  const away = useAway();
  return async <T extends IntentType>(
    type: T,
    lane: string,
    args: Commands[T],
    said: Said,
    options: SubmitOptions = {},
  ): Promise<boolean> => {
    try {
      await client.submit(type, lane, args, options);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      showToast({ words: refusalWords(error.code === 'storage' ? 'storage-fault' : error.code) });
      return false;
    }
    showToast({ words: away.value ? said.queued : said.sent });
    return true;
  };
}
