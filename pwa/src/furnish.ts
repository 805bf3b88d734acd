/** What every screen but the first needs, fetched once: their words and their looks. */
import { moreWords } from './i18n';

let furnished: Promise<unknown> | null = null;

/** Brings the words and looks of the screens behind the first one. @throws when they cannot be fetched; ask again */
export async function furnish(): Promise<void> {
  furnished ??= Promise.all([moreWords(), import('./look/screens.css')]);
  try {
    await furnished;
  } catch (error) {
    furnished = null;
    throw error;
  }
}
