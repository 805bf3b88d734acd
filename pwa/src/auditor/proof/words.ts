/** What a check says; the English sentences are those of `verifier/verify.py`, word by word. */
import { type Params, words } from '../../i18n';

const CHINESE = {
  receipt: '对得上：{when}记下的这一条，是 {name} 签名时全部 {size} 条里的第 {number} 条，一个字也没有改过。',
  'receipt-bare': '对得上：这一条是 {name} 签名时全部 {size} 条里的第 {number} 条，一个字也没有改过。',
  code: '对得上：{case} 这一条（指纹 {leaf}）是 {name} 签名时全部 {size} 条里的第 {number} 条。',
  log: '对得上：这就是 {name} 签名时的全部 {size} 条，一条不多，一条不少，也没有改过。',
  'log-restored': '对得上：这就是 {name} 签名时的全部 {size} 条，没有改过。中间从备份恢复过一次。',
  case: '对得上：这里的 {n} 条都在 {name} 签名时的 {size} 条里，没有改过；{files} 个文件也和当时记下的一样。',
  'case-older':
    '对得上：这里的 {n} 条都在 {name} 签名时的 {size} 条里，没有改过；{files} 个文件也和当时记下的一样。另有 {older} 条是从备份恢复以前的，这里证明不了。',
  wrong: '对不上：{why}。',
  unreadable: '查不了：{why}。',
  'no-base64': '里面有的字不是该有的写法',
  'base64-spelling': '里面有的字换了写法',
  'no-number': '里面有个数不是数',
  'no-key': '给的公钥不是“名称+编号+钥匙”的样子',
  'no-signature': '存根上没有签名',
  'bad-line': '存根上有一行不是签名',
  'bad-signature': '存根上的签名不对：文字被改过，或者是伪造的',
  'other-key': '存根不是用给的那把钥匙签的',
  'no-checkpoint': '这不是存根',
  'no-proof': '这不是证明',
  beyond: '证明说的那一条，存根里没有',
  path: '证明的长短不对',
  'no-receipt': '这个文件不是回执证明',
  'other-log': '回执里的记录和存根不是同一本账',
  'not-in-log': '回执里的这一条不在账里：记录被改过，或者回执被改过',
  'no-fingerprint': '码里的指纹不像指纹',
  'code-not-in-log': '码里的这一条不在账里：码被改过',
  'no-export': '这不是导出的文件：里面要有 events.jsonl 和 checkpoint',
  'event-unreadable': '第 {at} 条读不出来',
  'event-altered': '第 {at} 条被改过：内容和它自己的指纹对不上',
  'event-other-log': '第 {at} 条是别的账里的',
  'event-not-in-log': '第 {at} 条不在账里：被改过，或者是后来塞进去的',
  'event-before-missing': '第 {at} 条前面少了一条',
  'before-restored': '第 {at} 条说的恢复以前的记录，和备份里的不一样',
  fewer: '签过名的 {size} 条里少了 {n} 条',
  more: '多出来 {n} 条没有签过名的',
  'not-those': '这些不是签名时的那些：有的被改过、调换过或者换掉了',
  'file-of-none': '{file} 没有一条记录提到过',
  'file-altered': '{file} 被改过',
  'no-zip': '这个压缩包打不开',
  'too-large': '文件太大，请用 verify.py 查',
} as const;

export type Found = keyof typeof CHINESE;

const ENGLISH: Readonly<Record<Found, string>> = {
  receipt: 'In order: the event of {when} is number {number} of the {size} events that {name} had when it signed.',
  'receipt-bare': 'In order: the event is number {number} of the {size} events that {name} had when it signed.',
  code: 'In order: the event of {case} with the fingerprint {leaf} is number {number} of the {size} events that {name} had when it signed.',
  log: 'In order: these are the {size} events of {name}, as they were signed.',
  'log-restored':
    'In order: these are the {size} events of {name}, as they were signed. It was restored from a backup.',
  case: 'In order: {n} events are among the {size} that {name} had when it signed, as they were; {files} files are those that they name.',
  'case-older':
    'In order: {n} events are among the {size} that {name} had when it signed, as they were; {files} files are those that they name. {older} {older|event was|events were} not proven: they are from before the log was restored.',
  wrong: 'NOT in order: {why}.',
  unreadable: 'Cannot be checked: {why}.',
  'no-base64': 'it holds text that is no base64',
  'base64-spelling': 'it holds base64 of another spelling',
  'no-number': 'it holds a number that is none',
  'no-key': 'the key that was given has not the form NAME+ID+KEY',
  'no-signature': 'the checkpoint has no signature',
  'bad-line': 'the checkpoint has a line that is no signature',
  'bad-signature': 'the signature of the checkpoint is wrong: its text was altered or it was forged',
  'other-key': 'the checkpoint is not signed with the key that was given',
  'no-checkpoint': 'the checkpoint is none',
  'no-proof': 'the proof is none',
  beyond: 'the proof speaks of an event that the checkpoint does not hold',
  path: 'the proof has a wrong length',
  'no-receipt': 'this file is no receipt',
  'other-log': "the receipt's event is of another log than its checkpoint",
  'not-in-log': 'the event of this receipt is not in the log: it was altered, or the receipt was',
  'no-fingerprint': 'the fingerprint in this code is none',
  'code-not-in-log': 'the event of this code is not in the log: the code was altered',
  'no-export': 'this is no export: it must hold `events.jsonl` and `checkpoint`',
  'event-unreadable': 'event {at} cannot be read',
  'event-altered': 'event {at} was altered: it is not what its own hash says',
  'event-other-log': 'event {at} is of another log',
  'event-not-in-log': 'event {at} is not in the log: it was altered, or put there',
  'event-before-missing': 'an event before event {at} is missing',
  'before-restored': 'the events before the restoration, event {at}, are not those of its backup',
  fewer: '{n} of the {size} signed events are missing',
  more: '{n} events stand there that nobody has signed',
  'not-those': 'the events are not those that were signed: some were altered, swapped or exchanged',
  'file-of-none': '{file} is named by no event',
  'file-altered': '{file} was altered',
  'no-zip': 'this zip file cannot be opened',
  'too-large': 'the file is too large for a browser; use verify.py',
};

export const PROOF_WORDS = { zh: CHINESE, en: ENGLISH } as const;
const w = words<Found>(CHINESE, ENGLISH);

/** One sentence. */
export function proofWords(found: Found, params: Params = {}): string {
  return w(found, params);
}
