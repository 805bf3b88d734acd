/** Invented things for the page of components. */
import type { CardFace } from '../components/card-face';
import type { TimelineEntry } from '../components/Timeline.vue';
import type { Field } from '../forms/types';
import { ago } from '../i18n/time';
import type { DueDate, Step } from '../protocol/generated';

export const SAMPLE_STEPS: Step[] = [
  { id: 'filed', state: 'past', at: '2026-11-20T10:40:00Z' },
  { id: 'correction', state: 'now', at: null },
  { id: 'accepted', state: 'next', at: null },
  { id: 'decided', state: 'next', at: null },
  { id: 'delivered', state: 'next', at: null },
];

export const SAMPLE_DUE: DueDate = {
  at: '2126-11-24T09:00:00Z',
  on: '2026-11-24',
  rule: 'notice-5-working-days',
  provisional: false,
  days: [
    { on: '2026-11-20', kind: 'start', n: null, is_due: false, minutes: null },
    { on: '2026-11-21', kind: 'weekend', n: null, is_due: false, minutes: null },
    { on: '2026-11-22', kind: 'weekend', n: null, is_due: false, minutes: null },
    { on: '2026-11-23', kind: 'counted', n: 1, is_due: false, minutes: null },
    { on: '2026-11-24', kind: 'counted', n: 2, is_due: true, minutes: null },
  ],
};

/** The same in the past, and so late whatever is said of it. */
export const SAMPLE_PAST: DueDate = { ...SAMPLE_DUE, at: '2026-11-24T09:00:00Z' };

export const SAMPLE_CARDS: CardFace[] = [
  {
    state: 'you',
    badge: '等您补材料',
    icon: null,
    note: '今天 9:20',
    title: '房屋租赁登记备案',
    to: '/look',
    next: '还差 2 样材料，补上就能接着办。',
    strong: true,
    act: { words: '去补材料', icon: 'camera', main: true },
  },
  {
    state: 'saved',
    badge: '存在本机',
    icon: null,
    note: '昨天 20:41',
    title: '灵活就业登记',
    to: '/look',
    next: '填的和拍的都在，可以接着填。',
    strong: false,
    act: { words: '接着填', icon: 'pen', main: false },
  },
  {
    state: 'office',
    badge: '我们在办',
    icon: null,
    note: '替李桂兰办',
    title: '高龄津贴申请',
    to: '/look',
    next: '您不用做什么。最晚 12月4日 星期五 有结果。',
    strong: false,
    act: null,
  },
];

const YES_NO = [
  { value: 'person', zh: '个人', en: 'A person' },
  { value: 'organisation', zh: '公司或单位', en: 'An organisation' },
];

export const SAMPLE_FIELDS: Field[] = [
  { id: 'name', label_zh: '姓名', label_en: 'Name', type: 'name', required: true },
  { id: 'wrong', label_zh: '身份证号', label_en: 'ID number', type: 'id-number', required: true },
  { id: 'phone', label_zh: '联系电话', label_en: 'Phone', type: 'phone', required: true },
  { id: 'kind', label_zh: '房东是谁', label_en: 'The landlord is', type: 'select', required: true, options: YES_NO },
  { id: 'owned', label_zh: '是否共有房屋', label_en: 'Co-owned', type: 'boolean', required: true },
  { id: 'start', label_zh: '租期开始', label_en: 'Lease starts', type: 'date', required: true },
  {
    id: 'place',
    label_zh: '房子在哪里',
    label_en: 'Address',
    type: 'address',
    required: true,
    validation: { levels: ['street', 'building', 'room'] },
  },
  { id: 'rent', label_zh: '月租金（元）', label_en: 'Monthly rent', type: 'money', required: true },
  { id: 'area', label_zh: '面积（平方米）', label_en: 'Area', type: 'decimal', required: true },
  { id: 'people', label_zh: '居住人数', label_en: 'Occupants', type: 'integer', required: false },
  { id: 'reason', label_zh: '原因', label_en: 'Reason', type: 'textarea', required: false },
  { id: 'code', label_zh: '统一社会信用代码', label_en: 'Credit code', type: 'uscc', required: true },
  { id: 'account', label_zh: '银行账号', label_en: 'Bank account', type: 'bank-account', required: true },
  {
    id: 'members',
    label_zh: '家庭成员',
    label_en: 'Household members',
    type: 'table',
    required: true,
    columns: [
      { id: 'who', label_zh: '姓名', label_en: 'Name', type: 'name' },
      { id: 'born', label_zh: '出生日期', label_en: 'Born', type: 'date' },
    ],
  },
];

/** Three things that happened, told as of `now`. */
export function sampleEntries(now: Date): TimelineEntry[] {
  const at = (hoursAgo: number) => new Date(now.getTime() - hoursAgo * 3600_000).toISOString();
  const told: [number, TimelineEntry['state'], string, string | null][] = [
    [1, 'you', '窗口请您补 2 样材料', '周敏'],
    [26, 'done', '照片收齐了，我们开始看', null],
    [50, 'done', '您交了申请', null],
  ];
  return told.map(([hours, state, words, by]) => ({
    key: hours,
    state,
    words,
    at: at(hours),
    when: ago(at(hours), now),
    by,
  }));
}
