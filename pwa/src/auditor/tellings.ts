/** What happened at a moment, in one sentence that begins with the verb: the person stands beside it. */
import type { State } from '../components/icons';
import { either, fill, listed, type Params } from '../i18n';
import type { Json, Text } from '../protocol/generated';
import type { HistoryMoment } from './history';
import type { Names } from './names';
import { MORE_TELLINGS } from './tellings-more';

/** A sentence with blanks, and the state whose colour its mark has. */
export interface Telling extends Text {
  readonly state: State;
}

/** Every kind of fact under its stored tag; variants of one follow a colon. */
export const TELLINGS: Readonly<Record<string, Telling>> = {
  ...MORE_TELLINGS,
  'case.filed': { zh: '交了申请，{n} 页照片', en: 'Filed the application with {n} {n|page|pages}', state: 'done' },
  'case.filed:agent': {
    zh: '替人交了申请，{n} 页照片',
    en: 'Filed for somebody else, with {n} {n|page|pages}',
    state: 'done',
  },
  'file.stored': { zh: '{page}到了，打得开', en: '{page} arrived and can be opened', state: 'done' },
  'file.rejected': {
    zh: '{page}到了，不能用：{reason}',
    en: '{page} arrived but cannot be used: {reason}',
    state: 'you',
  },
  'case.received': { zh: '材料收齐，开始计时', en: 'Complete set received, the clock starts', state: 'done' },
  'case.received:again': {
    zh: '补的材料收齐，重新计时（第 {round} 次收齐）',
    en: 'Supplement complete, the clock starts anew (round {round})',
    state: 'done',
  },
  'case.claimed': { zh: '拿了这件来办', en: 'Took the case', state: 'office' },
  'case.released': { zh: '把这件放回队列', en: 'Put the case back into the queue', state: 'office' },
  'case.correction_requested': {
    zh: '发了一次性告知，要补 {n} 样：{places}',
    en: 'Told all defects at once, {n} in number: {places}',
    state: 'you',
  },
  'case.supplemented': {
    zh: '补交了 {n} 页，换下 {replaced} 页',
    en: 'Handed in {n} more, replacing {replaced}',
    state: 'done',
  },
  'case.accepted': { zh: '受理，编号 {case_number}', en: 'Accepted the case as {case_number}', state: 'office' },
  'case.declined': { zh: '不予受理，写明了理由', en: 'Declined the case, with reason and remedy', state: 'refused' },
  'case.reviewed': { zh: '办完“{step}”这一步', en: 'Completed the step "{step}"', state: 'done' },
  'case.decided': { zh: '作了决定', en: 'Decided', state: 'done' },
  'case.decided:granted': { zh: '决定：批准', en: 'Decided: granted', state: 'done' },
  'case.decided:rejected': {
    zh: '决定：不予批准，写明了理由',
    en: 'Decided: not granted, with the reason',
    state: 'refused',
  },
  'case.withdrawn': { zh: '撤回了申请', en: 'Withdrew the application', state: 'refused' },
  'case.noted': { zh: '给同事留了话', en: 'Left a note for colleagues', state: 'office' },
  'case.issued': {
    zh: '出证，文号 {document_number}',
    en: 'Issued the result, number {document_number}',
    state: 'done',
  },
  'result.rendered': { zh: '生成了电子证明', en: 'Rendered the result as PDF', state: 'done' },
  'case.dispatch_requested': { zh: '把证明交给邮寄', en: 'Handed the result over for the post', state: 'office' },
  'effect.claimed': {
    zh: '开始办一件只能办一次的事：{channel}',
    en: 'Began something that may happen only once: {channel}',
    state: 'office',
  },
  'effect.uncertain': {
    zh: '不清楚办成没有：{channel}。不会自动再办，要有人去查',
    en: 'Not known whether it was done: {channel}. It is not repeated; somebody must look into it',
    state: 'late',
  },
  'case.posted': {
    zh: '快递收了：{carrier} {tracking_number}',
    en: 'The carrier took it: {carrier} {tracking_number}',
    state: 'done',
  },
  'case.delivered': { zh: '送到了：{method}', en: 'Delivered: {method}', state: 'done' },
  'record.viewed': {
    zh: '看了这件，看的是 {when} 的样子',
    en: 'Looked at this case as it stood at {when}',
    state: 'saved',
  },
  'record.unmasked': {
    zh: '看了一个号码的全部（{what}），用途：{purpose}',
    en: 'Was shown a number in full ({what}), for: {purpose}',
    state: 'saved',
  },
  'record.printed': { zh: '取了一份纸去打印', en: 'Took out a paper to print it', state: 'saved' },
  'glass.broken': {
    zh: '这件本来不归这个人看，写了理由打开看了',
    en: 'Opened this case, which was not theirs to see, with the reason',
    state: 'late',
  },
  'record.viewed:offline': {
    zh: '没有网时，看了存在设备上的这件，是 {when} 的样子',
    en: 'Looked at this case on the device, without a network, as it stood at {when}',
    state: 'saved',
  },
};

