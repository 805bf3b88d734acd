/** Giving a command of publication and waiting for the centre's word; without a signal it is kept and sent later. */
import { computed, ref } from 'vue';
import { client } from '../device/client';
import { useDevice } from '../device/store';
import { DeviceError } from '../device/types';
import { useVerdict } from '../device/verdict';
import { colon } from '../i18n';
import { refusalWords } from '../i18n/refusals';
import type { Commands } from '../protocol/generated';

type Type = 'item.publish@1' | 'calendar.publish@1';

/** What was refused, in words: a sentence, and the places that it names. */
export interface Refused {
  words: string;
  faults: readonly string[];
}

/** `done` is called once the command has been applied. */
export function usePublishing(done: () => void) {
  const device = useDevice();
  const refused = ref<Refused | null>(null);
  const { give, waiting } = useVerdict({
    done,
    back: ({ id, code, params }) => {
      refused.value = { words: refusalWords(code ?? 'invalid', params ?? {}), faults: faultsIn(params ?? {}) };
      void client.resolve(id, 'discard');
    },
  });

  async function publish<T extends Type>(type: T, args: Commands[T], name: { zh: string; en: string }): Promise<void> {
    refused.value = null;
    try {
      // What Vue watches cannot cross to the worker: it is sent as plain data.
      const plain = JSON.parse(JSON.stringify(args)) as Commands[T];
      await give(() => client.submit(type, crypto.randomUUID(), plain, { base: null, about: { item_name: name } }));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      refused.value = { words: refusalWords(error.code, error.params), faults: [] };
    }
  }

  return {
    publish,
    refused,
    waiting,
    live: computed(() => device.state.connection === 'live'),
  };
}

/** The places that a refusal names: faults, or test cases that found something else. */
export function faultsIn(params: Readonly<Record<string, unknown>>): string[] {
  const { faults, failures } = params;
  if (Array.isArray(faults)) return faults.map(String);
  if (!Array.isArray(failures)) return [];
  return (failures as { trial: string; aspect: string; expected: string; found: string }[]).map(
    ({ trial, expected, found }) => `${trial}${colon()}${expected || '—'} → ${found || '—'}`,
  );
}
