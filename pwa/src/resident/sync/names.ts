/** What a resident's own acts are called, and what was written in them. */
import { wordsOf } from '../../device/acts';
import type { OutboxEntry } from '../../device/types';
import { either, type Key, t } from '../../i18n';
import { wordOr } from '../words';

const CASE_ACTS: Readonly<Record<string, Key>> = {
  'case.file@1': 'aside.type.case.file@1',
  'bundle.file@1': 'aside.type.case.file@1',
  'case.supplement@1': 'aside.type.case.supplement@1',
  'case.withdraw@1': 'aside.type.case.withdraw@1',
  'case.message@1': 'aside.type.case.message@1',
  'case.change-delivery@1': 'aside.type.case.change-delivery@1',
  'case.reopen@1': 'aside.type.case.reopen@1',
  'case.end-agency@1': 'aside.type.case.end-agency@1',
};

/** The name of an act: `撤回申请`. */
export function actName(type: string): string {
  const known = CASE_ACTS[type];
  return known ? t(known) : wordOr(`act.${type.split('@')[0]}`, 'act.other');
}

/** What an act is about, as far as this device knows. */
export function whoseOf({ about }: OutboxEntry): string {
  return [about?.item_name ? either(about.item_name) : '', about?.number].filter(Boolean).join('·');
}

/** The sentences that were written, in order. */
export function linesOf(entry: OutboxEntry): string[] {
  const { reply } = entry.args as { reply?: string };
  return (reply || wordsOf(entry)).split('\n').filter(Boolean);
}

/** Whether an act is about a case that has a page. */
export const isOnCase = ({ type }: Pick<OutboxEntry, 'type'>): boolean =>
  type.startsWith('case.') || type.startsWith('bundle.');
