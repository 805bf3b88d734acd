/** What is wrong with a form, in the words of a good clerk, and the names of its parts. */

import type { Problem } from './answers';
import { fieldOf } from './conditions';
import type { AddressLevel, Answers, Column, Field, Language, ServiceItem } from './types';
import type { Params, ProblemCode } from './values';

type Sentence = (place: string, params: Params, other: string) => string;

const ZH: Record<ProblemCode, Sentence> = {
  required: (place) => `${place}还没填。`,
  'unknown-field': (place) => `${place}里有一项是这张表没有的，可能表格刚更新过。请返回再打开一次。`,
  'wrong-type': (place) => `${place}没有读懂，请重新填一次。`,
  'forbidden-character': (place) => `${place}里有看不见的符号，请删掉重新输入。`,
  'too-short': (place, { min }) => `${place}太短了，至少${min}个字。`,
  'too-long': (place, { max }) => `${place}太长了，最多${max}个字。`,
  'text-format': (place) => `${place}的写法不对，请照证件上的写。`,
  'not-an-option': (place) => `${place}请从列出的里面选一个。`,
  'id-format': (place) => `${place}应该是18位，最后一位可以是X。请对着证件再看一遍。`,
  'id-birth-date': (place) => `${place}的第7到14位是出生年月日，现在填的日期不存在。请对着证件再看一遍。`,
  'id-check-digit': (place) => `${place}有一位填错了，请对着证件逐位看一遍。`,
  'document-format': (place) => `${place}应该是4到30位，只有字母、数字、括号和横线。请对着证件再看一遍。`,
  'uscc-format': (place) => `${place}应该是18位数字和大写字母，没有I、O、S、V、Z。请对着营业执照再看一遍。`,
  'uscc-check-digit': (place) => `${place}有一位填错了，请对着营业执照逐位看一遍。`,
  'phone-format': (place) => `${place}请填11位手机号，或者带区号的座机，比如027-84468000。`,
  'bank-account-format': (place) => `${place}应该是12到21位数字。请对着银行卡再看一遍。`,
  'address-incomplete': (place) => `${place}还没写全，请从大到小写到最后一格。`,
  'date-format': (place) => `${place}不是一个有的日子，请重新选。`,
  'date-in-future': (place) => `${place}还没到，请再看一遍年份。`,
  'date-before': (place, _, other) => `${place}要在${other}之后。`,
  'date-too-late': (place, { years }, other) => `${place}离${other}不能超过${years}年。`,
  'number-format': (place) => `${place}请只填数字，比如1800.50。`,
  'too-many-decimals': (place, { max }) => `${place}的小数点后最多${max}位。`,
  'below-minimum': (place, { min }) => `${place}不能少于${min}。`,
  'above-maximum': (place, { max }) => `${place}不能超过${max}。`,
  'too-many-rows': (place, { max }) => `${place}最多填${max}行，多出来的请到窗口交名单。`,
};

const EN: Record<ProblemCode, Sentence> = {
  required: (place) => `${place} is still empty.`,
  'unknown-field': (place) =>
    `${place} has an entry that this form does not ask for. The form may be new: go back and open it again.`,
  'wrong-type': (place) => `We could not read ${place}. Please fill it in again.`,
  'forbidden-character': (place) => `${place} has an invisible character in it. Please delete it and type it again.`,
  'too-short': (place, { min }) => `${place} is too short: at least ${min} characters.`,
  'too-long': (place, { max }) => `${place} is too long: at most ${max} characters.`,
  'text-format': (place) => `${place} is not written as on the document. Please copy it from there.`,
  'not-an-option': (place) => `For ${place}, please choose one from the list.`,
  'id-format': (place) => `${place} has 18 characters; the last may be an X. Please look at the card again.`,
  'id-birth-date': (place) =>
    `Characters 7 to 14 of ${place} are the date of birth, and this one does not exist. Please look at the card again.`,
  'id-check-digit': (place) => `One digit of ${place} is wrong. Please compare it with the card digit by digit.`,
  'document-format': (place) =>
    `${place} has 4 to 30 letters, digits, brackets or hyphens. Please look at the document again.`,
  'uscc-format': (place) =>
    `${place} has 18 digits and capital letters, without I, O, S, V, Z. Please look at the licence again.`,
  'uscc-check-digit': (place) => `One character of ${place} is wrong. Please compare it with the licence one by one.`,
  'phone-format': (place) =>
    `For ${place}, please give an 11-digit mobile number, or a landline with its area code such as 027-84468000.`,
  'bank-account-format': (place) => `${place} has 12 to 21 digits. Please look at the card again.`,
  'address-incomplete': (place) => `${place} is not complete. Please write it in full, down to the last part.`,
  'date-format': (place) => `${place} is not a day that exists. Please choose it again.`,
  'date-in-future': (place) => `${place} has not come yet. Please look at the year again.`,
  'date-before': (place, _, other) => `${place} must be after ${other}.`,
  'date-too-late': (place, { years }, other) => `${place} may be at most ${years} years after ${other}.`,
  'number-format': (place) => `For ${place}, please give digits only, such as 1800.50.`,
  'too-many-decimals': (place, { max }) => `${place} has at most ${max} digits after the point.`,
  'below-minimum': (place, { min }) => `${place} cannot be less than ${min}.`,
  'above-maximum': (place, { max }) => `${place} cannot be more than ${max}.`,
  'too-many-rows': (place, { max }) =>
    `${place} takes at most ${max} rows. Please bring the rest as a list to the window.`,
};

