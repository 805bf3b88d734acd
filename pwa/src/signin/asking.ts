/** That the service wants a fresh proof of who one is: one question at a time, however many requests wait for it. */
import { readonly, shallowRef } from 'vue';
import { proveWith } from '../api';

/** By which a person can show who they are, the best first. */
export type Way = 'passkey' | 'code' | 'password' | 'sms';

interface Asked {
  readonly ways: readonly Way[];
  readonly answer: (proved: boolean) => void;
}

const asked = shallowRef<Asked | null>(null);
let waiting: Promise<boolean> | null = null;

/** The question on show. */
export const proofAsked = readonly(asked);

/** Asks the person, unless they are being asked. @returns whether they showed who they are */
export function askProof(ways: readonly Way[]): Promise<boolean> {
  waiting ??= new Promise<boolean>((resolve) => {
    asked.value = {
      ways,
      answer: (proved) => {
        asked.value = null;
        waiting = null;
        resolve(proved);
      },
    };
  });
  return waiting;
}

proveWith((params) => askProof(Array.isArray(params['ways']) ? (params['ways'] as Way[]) : []));
