/** Every "no" of the service and of the device in words: what is so, and what to do next. */

import { type Params, words } from '.';
import { day, dayTime } from './time';

const ZH = {
  'already-filed': '这件事您已经交过了，不用再交。打开看看办到哪一步。',
  'state-changed': '您没网的时候，这件事已经往前走了一步，这次没有做成。打开看看现在的情况，再决定。',
  'already-claimed': '{by}先拿了这件，正在办。您可以看着、写句话，或放下。',
  'already-claimed-plain': '已经有同事在办这件。您可以看着、写句话，或放下。',
  'stale-decision': '您看过以后，材料又有变化，这次决定没有算。请按现在的材料再定一次，或问一问带班。',
  'file-missing': '照片还没到齐，到齐了自动接着办。不用重交。',
  forbidden: '这件事不归您办，所以没有做成。您写的都还在。要办，请找带班。',
  'not-found': '没有找到这一件，可能地址抄错了，或不在您名下。',
  'answers-invalid': '有几处填得不对，没有收下。您填的都在，改好再交一次。',
  'materials-missing': '还差材料，没有收下：{materials}。补上再交一次，填的都在。',
  'materials-missing-plain': '还差材料，没有收下。补上再交一次，填的都在。',
  'unknown-item': '这张表换过了。您填的都在，打开再看一遍就能交。',
  'case-is-closed': '这件事已经办完，不能再改。想办可以再交一次。',
  'not-qualified': '办这一项要有有效的培训证书，您的没有或过期了。先去云培训考，或请同事办。',
  'acceptor-cannot-decide': '您受理的这件，要由别人决定。已经留在队列里，同事会接着办。',
  'notice-empty': '补正告知里至少要写一样缺什么、怎么补。',
  'second-notice': '缺什么要一次说完：以前的材料不能再提新要求，只能说新补来的。',
  'reason-missing': '不同意要写明原因，写上再发。',
  'unknown-file': '有一页和照片对不上，没有收下。请把那一页重拍，再交一次。',
  busy: '现在办的人多，排着队，会自动再发。不用管。',
  warming: '系统刚启动，正在整理，会自动再发。不用管。',
  storage: '系统的存储出了问题，会自动再发。您的都在。',
  'server-fault': '系统出了错，没有办成。您做的都在，可以再发一次；还不行就打电话，报编号 {support}。',
  'server-fault-plain': '系统出了错，没有办成。您做的都在，可以再发一次；还不行就打电话问。',
  invalid: '这一步没有办成，内容有不对的地方。您做的都在，看一看再发。',
  'permission-lost': '您的权限变了，这一步没有办成。您写的都还在，请找带班。',
  'app-too-old': '这个版本太旧，换成新版本就自动接着发。没发出的都在。',
  expired: '登录过期了。登录一下就接着发，没发出的都在。',
  reauth: '请再登录一次，没发出的都在。',
  'after-pending': '前面一步还没发到，等它到了自动接着办。',

  'code-wrong': '验证码不对，还能试 {left} 次。看看短信再填一遍。',
  'code-wrong-plain': '验证码不对。看看短信再填一遍。',
  'code-expired': '验证码过期了，再发一次就行。',
  'too-many-codes': '验证码要得太勤了，{retry_s} 秒后再试。',
  'too-many-tries': '试的次数太多了，{retry_s} 秒后再试。',
  'too-many-requests': '点得太快了，{retry_s} 秒后再试。',
  'phone-format': '手机号应该是 11 位，1 开头。请再看一遍。',
  'code-format': '验证码是 6 位数字。',
  'sign-in-failed': '用户名或密码不对。再试一次，还不行就找带班重设。',
  'sign-in-needed': '请先登录。您填的都在。',
  'origin-not-allowed': '这个地址不能用来办事，请从我们给的地址打开。',
  'body-malformed': '发出去的内容不完整，没有收下。再试一次，您填的都在。',
  'body-too-large': '发出去的内容太大，没有收下。您填的都在。',
  'method-not-allowed': '这里不能这样用，请从首页再进一次。',

  undecodable: '这张打不开，可能不是照片。重拍一张，或换 JPG、PNG、PDF。',
  'too-large': '这个文件太大：照片最多 20 MB，PDF 最多 50 MB。重拍一张就行。',
  'wrong-type': '只能用照片或 PDF。重拍一张，或另存成 PDF。',
  empty: '这个文件是空的，里面什么也没有。换一张。',
  'no-space': '这台设备快满了，这一张没存上。先把拍好的发出去，或清一点地方，再拍。以前的都在。',
  'storage-fault': '这台设备没存上。再试一次；还不行就换个浏览器，已经存上的都在。',
  'intent-too-large': '填的内容太长，发不出去。请把长的说明写短一些，或拍照交。',
  offline: '现在没有信号，这台设备上也没有存过。连上网再看。',
  'hash-mismatch': '这一页在路上坏了，请重拍。',
  unsafe: '这个文件里有不安全的内容，不能收。请重拍照片，或换一个 PDF。',

  'no-connection': '现在连不上。您填的都存在本机，有信号再试。',
  'http-400': '发出去的内容没有读懂，没有收下。再试一次，您填的都在。',
  'http-401': '请先登录。您填的都在。',
  'http-403': '这里不归您看。',
  'http-404': '没有找到，可能地址抄错了。',
  'http-409': '这件事已经有了变化，打开看看再做。',
  'http-413': '发出去的内容太大，没有收下。您填的都在。',
  'http-429': '点得太快了，歇一会儿再试。',
  'http-500': '系统出了错，不是您的问题。过一会儿再试，您填的都在。',
  'http-502': '系统正在重启，过一会儿再试。您填的都在。',
  'http-503': '系统正在重启，过一会儿再试。您填的都在。',
  'http-504': '等得太久没有回音，过一会儿再试。您填的都在。',
  'version-taken': '这个版本号已经用过了，换一个再存。',
  'needs-refused': '前面一步没有办成，所以这一步也没办。先看看前面那一步。',
  'id-reused': '这一步和以前的一步用了同一个编号，没有办。请再做一次。',
  'other-person': '这一件是另一个人在这台设备上做的，要本人登录才能发。',
  'unknown-command': '系统不认得这一步，可能这个版本太旧。换成新版本再发，您做的都在。',
  'unreadable-intent': '发出去的内容没有读懂，没有办。您做的都在，看一看再发。',
  'unknown-frame': '系统不认得发来的内容，可能这个版本太旧。换成新版本再试。',
  'no-carrier': '短信现在发不出去，过几分钟再试，或打电话给我们。',
  'media-type': '只能用照片或 PDF。重拍一张，或另存成 PDF。',
  'piece-type': '这一页没有发对，会自动再发。',
  'too-many-uploads': '正在发的照片太多，会排队自动发。',
  'upload-metadata': '这一页没有发对，会自动再发；还不行就重拍这一页。',
  'wrong-offset': '这一页发断了，会从断的地方自动接着发。',
  'longer-than-announced': '这一页没有发对，请重拍这一页。',
  'checksum-algorithm': '这一页没有发对，会自动再发。',
  'checksum-mismatch': '这一页在路上坏了，会自动再发。',
  'checked-piece-too-large': '这一页没有发对，会自动再发。',
  'file-refused': '这一页没有收下，请重拍这一页。',
  'no-thumbnail': '这一页没有小图，点开看大图。',
  'result-not-ready': '证明还在生成，一会儿就能打开。',
  'http-error': '这一步没有办成。过一会儿再试，您填的都在。',
  other: '这一步没有办成（{code}）。您做的都在，再试一次；还不行就打电话问。',
} as const;

