/** The words about the office's devices, in the language that is on. */
import { words } from '../../i18n';
import { en } from './en';
import { zh } from './zh';

export type DeviceKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<DeviceKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const DEVICE_WORDS = { zh, en } as const;
