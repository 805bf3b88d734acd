/** How a case stands beyond its plain way: limits, promises, procedures, who has it, what was sent, what was looked at again. */
import { either, listed, words } from '../i18n';
import { day, dayTime } from '../i18n/time';
import type { CaseBody, Clock, Message, StatusBody } from '../protocol/generated';
import { aboutWords, handledWords, sendingWords } from '../staff/events';
import { actOf, w as desk, wordOr } from '../staff/words';
import type { Names } from './names';
import type { Line } from './stands';

const w = words(
  {
    deemed: '逾期视为受理',
    'accepted-at': '受理时间',
    agency: '代办',
    'opened-by': '代填',
    later: '说好后补的',
    copy: '用了核对过的',
    'look-up': '查系统',
    link: '补材料链接',
    message: '留言',
    notification: '通知',
    paper: '文书',
    revocation: '撤销',
    undone: '更正',
    reopened: '重新办理',
    'result-void': '作废的证',
    archive: '归档',
    bundle: '一件事',
    order: '下放令',
    waiting: '等谁',
    'waiting.applicant': '申请人',
    'waiting.step': '这一步的人',
    'waiting.procedure': '特别程序',
    'waiting.post': '快递',
    'waiting.lead': '带班',
    'waiting.window': '窗口',
    'waiting.nobody': '不用等',
    'claim-until': '领到',
    'handed-over': '转交',
    'handed-opened': '{from}转给{to}，打开了',
    'handed-closed': '{from}转给{to}，还没打开',
    'decided-by': '谁决定的',
    'take-over': '谁想接',
    'returns-to': '补来给谁',
    returned: '补来的',
    overdue: '超期的时限',
    'second-notice': '再告知一次',
    'second.asked': '等带班：{words}',
    'second.approved': '同意了：{words}',
    extension: '延期',
    finding: '查到的',
    sampling: '抽查',
    duplicate: '像是重复',
    commitment: '承诺',
    migration: '换版本',
    yes: '是',
    'extension.asked': '要',
    'extension.approved': '同意',
    'extension.refused': '不同意',
    'duplicate.suspected': '还没看',
    'duplicate.cleared': '不是',
    'duplicate.absorbed': '并过来了',
    'duplicate.went-on': '并过去了',
    'commitment.null': '还没核实',
    'commitment.true': '属实',
    'commitment.false': '不属实',
  },
  {
    deemed: 'Deemed accepted',
    'accepted-at': 'Accepted',
    agency: 'Agency',
    'opened-by': 'Filled in by',
    later: 'Promised for later',
    copy: 'Checked copy used',
    'look-up': 'Register',
    link: 'Upload link',
    message: 'Message',
    notification: 'Notice sent',
    paper: 'Letter',
    revocation: 'Revocation',
    undone: 'Correction',
    reopened: 'Taken up again',
    'result-void': 'Void document',
    archive: 'Archive',
    bundle: 'Linked filing',
    order: 'Delegation order',
    waiting: 'Waits for',
    'waiting.applicant': 'the applicant',
    'waiting.step': 'whoever does the step',
    'waiting.procedure': 'a special procedure',
    'waiting.post': 'the carrier',
    'waiting.lead': 'a lead',
    'waiting.window': 'the window',
    'waiting.nobody': 'nobody',
    'claim-until': 'Taken until',
    'handed-over': 'Handed over',
    'handed-opened': '{from} to {to}, opened',
    'handed-closed': '{from} to {to}, not opened',
    'decided-by': 'Decided by',
    'take-over': 'Asked for by',
    'returns-to': 'Comes back to',
    returned: 'Back with a supplement',
    overdue: 'Limits passed',
    'second-notice': 'Second notice',
    'second.asked': 'asked: {words}',
    'second.approved': 'allowed: {words}',
    extension: 'More time',
    finding: 'Found',
    sampling: 'To be sampled',
    duplicate: 'Seems a duplicate',
    commitment: 'Commitment',
    migration: 'Moved to a version',
    yes: 'yes',
    'extension.asked': 'asked',
    'extension.approved': 'approved',
    'extension.refused': 'refused',
    'duplicate.suspected': 'not looked at',
    'duplicate.cleared': 'another matter',
    'duplicate.absorbed': 'absorbed',
    'duplicate.went-on': 'goes on there',
    'commitment.null': 'not checked',
    'commitment.true': 'true',
    'commitment.false': 'not true',
  },
);

