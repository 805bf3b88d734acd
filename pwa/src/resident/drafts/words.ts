/** The words of forms that go on elsewhere. */
import { words } from '../../i18n';

const zh = {
  title: '接着填',
  hint: '您填过一半，我们替您存着。填的和拍的都在，可以在这里接着填。',
  badge: '我们替您存着的',
  'badge-newer': '另一台手机上更新',
  newer: '另一台手机上的比这台新。用哪一份？',
  'saved-at': '{when}存的',
  go: '在这台手机上接着填',
  'use-theirs': '用那一份',
  'use-mine': '用这台手机的',
  busy: '正在取过来…',
  failed: '现在取不过来，一会儿再试。填的都还在。',
  gone: '那一份已经交了，或者过了 30 天删掉了。',
  mine: '用的是这台手机上的这一份。',
  move: '换一台手机接着填',
  'code-title': '换一台手机接着填',
  'code-how':
    '在另一台手机的浏览器里打开 {host}，在“我的办件”里点“在别的手机上填了一半？输数字接着填”，填下面这 10 个数字：',
  'code-till': '{clock} 以前有效，只能用一次。不要告诉别人。',
  'code-failed': '现在给不了数字：要先连上网，等这份表存到服务中心（1 分钟以内）。一会儿再试。',
  'code-signed': '在另一台手机上用同一个手机号登录，也能直接接着填。',
  close: '好',
  have: '在别的手机上填了一半？输数字接着填',
  'resume-title': '接着填',
  'resume-hint': '把原来那台手机上显示的 10 个数字填在这里。',
  'resume-label': '10 个数字',
  'resume-go': '接着填',
  'resume-wrong': '这个数字不对，或者过了 10 分钟，或者用过了。请在原来的手机上再要一个。',
  'resume-short': '请把 10 个数字都填上。',
  'resume-failed': '现在连不上，一会儿再试。',
} as const;

const en: Record<keyof typeof zh, string> = {
  title: 'Go on with a form',
  hint: 'You began this, and we kept it for you. It is all there, and you can go on here.',
  badge: 'Kept for you',
  'badge-newer': 'Newer on another phone',
  newer: 'The form on your other phone is newer than this one. Which one do you want?',
  'saved-at': 'saved {when}',
  go: 'Go on on this phone',
  'use-theirs': 'Use that one',
  'use-mine': 'Use the one on this phone',
  busy: 'Fetching it…',
  failed: 'It cannot be fetched just now. Try again in a while; nothing is lost.',
  gone: 'It has been handed in, or was deleted after 30 days.',
  mine: 'The form on this phone is used.',
  move: 'Go on on another phone',
  'code-title': 'Go on on another phone',
  'code-how':
    'On the other phone open {host} in the browser, press “Started on another phone? Enter the 10 digits” under “My cases”, and type these digits:',
  'code-till': 'Valid until {clock}, once. Tell nobody else.',
  'code-failed':
    'There is no number just now: go online first and wait until the centre keeps this form (within a minute). Then try again.',
  'code-signed': 'If you sign in with the same phone number there, you can go on as well.',
  close: 'Close',
  have: 'Started on another phone? Enter the 10 digits',
  'resume-title': 'Go on with a form',
  'resume-hint': 'Type the 10 digits that your first phone shows.',
  'resume-label': '10 digits',
  'resume-go': 'Go on',
  'resume-wrong': 'This number is wrong, was used, or is older than 10 minutes. Ask for a new one on the first phone.',
  'resume-short': 'Please type all 10 digits.',
  'resume-failed': 'There is no connection just now. Try again in a while.',
};

export type DraftKey = keyof typeof zh;

/** The sentence under `key`, with its blanks filled. */
export const w = words<DraftKey>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const DRAFT_WORDS = { zh, en } as const;
