/** The words of the page about acting for one another. */
import { words } from '../../i18n';

const zh = {
  title: '替家人办、家人替我办',
  lead: '谁能替谁办，只管那一件事，办完就完。随时可以停。',
  'sign-in': '登录后查看',
  'for-others': '我在替谁办',
  'for-me': '谁在替我办',
  coming: '正在取您的办件…',
  'none-others': '没有替别人办的事',
  'none-me': '没有别人替您办的事',
  whom: '替{name}',
  by: '{name}替您',
  ended: '{when} 起不再代办',
  see: '看这件事',
  how: '想替家人办一件事？',
  'how-1': '找到要办的事，点“现在就办”，选“替家人办”。',
  'how-2': '先填家人的，再填您自己的。家人签一张委托书，您拍下来。',
  'how-3': '结果写家人的名字。家人的手机会收到进度。',
  find: '找一件事',
  stop: '不想让人替办了',
  'stop-more': '打开那件事，点“不要他代办了”或“我不再代办”。手机不方便的，打电话或到窗口也行。',
} as const;

const en: Record<keyof typeof zh, string> = {
  title: 'Acting for family',
  lead: 'Who may act for whom holds for one case only, and ends with it. It can be stopped at any time.',
  'sign-in': 'Sign in to see it',
  'for-others': 'For whom I act',
  'for-me': 'Who acts for me',
  coming: 'Fetching your cases…',
  'none-others': 'You act for nobody',
  'none-me': 'Nobody acts for you',
  whom: 'For {name}',
  by: '{name} for you',
  ended: 'Ended on {when}',
  see: 'See this case',
  how: 'To file for somebody of your family',
  'how-1': 'Find what you need, press “Start now” and choose “For somebody in my family”.',
  'how-2': 'Fill in theirs first, then yours. They sign an authorisation; you photograph it.',
  'how-3': 'The result bears their name, and their phone is told how things stand.',
  find: 'Find what you need',
  stop: 'To stop it',
  'stop-more': 'Open the case and end it there. You can also call us or come to the window.',
};

/** The sentence under `key`. */
export const f = words<keyof typeof zh>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const FAMILY_WORDS = { zh, en } as const;
