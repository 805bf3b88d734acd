import { describe, expect, it } from 'vitest';
import {
  clearAnswers,
  materialsNeeded,
  type NeededMaterial,
  sealedAnswers,
  visibleFields,
} from '../../src/forms/conditions';
import type { Answers, ServiceItem } from '../../src/forms/types';
import { vectors } from './vectors';

interface Case {
  name: string;
  answers: Answers;
  visible: string[];
  materials: [id: string, required: boolean, demand: string][];
  clear: Answers;
  sealed: Answers;
}

const { item } = vectors<{ item: ServiceItem }>('form-item');
const { cases } = vectors<{ cases: Case[] }>('conditions');

function demand(needed: NeededMaterial): string {
  if (needed.signatureDemanded) return 'signature';
  if (needed.photographDemanded) return 'photograph';
  return needed.photographable ? 'may-photograph' : 'none';
}

describe('what a form asks for', () => {
  it.each(cases)('$name', ({ answers, visible, materials, clear, sealed }) => {
    expect(visibleFields(item, answers).map((field) => field.id)).toEqual(visible);
    expect(materialsNeeded(item, answers).map((one) => [one.material.id, one.required, demand(one)])).toEqual(
      materials,
    );
    expect(clearAnswers(item, answers)).toEqual(clear);
    expect(sealedAnswers(item, answers)).toEqual(sealed);
  });
});