type Own = Parameters<typeof w>[0];
type Group = Line['group'];

const line = (key: Own, group: Group, text: string): Line[] =>
  text ? [{ key, group, label: w(key), words: text }] : [];
const flag = (key: Own, is: boolean): Line[] => line(key, 'now', is ? w('yes') : '');

/** A line for each of several things of one kind, compared by its place. */
function each<One>(key: Own, group: Group, all: readonly One[], text: (one: One) => string): Line[] {
  return all.map((one, n) => ({ key: `${key}.${n}`, group, label: w(key), words: text(one) }));
}

const told = (...parts: (string | null)[]): string => parts.filter(Boolean).join('·');

/** Parts of the applicant's document; the promise and the answer have lines of their own. */
export const MORE_OF_VIEW = {
  clocks: ({ clocks }: StatusBody, names: Names) =>
    clocks.filter(({ name }) => name !== 'promised' && name !== 'notice').map((clock) => clockLine(clock, names)),
  deemed: ({ deemed }: StatusBody) => flag('deemed', deemed),
  accepted_at: ({ accepted_at: at }: StatusBody) => line('accepted-at', 'about', at ? dayTime(at) : ''),
  agency: ({ agency }: StatusBody) =>
    line(
      'agency',
      'about',
      agency ? told(agency.name, agency.relation, agency.proof, agency.ended_at && dayTime(agency.ended_at)) : '',
    ),
  opened_by_name: ({ opened_by_name: name }: StatusBody) => line('opened-by', 'about', name),
  later: ({ later }: StatusBody, names: Names) => line('later', 'papers', listed(later.map(names.material))),
  gaps: ({ gaps }: StatusBody) =>
    gaps.map((gap) => ({
      key: `gap.${gap.material}`,
      group: 'papers' as const,
      label: desk('clock.gap', { about: either(gap.material_name) }),
      words: told(
        dayTime(gap.due.at),
        desk(gap.state === 'closed' ? `case.gap-closed-${gap.outcome as 'supplied'}` : `case.gap-${gap.state}`),
        gap.is_overdue ? desk('clock.overdue') : '',
      ),
    })),
  copies: ({ copies }: StatusBody) =>
    each('copy', 'papers', copies, (one) => told(either(one.material_name), day(one.checked_on))),
  look_ups: ({ look_ups }: StatusBody) =>
    each('look-up', 'papers', look_ups, (one) =>
      told(either(one.material_name), one.register, desk(`case.paper-${one.outcome as 'found'}`), dayTime(one.at)),
    ),
  evidence: ({ evidence }: StatusBody) =>
    evidence.map((one, n) => ({
      key: `evidence.${n}`,
      group: 'papers' as const,
      label: desk('case.evidence'),
      words: told(
        desk('case.evidence-pages', { when: dayTime(one.at), n: one.files.length }),
        one.reply,
        one.outcome && desk(`case.evidence-${one.outcome}`),
      ),
    })),
  links: ({ links }: StatusBody, names: Names) =>
    each('link', 'papers', links, (one) =>
      told(
        one.by_name,
        listed(one.materials.map(names.material)),
        dayTime(one.expires_at),
        one.used_at && desk('case.link-used', { when: dayTime(one.used_at) }),
      ),
    ),
  procedures: ({ procedures }: StatusBody) =>
    procedures.map((one) => ({
      key: `procedure.${one.id}`,
      group: 'due' as const,
      label: wordOr(`procedure.${one.kind}`, 'case.procedures'),
      words: told(
        day(one.begins_on),
        day(one.ends_on),
        one.ended_on && desk('case.procedure-ended', { day: day(one.ended_on) }),
        one.overran ? desk('case.procedure-overran') : '',
        one.basis,
      ),
    })),
  messages: ({ messages }: StatusBody) => each('message', 'words', messages, messageWords),
  notifications: ({ notifications, timeline }: StatusBody) =>
    each('notification', 'words', notifications, (one) =>
      told(aboutWords(one, timeline), ...one.sendings.map(sendingWords), handledWords(one)),
    ),
  papers: ({ papers }: StatusBody) =>
    each('paper', 'words', papers, (one) => told(wordOr(`paper.${one.kind}`, 'paper.other'), dayTime(one.at))),
  revocation: ({ revocation: one }: StatusBody) =>
    line('revocation', 'words', one ? told(one.by_name, dayTime(one.at), one.reason, one.basis) : ''),
  undone: ({ undone }: StatusBody) =>
    each('undone', 'words', undone, (one) => told(actOf(one.act), one.by_name, dayTime(one.at), one.words)),
  reopened: ({ reopened }: StatusBody) =>
    each('reopened', 'words', reopened, (one) => told(one.by_name, dayTime(one.at), one.words)),
  result_void: ({ result_void }: StatusBody) =>
    each('result-void', 'words', result_void, (one) => told(one.document_number, dayTime(one.at), one.words)),
  archive: ({ archive }: StatusBody) =>
    line('archive', 'about', archive ? told(dayTime(archive.at), archive.digest.slice(0, 12)) : ''),
  bundle: ({ bundle }: StatusBody) => line('bundle', 'about', bundle ?? ''),
  order: ({ order }: StatusBody) => line('order', 'about', order),
};

