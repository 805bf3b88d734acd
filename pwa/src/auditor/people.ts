/** Who did something, in which role and from which device, in words. */
import { either, language } from '../i18n';
import type { Role, Text } from '../protocol/generated';
import type { HistoryMoment } from './history';

const ROLES: Readonly<Record<Role, Text>> = {
  resident: { zh: '申请人', en: 'Applicant' },
  'window-clerk': { zh: '窗口收件', en: 'Window clerk' },
  reviewer: { zh: '审核', en: 'Reviewer' },
  decider: { zh: '审批', en: 'Decider' },
  'community-worker': { zh: '社区', en: 'Community worker' },
  'district-officer': { zh: '区级', en: 'District officer' },
  'city-officer': { zh: '市级', en: 'City officer' },
  assessor: { zh: '评定机构', en: 'Assessor' },
  'outlet-clerk': { zh: '出件', en: 'Outlet clerk' },
  lead: { zh: '中心负责人', en: 'Lead' },
  auditor: { zh: '审计员', en: 'Auditor' },
  trainer: { zh: '培训', en: 'Trainer' },
  operator: { zh: '运维', en: 'Operator' },
  centre: { zh: '系统', en: 'System' },
};

const OFFICES: Readonly<Record<string, Text>> = {
  street: { zh: '街道', en: 'subdistrict' },
  district: { zh: '区', en: 'district' },
  city: { zh: '市', en: 'city' },
  community: { zh: '社区', en: 'community' },
  assessor: { zh: '评定机构', en: 'assessing body' },
};

const AGENT: Text = { zh: '代办人', en: 'Agent' };
/** In which capacity somebody acts who is no member of staff: the name already says the side. */
const CAPACITY = {
  own: { zh: '本人', en: 'in person' },
  agent: { zh: '替人办', en: 'for somebody else' },
  centre: { zh: '自动', en: 'automatic' },
} as const satisfies Record<string, Text>;
const TAIL = 4;

/** A role by its stored name. */
export function roleWords(role: string): string {
  return role in ROLES ? either(ROLES[role as Role]) : role;
}

/** Who did it: the name of a member of staff, else on whose side it happened. */
export function actorWords(moment: HistoryMoment, agent: string | null): string {
  if (moment.actor_name) return moment.actor_name;
  if (moment.role === 'resident' && moment.actor === agent) return either(AGENT);
  return roleWords(moment.role);
}

/** In which role, and for staff from which office. */
export function capacityWords({ role, office, actor }: HistoryMoment, agent: string | null): string {
  if (role === 'centre') return either(CAPACITY.centre);
  if (role === 'resident') return either(actor === agent ? CAPACITY.agent : CAPACITY.own);
  const place = OFFICES[office];
  const name = place ? either(place) : office;
  if (!name || name === roleWords(role)) return roleWords(role);
  return `${roleWords(role)}${language.value === 'en' ? ', ' : '·'}${name}`;
}

/** The last signs of a device's id: enough to tell one from another. */
export function deviceTail(device: string): string {
  return device.slice(-TAIL);
}
