/** The facade of `keep-extras.ts` for screens; loaded with the screens that need it. */
import { call } from './client';
import type { CopyMark } from './draft-copies';
import type { KeptCase, KeptPage, OfferedDraft } from './keep-extras';
import type { Draft } from './types';

export type { CopyMark, KeptCase, KeptPage, OfferedDraft };

export const extras = {
  /** A page of a case that is kept on this device, null if it is not. */
  keptPage: (lane: string, file: string): Promise<KeptPage | null> => call('keptPage', lane, file),
  /** How much of a case is kept here. */
  keptOf: (lane: string): Promise<KeptCase> => call('keptOf', lane),
  /** Keeps a case that was opened readable offline with its photographs, or no longer. */
  keepOffline: (lane: string, on: boolean): Promise<void> => call('keepOffline', lane, on),

  /** Forms of the person that the centre keeps and this device has not, or not in their newest state. */
  serverDrafts: (): Promise<OfferedDraft[]> => call('serverDrafts'),
  /** Takes a form over to this device with its photographs. */
  continueDraft: (id: string): Promise<Draft> => call('continueDraft', id),
  /** Keeps the form of this device where two devices have written. */
  keepMine: (id: string): Promise<void> => call('keepMine', id),
  /** How the copies of this device's forms stand, by form. */
  draftMarks: (): Promise<Record<string, CopyMark>> => call('draftMarks'),
  /** A code that carries a form to another browser within ten minutes, once. */
  draftCode: (id: string): Promise<{ code: string; expires_at: string }> => call('draftCode', id),
  /** Takes over the form of a code. */
  resumeDraft: (code: string): Promise<Draft> => call('resumeDraft', code),
};
