/** The names of the auditor's screens. */
import { words } from '../i18n';

export const w = words(
  { nav: '回看', cases: '办件', log: '账本', seen: '当时的屏幕', 'what-if': '假如' },
  { nav: 'Look back', cases: 'Cases', log: 'The log', seen: 'Screens of the past', 'what-if': 'What if' },
);