const OTHER: Telling = { zh: '记了一件事（{tag}）', en: 'Something was recorded ({tag})', state: 'office' };

const REASONS: Readonly<Record<string, Text>> = {
  undecodable: { zh: '打不开', en: 'it cannot be opened' },
  lapsed: { zh: '表一直没交，已删', en: 'the form was never handed in, and it was deleted' },
  'hash-mismatch': { zh: '在路上坏了', en: 'it was damaged on its way' },
  'too-large': { zh: '文件太大', en: 'it is too large' },
  unsafe: { zh: '里面有不安全的内容', en: 'it has unsafe content' },
};
const METHODS: Readonly<Record<string, Text>> = {
  pickup: { zh: '窗口自取', en: 'collected at the window' },
  mail: { zh: '邮寄', en: 'by mail' },
  electronic: { zh: '电子证明', en: 'electronically' },
};
const CHANNELS: Readonly<Record<string, Text>> = {
  post: { zh: '邮寄', en: 'the post' },
  sms: { zh: '发短信', en: 'a text message' },
};

const PURPOSES: Readonly<Record<string, Text>> = {
  'check-identity': { zh: '核对身份', en: 'checking who somebody is' },
  contact: { zh: '联系申请人', en: 'reaching the applicant' },
  deliver: { zh: '送证明', en: 'sending the result' },
  register: { zh: '录入登记', en: 'a register' },
  complaint: { zh: '处理投诉', en: 'a complaint' },
  audit: { zh: '审计', en: 'audit' },
};

/** Why a file could not be used. */
export const reasonWords = (reason: string): string => known(REASONS, reason);
/** How a result reaches the applicant. */
export const methodWords = (method: string): string => known(METHODS, method);

/** The telling that fits a moment. */
export function tellingOf(moment: HistoryMoment): Telling {
  return TELLINGS[`${moment.tag}:${variantOf(moment)}`] ?? TELLINGS[moment.tag] ?? OTHER;
}

/** What happened at a moment. */
export function sentenceOf(moment: HistoryMoment, names: Names): string {
  return fill(either(tellingOf(moment)), blanksOf(moment, names));
}

function variantOf({ tag, facts }: HistoryMoment): string {
  switch (tag) {
    case 'case.filed':
      return facts['agent'] ? 'agent' : '';
    case 'case.received':
      return Number(facts['round']) > 1 ? 'again' : '';
    case 'case.decided':
      return String(facts['outcome']);
    case 'record.viewed':
      return facts['offline'] === true ? 'offline' : '';
    default:
      return '';
  }
}

/** Values for the blanks: plain fields under their own names, and what has to be looked up. */
function blanksOf({ tag, facts }: HistoryMoment, names: Names): Params {
  const plain = Object.entries(facts).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  const defects = listOf(facts['defects']);
  return {
    ...(Object.fromEntries(plain) as Params),
    tag,
    n: tag === 'case.correction_requested' ? defects.length : listOf(facts['pages']).length,
    replaced: listOf(facts['replaces']).length,
    places: placesWords(defects, names),
    page: names.file(String(facts['file'] ?? '')),
    when: names.when(Number(facts['position'] ?? 0)),
    step: names.step(String(facts['step'] ?? '')),
    reason: reasonWords(String(facts['reason'] ?? '')),
    method: methodWords(String(facts['method'] ?? '')),
    channel: known(CHANNELS, String(facts['channel'] ?? '')),
    purpose: known(PURPOSES, String(facts['purpose'] ?? '')),
  };
}

function placesWords(defects: readonly Json[], names: Names): string {
  const places = defects.map((defect) => {
    if (defect === null || typeof defect !== 'object' || Array.isArray(defect)) return '';
    const { file, material } = defect;
    return typeof file === 'string' ? names.file(file) : names.material(String(material));
  });
  return listed([...new Set(places)]);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function known(table: Readonly<Record<string, Text>>, name: string): string {
  const found = table[name];
  return found ? either(found) : name;
}
