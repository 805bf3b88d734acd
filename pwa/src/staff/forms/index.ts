/** The question before each act. Those with a dialog of their own are `OWN_DIALOG`. */
import type { Act } from '../acts';
import type { ActForm } from './blanks';
import { PEOPLE } from './people';
import { RESULT } from './result';
import { REVIEW } from './review';
import { WINDOW } from './window';

export * from './blanks';

/**
 * Acts that ask with more than blanks: a link to hand on, the item's own questions about delivery, what a new version leads to,
 * which copy serves; a register is asked at the paper that it holds.
 */
export const OWN_DIALOG = [
  'case.make-link',
  'case.change-delivery',
  'case.migrate',
  'case.attach-copy',
  'case.ask-register',
] as const satisfies readonly Act[];
export type Asked = Exclude<Act, (typeof OWN_DIALOG)[number]>;

/** Acts that are done by one press, as they can be taken back by another. */
export const AT_ONCE: readonly Act[] = ['case.claim', 'case.release', 'case.recall'];

export const FORMS: Readonly<Record<Asked, ActForm>> = { ...PEOPLE, ...WINDOW, ...REVIEW, ...RESULT };

export const isAsked = (act: Act): act is Asked => act in FORMS;
export { materialName } from './result';
