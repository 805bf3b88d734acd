/** The words of turning and cutting a photograph. */
import { words } from '../../i18n';

const zh = {
  open: '转正、裁边',
  title: '转正、裁边',
  picture: '{title}，裁好是这样',
  lead: '拖四条边，或用下面的按钮。浅色的框里是留下来的。',
  turn: '向右转',
  find: '自动找纸边',
  found: '纸边找到了，您看看对不对。',
  'not-found': '纸和桌面分不清，请自己调一下。',
  whole: '从头来',
  edge: '{edge}，{percent}%',
  'edge.top': '上边',
  'edge.bottom': '下边',
  'edge.left': '左边',
  'edge.right': '右边',
  more: '{edge}多裁一点',
  less: '{edge}少裁一点',
  turned: '转了 {n} 度',
  keep: '就要这样',
  keeping: '正在存…',
  failed: '这一页改不了，原来的还在。可以重拍一张。',
} as const;

const en: Record<keyof typeof zh, string> = {
  open: 'Turn or cut',
  title: 'Turn or cut the page',
  picture: '{title} as it will be',
  lead: 'Drag the four edges, or use the buttons below. What is inside the bright frame is kept.',
  turn: 'Turn right',
  find: 'Find the paper',
  found: 'Found the edges of the paper. Please check them.',
  'not-found': 'The paper cannot be told from the table. Please set the edges yourself.',
  whole: 'Start again',
  edge: '{edge}, {percent}%',
  'edge.top': 'Top edge',
  'edge.bottom': 'Bottom edge',
  'edge.left': 'Left edge',
  'edge.right': 'Right edge',
  more: '{edge}: cut more',
  less: '{edge}: cut less',
  turned: 'Turned by {n} degrees',
  keep: 'Keep it like this',
  keeping: 'Saving…',
  failed: 'This page cannot be changed; it is still there as it was. You can take it again.',
};

/** The sentence under `key`. */
export const w = words<keyof typeof zh>(zh, en);

/** The two dictionaries, for the test that compares them. */
export const EDITING_WORDS = { zh, en } as const;
