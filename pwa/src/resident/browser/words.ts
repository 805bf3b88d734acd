/** The words about browsers: how to leave WeChat's, how to put the app on the home screen. */
import { words } from '../../i18n';

const zh = {
  'wechat.title': '在微信里也能办。',
  'wechat.lead': '想在没有网的时候也能用，换到浏览器里，两步：',
  'wechat.step-1': '点右上角的“···”',
  'wechat.step-2': '点“在浏览器打开”（苹果手机是“在默认浏览器中打开”）',
  'wechat.copy': '复制网址',
  'wechat.copied': '网址复制好了，到浏览器里粘贴就行。',
  'wechat.by-hand': '这里复制不了。按住下面的网址，再点“拷贝”：',
  'wechat.link': '网址',
  'wechat.form': '填了一半也不怕：登录后点“换一台手机接着填”，在浏览器里填那 10 个数字就接上了。',
  'wechat.close': '知道了，不用再提醒',

  'install.title': '放到手机桌面',
  'install.lead': '像别的应用一样，在桌面上点一下就打开。不占多少地方，也不用去应用商店。',
  'install.done': '已经在桌面上了',
  'install.done-hint': '您现在就是从桌面打开的。没有网也能打开，填了一半的也一直留着。',
  'install.act': '放到桌面',
  'install.accepted': '放好了，回到桌面就能看到。',
  'install.apple': '苹果手机这样放：',
  'install.apple-1': '用 Safari 浏览器打开这个网址',
  'install.apple-2': '点下面（有的在上面）的“分享”',
  'install.apple-3': '往下找，点“添加到主屏幕”',
  'install.other': '这样放：',
  'install.other-1': '点浏览器的菜单（“⋮”或“≡”）',
  'install.other-2': '点“添加到桌面”或“安装应用”',
  'install.wechat': '微信里放不了，先换到浏览器：',
  'install.why': '为什么要放？',
  'install.why-more':
    '不放也能办。只是手机会自己清理不常用的网页：苹果手机上 7 天没打开，存在本机、还没交的可能被清掉。放到桌面的不会。登录以后，填了一半的我们这边也替您存着一份。',
} as const;

const en: Record<keyof typeof zh, string> = {
  'wechat.title': 'You can do it here in WeChat. ',
  'wechat.lead': 'To use it without a network as well, go to a browser in two steps:',
  'wechat.step-1': 'Tap “···” at the top right',
  'wechat.step-2': 'Tap “Open in browser” (on an iPhone “Open in default browser”)',
  'wechat.copy': 'Copy the address',
  'wechat.copied': 'Copied. Paste it in your browser.',
  'wechat.by-hand': 'It cannot be copied here. Hold the address below, then tap “Copy”:',
  'wechat.link': 'Address',
  'wechat.form':
    'A form that you have begun is not lost: sign in, tap “Go on on another phone”, and type the 10 digits in the browser.',
  'wechat.close': 'All right, do not remind me again',

  'install.title': 'Put it on the home screen',
  'install.lead': 'One tap opens it, like any other app. It takes little room and needs no app store.',
  'install.done': 'It is on your home screen',
  'install.done-hint': 'You opened it from there. It opens without a network, and what you have begun stays.',
  'install.act': 'Put it on the home screen',
  'install.accepted': 'Done. You find it on your home screen.',
  'install.apple': 'On an iPhone or iPad:',
  'install.apple-1': 'Open this address in Safari',
  'install.apple-2': 'Tap “Share” at the bottom (or at the top)',
  'install.apple-3': 'Scroll down and tap “Add to Home Screen”',
  'install.other': 'How to do it:',
  'install.other-1': 'Tap the menu of your browser (“⋮” or “≡”)',
  'install.other-2': 'Tap “Add to home screen” or “Install app”',
  'install.wechat': 'It cannot be done in WeChat. Go to a browser first:',
  'install.why': 'Why do it?',
  'install.why-more':
    'You need not. But phones clear web pages that are seldom opened: on an iPhone, what is kept on the phone and not handed in may be gone after 7 days. It stays if the app is on the home screen. Once you have signed in, we also keep a copy of what you have begun.',
};

/** The sentence under `key`. */
export const w = words<keyof typeof zh>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const BROWSER_WORDS = { zh, en } as const;
