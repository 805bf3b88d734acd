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
  'case.act_undone.words': { zh: '更正的理由', en: 'the reason for taking it back' },
  'glass.broken.reason': { zh: '打开的理由', en: 'the reason for opening it' },
  'agency.ended.words': { zh: '结束代办的理由', en: 'the reason for ending it' },
  'case.converted.words': { zh: '转为承诺件的理由', en: 'the reason for the change' },
  'case.handed_back.words': { zh: '退回的理由', en: 'the reason for handing back' },
  'case.handed_over.words': { zh: '转交时说的话', en: 'what was said at the hand-over' },
  'case.migrated.words': { zh: '改按新版的理由', en: 'the reason for moving to the newer version' },
  'case.reassigned.words': { zh: '改派的理由', en: 'the reason for reassigning' },
  'case.redirected.words': { zh: '转办的理由和办法', en: 'why, and how to reach it' },
  'case.reopened.words': { zh: '重新办理的理由', en: 'the reason for reopening' },
  'case.revoked.words': { zh: '撤销的理由、依据和救济', en: 'reason, basis and remedies' },
  'case.sampled.words': { zh: '抽查的结论', en: 'the findings' },
  'case.terminated.words': { zh: '终止的理由', en: 'the reason for terminating' },
  'case.voided.words': { zh: '作废的理由', en: 'the reason for striking out' },
  'claim.broken.words': { zh: '收回的理由', en: 'the reason for taking it' },
  'commitment.verified.words': { zh: '核查的结论', en: 'the findings' },
  'case.delivery_changed.answers': { zh: '新的领取方式', en: 'the new particulars of delivery' },
  'duplicate.cleared.words': { zh: '不是重复的理由', en: 'why it is none' },
  'case.evidence_received.reply': { zh: '给窗口的话', en: 'what was written to the desk' },
  'extension.approved.words': { zh: '延期的理由', en: 'the reason for more time' },
  'extension.asked.words': { zh: '申请延期的理由', en: 'why more time is needed' },
  'extension.refused.words': { zh: '不批准的理由', en: 'why it was refused' },
  'gap.closed.words': { zh: '容缺的结论', en: 'the findings' },
  'handover.returned.words': { zh: '退回时说的话', en: 'what was said' },
  'take_over.asked.words': { zh: '请求时说的话', en: 'what was said with the request' },
  'take_over.declined.words': { zh: '不转的理由', en: 'why it was kept' },
  'message.sent.text': { zh: '消息的内容', en: 'the text of the message' },
  'case.pages_verified.words': { zh: '核验的理由', en: 'the reasons of the verdicts' },
  'procedure.begun.words': { zh: '特别程序的书面告知', en: 'the written notice' },
  'procedure.ended.findings': { zh: '特别程序的结论', en: 'the findings' },
  'procedure.prolonged.words': { zh: '延长的理由', en: 'the reason for prolonging' },
  'register.looked_up.result': { zh: '查到的内容', en: 'what the register says' },
  'case.reopening_refused.words': { zh: '不重新办理的理由', en: 'why it stays closed' },
  'result.reprinted.words': { zh: '补打的理由', en: 'the reason for printing again' },
  'result.voided.words': { zh: '作废的理由', en: 'the reason for the voiding' },
  'second_notice.asked.words': { zh: '再发告知的理由', en: 'why a second notice is needed' },
  'case.decided.delay': { zh: '超期的原因', en: 'why the decision came late' },
  'case.delivered.name': { zh: '领取人或签收人', en: 'who took it or signed for it' },
  'case.noted.text': { zh: '留言的内容', en: 'the text of the note' },
};

/** The sealed values of a moment, each by what it holds. */
export function sealedWords({ tag, sealed }: HistoryMoment): string[] {
  return sealed.map((field) => {
    const known = SEALED[`${tag}.${field}`];
    return known ? either(known) : field;
  });
}
