/** Service items and forms as `GET /api/catalogue/{id}` gives them; the twin of `domain/catalogue/{form,items}.py`. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Field id to answer, as the form sends it. */
export type Answers = Readonly<Record<string, Json>>;

/** A local day, `YYYY-MM-DD`. */
export type Day = string;

export type Language = 'zh' | 'en';

export type CellType =
  | 'text'
  | 'textarea'
  | 'name'
  | 'date'
  | 'id-number'
  | 'uscc'
  | 'phone'
  | 'address'
  | 'money'
  | 'decimal'
  | 'integer'
  | 'boolean'
  | 'bank-account';

export type FieldType = CellType | 'select' | 'table';

export type AddressLevel =
  | 'province'
  | 'city'
  | 'district'
  | 'street'
  | 'community'
  | 'road'
  | 'estate'
  | 'building'
  | 'unit'
  | 'room';

/** Either one field's values, or several conditions that must all hold. */
export type Condition = { field: string; in: (string | boolean)[] } | { all: Condition[] };

/** What an answer must satisfy beyond its type; absent keys demand nothing. Lengths are in code points. */
export interface Validation {
  min_length?: number;
  max_length?: number;
  pattern?: string;
  min?: number;
  max?: number;
  decimals?: number;
  after?: string;
  max_years_after?: { field: string; years: number };
  not_future?: boolean;
  levels?: AddressLevel[];
  check_digit_when?: Condition;
}

export interface Option {
  value: string;
  zh: string;
  en: string;
}

/** One column of a table; every row answers it unless `required` is false. */
export interface Column {
  id: string;
  label_zh: string;
  label_en: string;
  type: CellType;
  required?: boolean;
  validation?: Validation;
}

/** One question of the form. `group` is the field set it comes from; absent for the item's own fields. */
export interface Field {
  id: string;
  label_zh: string;
  label_en: string;
  type: FieldType;
  required: boolean;
  group?: string;
  options?: Option[];
  columns?: Column[];
  show_if?: Condition;
  validation?: Validation;
}

export interface EligibilityCheck {
  field: string;
  op: 'eq' | 'in' | 'gte' | 'lte';
  value: boolean | number | string | string[];
}

export interface Eligibility {
  id: string;
  zh: string;
  en: string;
  check: EligibilityCheck | null;
}

export interface Material {
  id: string;
  type: string;
  name_zh: string;
  name_en: string;
  source: 'applicant' | 'shared' | 'self-declared';
  form: 'photo' | 'pdf' | 'form-field';
  requirement: 'required' | 'conditional' | 'optional';
  condition: Condition | null;
  condition_zh: string | null;
  reuse_days: number | null;
  can_supply_later: boolean;
}

export interface RouteStep {
  step: string;
  stage: 'receive' | 'accept' | 'review' | 'decide' | 'deliver';
  role: string;
  name_zh: string;
  name_en: string;
  working_hours: number;
  clock: 'before-acceptance' | 'counted' | 'excluded' | 'after-decision';
  calendar_days: number | null;
}

export interface ResultKind {
  kind: 'certificate' | 'letter' | 'registration' | 'none';
  name_zh: string;
  name_en: string;
  mailable: boolean;
  electronic: boolean;
  valid_days: number | null;
}

/** What a device needs to find an item before opening it (`GET /api/catalogue`). */
export interface ItemSummary {
  id: string;
  version: number;
  name_zh: string;
  name_en: string;
  plain_zh: string;
  department_id: string;
  kind: 'immediate' | 'promised';
  online: 'full' | 'partial' | 'none';
  theme: string;
  delegated: boolean;
  high_frequency_rank: number;
  promised_working_days: number;
  keywords: string[];
  pinyin_initials: string[];
  pinyin_full: string;
  pinyin_keywords: string[];
}

export interface ServiceItem extends ItemSummary {
  department_zh: string;
  department_en: string;
  nature: string;
  street_role: 'decide' | 'preliminary-review' | 'intake';
  kind_zh: string;
  statutory_working_days: number | null;
  statutory_calendar_days: number | null;
  verify: boolean;
  verify_fields: string[];
  subject: ('natural-person' | 'legal-person')[];
  agent_allowed: boolean;
  implementation_code: string | null;
  eligibility: Eligibility[];
  materials: Material[];
  field_sets: string[];
  fields: Field[];
  route: RouteStep[];
  result: ResultKind;
  fee: { cny: number; note_zh: string | null };
  legal_basis: string[];
  notes_zh: string[];
  /** Whoever accepts may also decide. */
  one_person?: boolean;
  /** How much longer it may take with approval; null for the usual time. */
  extension_working_days?: number | null;
  /** The result may be issued while a promised paper is still missing. */
  issue_with_gaps?: boolean;
  /** Only of a linked filing: the items that share the form, each with its own field ids to those of the form. */
  parts?: readonly BundlePart[];
}

/** One item of a linked filing. */
export interface BundlePart {
  item: ServiceItem;
  fields: Readonly<Record<string, string>>;
}

/** The common form of a linked filing, as `GET /api/bundles/{id}` gives it. */
export interface BundleForm {
  id: string;
  name_zh: string;
  name_en: string;
  fields: Field[];
  items: {
    item_id: string;
    item_version: number;
    name_zh: string;
    name_en: string;
    agent_allowed: boolean;
    fields: Record<string, string>;
    materials: Record<string, string>;
  }[];
  papers: Material[];
}

/** Items that can be applied for together (一件事). */
export interface Bundle {
  id: string;
  name_zh: string;
  name_en: string;
  items: string[];
}

/** An item that is only told of: where it is done. */
export interface ListedItem {
  id: string;
  name_zh: string;
  name_en?: string;
  department_zh: string;
  phone: string;
  hours_zh: string;
  place_zh?: string;
  plain_zh?: string;
  keywords?: string[];
  pinyin_initials?: string[];
  pinyin_full?: string;
  pinyin_keywords?: string[];
}
