/** The values of a fact that are kept encrypted, in words. */
import { either } from '../i18n';
import type { Text } from '../protocol/generated';
import type { HistoryMoment } from './history';

/** What a sealed field holds, under `tag.field`. */
export const SEALED: Readonly<Record<string, Text>> = {
  'case.filed.answers': { zh: '申请人填的内容（选择题除外）', en: 'what the applicant filled in (choices apart)' },
  'case.filed.agent_answers': { zh: '代办人自己的信息', en: "the agent's own particulars" },
  'case.correction_requested.words': { zh: '告知里写的话', en: 'the words of the notice' },
  'case.supplemented.reply': { zh: '申请人给窗口的话', en: 'what the applicant wrote to the desk' },
  'case.declined.words': { zh: '不予受理的理由和救济', en: 'the reason for declining, and the remedy' },
  'case.reviewed.opinion': { zh: '审核意见', en: 'the opinion of the review' },
  'case.decided.words': { zh: '决定的理由、依据和救济', en: 'reason, basis and remedies of the decision' },
  'case.noted.text': { zh: '留言的内容', en: 'the text of the note' },
};

/** The sealed values of a moment, each by what it holds. */
export function sealedWords({ tag, sealed }: HistoryMoment): string[] {
  return sealed.map((field) => {
    const known = SEALED[`${tag}.${field}`];
    return known ? either(known) : field;
  });
}