/** Parts that only staff see. */
export const MORE_OF_CASE = {
  waiting_for: ({ waiting_for: who }: CaseBody) => line('waiting', 'now', w(`waiting.${who}`)),
  claim_until: ({ claim_until: at }: CaseBody) => line('claim-until', 'now', at ? dayTime(at) : ''),
  handed_over: ({ handed_over: one }: CaseBody) =>
    line(
      'handed-over',
      'now',
      one ? w(one.opened ? 'handed-opened' : 'handed-closed', { from: one.sender.name, to: one.to.name }) : '',
    ),
  take_over: ({ take_over: by }: CaseBody) => line('take-over', 'now', by?.name ?? ''),
  decided_by: ({ decided_by: by }: CaseBody) => line('decided-by', 'now', by?.name ?? ''),
  returns_to: ({ returns_to: by }: CaseBody) => line('returns-to', 'now', by?.name ?? ''),
  returned: ({ returned }: CaseBody) => flag('returned', returned),
  step_clock: ({ step_clock: clock }: CaseBody, names: Names) => (clock ? [clockLine(clock, names)] : []),
  overdue: ({ overdue }: CaseBody) =>
    line('overdue', 'due', listed(overdue.map((name) => wordOr(`clock.${name}`, 'clock.overdue')))),
  extensions: ({ extensions }: CaseBody) =>
    each('extension', 'due', extensions, (one) =>
      told(w(`extension.${one.state}`), String(one.working_days), one.asked_by_name, one.answered_by_name, one.words),
    ),
  second_notice: ({ second_notice: state, second_notice_words: said }: CaseBody) =>
    line('second-notice', 'words', state === '' ? '' : w(`second.${state}`, { words: said })),
  findings: ({ findings }: CaseBody) =>
    each('finding', 'words', findings, (one) => told(one.subject, one.by_name, dayTime(one.at), one.words)),
  sampling: ({ sampling }: CaseBody) => flag('sampling', sampling),
  duplicates: ({ duplicates }: CaseBody) =>
    each('duplicate', 'now', duplicates, (one) => told(one.case.slice(-8), w(`duplicate.${one.state}`), one.words)),
  commitments: ({ commitments }: CaseBody, names: Names) =>
    each('commitment', 'papers', Object.entries(commitments), ([material, holds]) =>
      told(names.material(material), w(`commitment.${String(holds) as 'null'}`)),
    ),
  migrations: ({ migrations }: CaseBody) =>
    each('migration', 'about', migrations, (one) =>
      told(desk('case.migrated', { from: one.from_version, to: one.to_version }), one.by_name, one.words),
    ),
};

function clockLine(clock: Clock, names: Names): Line {
  const about = clock.name === 'step' ? names.step(clock.about) : clock.about ? names.material(clock.about) : '';
  const words = told(
    dayTime(clock.due.at),
    desk(`clock.${clock.state}`),
    clock.is_overdue ? desk('clock.overdue') : '',
  );
  return {
    key: `clock.${clock.name}.${clock.about}`,
    group: 'due',
    label: desk(`clock.${clock.name}`, { about }),
    words,
  };
}

function messageWords({ who, by_name, at, text }: Message): string {
  return told(who === 'staff' ? by_name : desk(`reader.${who}`), dayTime(at), text);
}
