/** What a check can find wrong: a key of `words.ts`, with what its sentence names. */

import type { Found } from '../auditor/proof/words';
import type { Params } from '../i18n';

export class Wrong extends Error {
  readonly why: Found;
  readonly params: Params;

  constructor(why: Found, params: Params = {}) {
    super(why);
    this.why = why;
    this.params = params;
  }
}

/** What was given cannot be checked at all. */
export class Unreadable extends Wrong {}