/** Codes that have words, those with a version without blanks (`…-plain`) included. */
export type RefusalCode = keyof typeof ZH;

const EN: Readonly<Record<RefusalCode, string>> = {
  'already-filed': 'You have filed this already; there is no need to do it again. Open it to see where it stands.',
  'state-changed':
    'While you were offline this case moved on, so this was not done. Open it, see how it stands, then decide.',
  'already-claimed': '{by} took this case first and is working on it. You can watch, leave a note, or let it go.',
  'already-claimed-plain': 'A colleague is working on this case. You can watch, leave a note, or let it go.',
  'stale-decision':
    'The papers changed after you looked, so this decision does not count. Decide again on what is there now, or ask the lead.',
  'file-missing':
    'Photographs are still on their way; this goes on by itself once they are here. Nothing to hand in again.',
  forbidden: 'This is not yours to do, so it was not done. What you wrote is kept. Please ask the lead.',
  'not-found': 'We could not find this. The address may be wrong, or the case is not in your name.',
  'answers-invalid':
    'Some answers are not right, so we did not take it. All you filled in is kept; correct it and file again.',
  'materials-missing':
    'Documents are missing, so we did not take it: {materials}. Add them and file again; your answers are kept.',
  'materials-missing-plain':
    'Documents are missing, so we did not take it. Add them and file again; your answers are kept.',
  'unknown-item': 'This form has changed. All you filled in is kept; open it, look through it once more and file.',
  'case-is-closed': 'This case has ended and cannot be changed. You can file a new one.',
  'not-qualified':
    'This item needs a valid training certificate, and yours is missing or has expired. Take the exam first, or ask a colleague.',
  'acceptor-cannot-decide':
    'You accepted this case, so someone else must decide it. It stays in the queue for a colleague.',
  'notice-empty': 'A correction notice must name at least one thing that is missing and how to mend it.',
  'second-notice': 'Everything that is missing must be told at once: you can only ask about what was newly handed in.',
  'reason-missing': 'A refusal needs its reason in words. Write it and send again.',
  'unknown-file': 'One page does not match its photograph, so we did not take it. Retake that page and file again.',
  busy: 'Many people are at it; this is sent again by itself.',
  warming: 'The service has just started; this is sent again by itself.',
  storage: 'The service has trouble with its storage; this is sent again by itself. Yours is kept.',
  'server-fault':
    'Something broke on our side and this was not done. It is kept; send it again, or call us with number {support}.',
  'server-fault-plain': 'Something broke on our side and this was not done. It is kept; send it again, or call us.',
  invalid: 'This was not done: something in it is not right. It is kept; look at it and send again.',
  'permission-lost': 'Your rights have changed, so this was not done. What you wrote is kept. Please ask the lead.',
  'app-too-old': 'This version of the app is too old. Take the new one and sending goes on. Nothing is lost.',
  expired: 'Your sign-in has expired. Sign in and sending goes on; nothing is lost.',
  reauth: 'Please sign in once more; nothing is lost.',
  'after-pending': 'The step before this one has not arrived yet; this goes on by itself.',

  'code-wrong': 'That code is not right; {left} {left|try|tries} left. Look at the message again.',
  'code-wrong-plain': 'That code is not right. Look at the message again.',
  'code-expired': 'The code has expired. Have a new one sent.',
  'too-many-codes': 'Too many codes were asked for. Try again in {retry_s} seconds.',
  'too-many-tries': 'Too many tries. Try again in {retry_s} seconds.',
  'too-many-requests': 'That was too fast. Try again in {retry_s} seconds.',
  'phone-format': 'A mobile number has 11 digits and begins with 1. Please look again.',
  'code-format': 'The code has 6 digits.',
  'sign-in-failed': 'User name or password is not right. Try again, or ask the lead to reset it.',
  'sign-in-needed': 'Please sign in first. All you filled in is kept.',
  'origin-not-allowed': 'This address cannot be used. Please open the one we gave you.',
  'body-malformed': 'What was sent was incomplete and not taken. Try again; all you filled in is kept.',
  'body-too-large': 'What was sent was too large and not taken. All you filled in is kept.',
  'method-not-allowed': 'This cannot be used this way. Please start from the first page.',

  undecodable: 'We cannot open this; it may not be a photograph. Retake it, or use JPG, PNG or PDF.',
  'too-large': 'This file is too large: photographs up to 20 MB, PDF up to 50 MB. Please retake it.',
  'wrong-type': 'Only photographs or PDF. Retake it, or save it as PDF.',
  empty: 'This file is empty. Please choose another.',
  'no-space':
    'This device is nearly full and the page was not kept. Let the others be sent, or make room, then retake. Earlier ones are kept.',
  'storage-fault':
    'This device could not keep it. Try again, or use another browser; what was kept before is still there.',
  'intent-too-large': 'The answers are too long to send. Shorten the long ones, or photograph them.',
  offline: 'There is no signal, and this device has no copy. Look again when you are connected.',
  'hash-mismatch': 'This page was damaged on its way. Please retake it.',
  unsafe: 'This file has unsafe content and cannot be taken. Retake the photograph, or use another PDF.',

  'no-connection': 'We cannot be reached now. All you filled in is kept on this device; try again with a signal.',
  'http-400': 'We could not read what was sent. Try again; all you filled in is kept.',
  'http-401': 'Please sign in first. All you filled in is kept.',
  'http-403': 'This is not yours to see.',
  'http-404': 'We could not find this. The address may be wrong.',
  'http-409': 'This has changed in the meantime. Open it and look again.',
  'http-413': 'What was sent was too large and not taken. All you filled in is kept.',
  'http-429': 'That was too fast. Wait a little and try again.',
  'http-500': 'Something broke on our side, not yours. Try again in a while; all you filled in is kept.',
  'http-502': 'The service is restarting. Try again in a while; all you filled in is kept.',
  'http-503': 'The service is restarting. Try again in a while; all you filled in is kept.',
  'http-504': 'There was no answer in time. Try again in a while; all you filled in is kept.',
  'version-taken': 'This version number is taken. Choose another and save again.',
  'needs-refused': 'The step before was not done, so this one was not either. Look at that one first.',
  'id-reused': 'This step used the number of an earlier one and was not done. Please do it once more.',
  'other-person': 'Somebody else did this on this device; it is sent when they sign in.',
  'unknown-command':
    'The service does not know this step; the app may be too old. Take the new version and send again; yours is kept.',
  'unreadable-intent': 'We could not read what was sent. It is kept; look at it and send again.',
  'unknown-frame':
    'The service does not know what was sent; the app may be too old. Take the new version and try again.',
  'no-carrier': 'Messages cannot be sent just now. Try again in a few minutes, or call us.',
  'media-type': 'Only photographs or PDF. Retake it, or save it as PDF.',
  'piece-type': 'This page was not sent right; it is sent again by itself.',
  'too-many-uploads': 'Many photographs are being sent; the rest wait and go by themselves.',
  'upload-metadata': 'This page was not sent right; it is sent again by itself. If that fails, retake it.',
  'wrong-offset': 'This page was cut off; it goes on from there by itself.',
  'longer-than-announced': 'This page was not sent right. Please retake it.',
  'checksum-algorithm': 'This page was not sent right; it is sent again by itself.',
  'checksum-mismatch': 'This page was damaged on its way; it is sent again by itself.',
  'checked-piece-too-large': 'This page was not sent right; it is sent again by itself.',
  'file-refused': 'This page was not taken. Please retake it.',
  'no-thumbnail': 'There is no small picture of this page; open the large one.',
  'result-not-ready': 'The certificate is still being made; you can open it in a moment.',
  'http-error': 'This was not done. Try again in a while; all you filled in is kept.',
  other: 'This was not done ({code}). What you did is kept; try again, or call us.',
};

const w = words<RefusalCode>(ZH, EN);

/** The sentence for a code; an unknown one is named, so that a person on the phone can look it up. */
export function refusalWords(code: string, params: Readonly<Record<string, unknown>> = {}): string {
  const blanks = blanksOf(params);
  if (!isKnown(code)) return w('other', { code });
  const sentence = w(code, blanks);
  const plain = `${code}-plain`;
  return /\{\w+/.test(sentence) && isKnown(plain) ? w(plain) : sentence;
}

/** Whether there are words for `code`. */
export function isKnown(code: string): code is RefusalCode {
  return Object.hasOwn(ZH, code);
}

/** The sentences of one language, for the test that compares the two. */
export const REFUSAL_WORDS = { zh: ZH, en: EN } as const;

function blanksOf(params: Readonly<Record<string, unknown>>): Params {
  const blanks: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number') blanks[name] = value;
    else if (typeof value === 'string') blanks[name] = readable(value);
    else if (Array.isArray(value)) blanks[name] = value.filter((one) => typeof one === 'string').join('、');
  }
  return blanks;
}

/** Dates and instants as people write them, anything else as it is. */
function readable(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return day(text);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? dayTime(text) : text;
}