const CHOSEN = new Set(['select', 'boolean', 'date']);

const GROUPS: Record<string, readonly [zh: string, en: string]> = {
  'applicant-person': ['申请人', 'The applicant'],
  'applicant-kind': ['为谁申请', 'Who applies'],
  'applicant-organisation': ['单位和经办人', 'The organisation'],
  agent: ['有没有人代办', 'Someone acting for the applicant'],
  delivery: ['怎么领结果', 'How to receive the result'],
  payee: ['钱打到哪里', 'Where the money goes'],
  household: ['一起生活的家人', 'The household'],
};

const LEVELS: Record<AddressLevel | 'text', readonly [zh: string, en: string]> = {
  province: ['省', 'Province'],
  city: ['市', 'City'],
  district: ['区', 'District'],
  street: ['街道', 'Subdistrict'],
  community: ['社区', 'Community'],
  road: ['路和门牌号', 'Road and number'],
  estate: ['小区', 'Estate'],
  building: ['楼栋', 'Building'],
  unit: ['单元', 'Entrance'],
  room: ['房号', 'Room'],
  text: ['详细地址', 'Address'],
};

const pick = (pair: readonly [string, string], language: Language) => pair[language === 'zh' ? 0 : 1];

/** The sentence for one problem, naming the field (and row and column) it is about. */
export function problemWords(problem: Problem, item: ServiceItem, language: Language, answers: Answers = {}): string {
  const field = fieldOf(item, answers, problem.field);
  const place = placeOf(problem, field, language);
  if (problem.code === 'required' && isChosen(problem, field)) {
    return language === 'zh' ? `${place}还没选。` : `${place} is not chosen yet.`;
  }
  const other = fieldOf(item, answers, String(problem.params['other']));
  const sentence = (language === 'zh' ? ZH : EN)[problem.code];
  return sentence(place, problem.params, other ? named(label(other, language), language) : '');
}

/** The heading of the screen that asks for the fields of `group`. */
export function groupTitle(group: string | undefined, language: Language): string {
  return pick(GROUPS[group ?? ''] ?? ['要办的事', 'What it is about'], language);
}

/** The name of one part of an address. */
export const levelLabel = (level: AddressLevel | 'text', language: Language): string => pick(LEVELS[level], language);

const label = (one: Field | Column, language: Language) => (language === 'zh' ? one.label_zh : one.label_en);

const named = (name: string, language: Language) => (language === 'zh' ? `“${name}”` : `“${name}”`);

function placeOf({ field: id, params }: Problem, field: Field | undefined, language: Language): string {
  const name = named(field ? label(field, language) : id, language);
  const level = params['level'];
  if (isLevel(level)) return within(name, named(levelLabel(level, language), language), language);
  if (params['row'] === undefined) return name;
  const column = field?.columns?.find((one) => one.id === params['column']);
  const row = language === 'zh' ? `${name}第${params['row']}行` : `row ${params['row']} of ${name}`;
  return column ? within(row, named(label(column, language), language), language) : row;
}

const within = (whole: string, part: string, language: Language) =>
  language === 'zh' ? `${whole}的${part}` : `${part} in ${whole}`;

const isLevel = (level: string | number | undefined): level is keyof typeof LEVELS =>
  level !== undefined && Object.hasOwn(LEVELS, level);

function isChosen({ params }: Problem, field: Field | undefined): boolean {
  const asked = field?.columns?.find((one) => one.id === params['column']) ?? field;
  return asked !== undefined && CHOSEN.has(asked.type);
}
