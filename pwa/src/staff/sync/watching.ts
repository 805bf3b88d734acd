/** Cases that a member of staff leaves to a colleague and wants to see go on; the list is kept on this device. */
import { onMounted, type Ref, shallowRef } from 'vue';
import { client } from '../../device/client';
import { deviceReady } from '../../device-ready';

/** A case that is watched, with the words by which it is known. */
export interface Watched {
  case: string;
  whose: string;
}

const PLACE = 'watching';

const read = async (): Promise<Watched[]> => (await client.work.get<Watched[]>(PLACE)) ?? [];

async function write(list: readonly Watched[]): Promise<void> {
  await client.work.save(PLACE, list.length > 0 ? list.map(({ case: id, whose }) => ({ case: id, whose })) : null);
}

/** Puts a case on the list, once. */
export async function watchCase(one: Watched): Promise<void> {
  await write([...(await read()).filter((other) => other.case !== one.case), one]);
}

/** The list, and how to take a case off it. */
export function useWatching(): { list: Readonly<Ref<readonly Watched[]>>; drop: (id: string) => Promise<void> } {
  const list = shallowRef<readonly Watched[]>([]);
  async function drop(id: string): Promise<void> {
    list.value = list.value.filter((one) => one.case !== id);
    await write(list.value);
  }
  onMounted(async () => {
    await deviceReady;
    list.value = await read();
  });
  return { list, drop };
}
