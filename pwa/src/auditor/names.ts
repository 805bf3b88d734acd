/** Names for the ids that facts and documents speak of, from the item of the case and from its history. */
import { askedFields } from '../forms/conditions';
import type { Field } from '../forms/types';
import { labelOf, nameOf, words } from '../i18n';
import type { Json } from '../protocol/generated';
import { answerWords } from '../resident/answer-words';
import { type HistoryMoment, placesOfFiles, READING } from './history';
import { moment } from './times';

const w = words(
  { page: '{material}第{n}页', unknown: '一页照片' },
  { page: '{material}, page {n}', unknown: 'A page' },
);

interface Named {
  readonly name_zh: string;
  readonly name_en: string;
}

/** The parts of an item that have names. */
export interface NamedParts {
  readonly materials: readonly (Named & { readonly id: string })[];
  readonly route: readonly (Named & { readonly step: string })[];
  readonly fields: readonly Field[];
}

/** An answer of the form as one reads it. */
export interface AnswerWords {
  readonly id: string;
  readonly label: string;
  readonly words: string;
}

/** Names of things; each gives the id back where it has no name. */
export interface Names {
  material(id: string): string;
  /** A page, by its file. */
  file(id: string): string;
  page(material: string, number: number): string;
  step(id: string): string;
  /** When the state at a position came about. */
  when(position: number): string;
  answers(given: Readonly<Record<string, Json>>): AnswerWords[];
}

/** The names known from `item` (undefined until it has come) and from the history of the case. */
export function namesFrom(item: NamedParts | undefined, moments: readonly HistoryMoment[]): Names {
  const places = placesOfFiles(moments);
  const material = (id: string): string => nameIn(item?.materials, (one) => one.id === id) ?? id;
  const page = (id: string, number: number): string => w('page', { material: material(id), n: number });
  return {
    material,
    page,
    file(id) {
      const place = places.get(id);
      return place ? page(place.material, place.number) : w('unknown');
    },
    step: (id) => nameIn(item?.route, (one) => one.step === id) ?? id,
    when(position) {
      const stood = moments.findLast((one) => one.position <= position && one.tag !== READING);
      return stood ? moment(stood.at) : String(position);
    },
    answers: (given) =>
      askedFields(item, given).map((field) => ({
        id: field.id,
        label: labelOf(field),
        words: answerWords(field, given[field.id]),
      })),
  };
}

function nameIn<Entry extends Named>(
  entries: readonly Entry[] | undefined,
  fits: (entry: Entry) => boolean,
): string | null {
  const found = entries?.find(fits);
  return found ? nameOf(found) : null;
}
