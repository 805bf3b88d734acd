/** Where a case is and whose turn it is, said to somebody who stands beside it. */
import type { State } from '../components/icons';
import { either, words } from '../i18n';
import type { CaseStatus, StatusBody } from '../protocol/generated';

const w = words(
  {
    filed: '交了，照片还没到齐',
    received: '收齐了，等窗口看',
    correction: '等申请人补材料',
    accepted: '受理了，在办',
    granted: '批准了，等出证',
    rejected: '不予批准',
    issued: '出证了，等送到',
    posted: '寄出了',
    delivered: '办完了，已送到',
    declined: '不予受理',
    withdrawn: '申请人撤回了',
    suspended: '特别程序中，期限暂停',
    redirected: '告知转办',
    terminated: '终止了',
    returned: '没有补正，退件了',
    lapsed: '材料没到，失效了',
    revoked: '撤销了',
    voided: '作废了',
    archived: '归档了',
    'turn.you': '轮到申请人',
    'turn.office': '轮到我们',
    'turn.office-step': '轮到我们：{step}',
    'turn.done': '都办完了，谁也不用做什么',
  },
  {
    filed: 'Filed, photographs still coming',
    received: 'Complete, waits for the window',
    correction: "Waits for the applicant's correction",
    accepted: 'Accepted, being worked on',
    granted: 'Granted, result to be issued',
    rejected: 'Not granted',
    issued: 'Result issued, to be delivered',
    posted: 'Posted',
    delivered: 'Done and delivered',
    declined: 'Declined',
    withdrawn: 'Withdrawn by the applicant',
    suspended: 'Special procedure, the clock stands still',
    redirected: 'Sent to another office',
    terminated: 'Terminated',
    returned: 'Correction never answered, papers returned',
    lapsed: 'Photographs never came, lapsed',
    revoked: 'Result revoked',
    voided: 'Struck out',
    archived: 'Archived',
    'turn.you': "The applicant's turn",
    'turn.office': 'Our turn',
    'turn.office-step': 'Our turn: {step}',
    'turn.done': 'All done, nobody has to do anything',
  },
);

const STATES: Readonly<Record<CaseStatus, State>> = {
  filed: 'you',
  received: 'office',
  correction: 'you',
  accepted: 'office',
  granted: 'office',
  rejected: 'refused',
  issued: 'office',
  posted: 'office',
  delivered: 'done',
  declined: 'refused',
  withdrawn: 'refused',
  suspended: 'office',
  redirected: 'refused',
  terminated: 'refused',
  returned: 'refused',
  lapsed: 'refused',
  revoked: 'refused',
  voided: 'refused',
  archived: 'done',
};

/** Where a case is. */
export function statusWords(status: CaseStatus): string {
  return w(status);
}

/** Which of the six states that is. */
export function stateOf(status: CaseStatus): State {
  return STATES[status];
}

/** Whose turn it is, with the step where it is the centre's. */
export function turnWords({ turn, office_step: step }: Pick<StatusBody, 'turn' | 'office_step'>): string {
  return turn === 'office' && step ? w('turn.office-step', { step: either(step) }) : w(`turn.${turn}`);
}
