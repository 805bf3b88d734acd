import { describe, expect, it } from 'vitest';
import {
  ageOn,
  maskIdNumber,
  maskName,
  maskPhone,
  mobile,
  phone,
  residentId,
  residentIdProblem,
  usccProblem,
} from '../../src/forms/checks';
import { vectors } from './vectors';

interface Masked {
  text: string;
  masked: string;
}

const V = vectors<{
  on: string;
  resident_id: { text: string; problem: string | null; birth?: string; sex?: string }[];
  uscc: { text: string; problem: string | null }[];
  phone: { text: string; valid: boolean; mobile: boolean }[];
  mask_id_number: Masked[];
  mask_phone: Masked[];
  mask_name: Masked[];
}>('identity');

describe('numbers that identify people and organisations', () => {
  it.each(V.resident_id)('reads the identity number "$text" or says what is wrong', ({ text, problem, birth, sex }) => {
    expect(residentIdProblem(text, V.on)).toBe(problem);
    const read = residentId(text, V.on);
    expect([read?.birth, read?.sex]).toEqual([birth, sex]);
  });

  it.each(V.uscc)('checks the credit code "$text"', ({ text, problem }) => {
    expect(usccProblem(text)).toBe(problem);
  });

  it.each(V.phone)('knows whether "$text" is a phone number', (vector) => {
    expect([phone(vector.text), mobile(vector.text)]).toEqual([vector.valid, vector.mobile]);
  });

  it('masks them for lists', () => {
    expect(V.mask_id_number.map(({ text }) => maskIdNumber(text))).toEqual(
      V.mask_id_number.map(({ masked }) => masked),
    );
    expect(V.mask_phone.map(({ text }) => maskPhone(text))).toEqual(V.mask_phone.map(({ masked }) => masked));
    expect(V.mask_name.map(({ text }) => maskName(text))).toEqual(V.mask_name.map(({ masked }) => masked));
  });

  it.each([
    ['1966-11-23', '2026-11-23', 60],
    ['1966-11-24', '2026-11-23', 59],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
  ])('counts the age of someone born on %s on %s in full years', (birth, on, age) => {
    expect(ageOn(birth, on)).toBe(age);
  });
});
