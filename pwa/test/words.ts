/** Every test speaks with the whole dictionary. */
import { moreWords } from '../src/i18n';

await moreWords();
