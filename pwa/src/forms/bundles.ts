/**
 * Linked filing 一件事: one form and one set of papers for several items; the twin of `domain/catalogue/bundles.py`.
 *
 * The common form is shown by the same screens as an item's: `asItem` gives it the shape of one. Its papers stand under
 * their types, asked once for all items that need them.
 */
import type { NeededMaterial } from './conditions';
import type { Answers, BundleForm, BundlePart, Eligibility, Material, ServiceItem } from './types';

/** The common form in the shape of an item. `items` are those of the form, in its order. */
export function asItem(form: BundleForm, items: readonly ServiceItem[]): ServiceItem {
  const [first] = items;
  if (!first) throw new Error('a linked filing without items');
  const parts = form.items.flatMap((part) => {
    const item = items.find((one) => one.id === part.item_id);
    return item ? [{ item, fields: part.fields }] : [];
  });
  return {
    ...first,
    id: form.id,
    version: 0,
    name_zh: form.name_zh,
    name_en: form.name_en,
    agent_allowed: form.items.every((part) => part.agent_allowed),
    fields: form.fields,
    materials: form.papers.map((paper) => asPaper(paper, parts)),
    eligibility: eligibilityOf(parts),
    parts,
  };
}

/** What one item gets of the answers to the common form. */
export function answersFor(part: BundlePart, answers: Answers): Answers {
  const given: Record<string, Answers[string]> = {};
  for (const [own, common] of Object.entries(part.fields)) {
    const answer = answers[common];
    if (answer !== undefined) given[own] = answer;
  }
  return given;
}

/** The papers that the answers call for, each once; `neededBy` tells what one item needs. */
export function papersNeeded(
  parts: readonly BundlePart[],
  papers: readonly Material[],
  answers: Answers,
  neededBy: (item: ServiceItem, answers: Answers) => NeededMaterial[],
): NeededMaterial[] {
  const found = new Map<string, NeededMaterial>();
  for (const part of parts) {
    for (const needed of neededBy(part.item, answersFor(part, answers))) {
      const paper = papers.find((one) => one.id === needed.material.type);
      if (paper) found.set(paper.id, merged(paper, needed, found.get(paper.id)));
    }
  }
  return papers.flatMap((paper) => found.get(paper.id) ?? []);
}

function merged(paper: Material, one: NeededMaterial, known: NeededMaterial | undefined): NeededMaterial {
  return {
    material: paper,
    required: one.required || (known?.required ?? false),
    photographable: one.photographable || (known?.photographable ?? false),
    photographDemanded: one.photographDemanded || (known?.photographDemanded ?? false),
    signatureDemanded: one.signatureDemanded || (known?.signatureDemanded ?? false),
  };
}

/** A paper under its type. It may follow only if every item lets it, and serves again as long as for the strictest. */
function asPaper(paper: Material, parts: readonly BundlePart[]): Material {
  const same = parts.flatMap((part) => part.item.materials.filter((one) => one.type === paper.type));
  const days = same.flatMap((one) => one.reuse_days ?? []);
  return {
    ...paper,
    id: paper.type,
    can_supply_later: same.every((one) => one.can_supply_later),
    reuse_days: days.length === same.length && days.length > 0 ? Math.min(...days) : null,
  };
}

function eligibilityOf(parts: readonly BundlePart[]): Eligibility[] {
  const all = parts.flatMap(({ item, fields }) =>
    item.eligibility.map((rule) => ({
      ...rule,
      id: `${item.id}-${rule.id}`,
      check: rule.check && { ...rule.check, field: fields[rule.check.field] ?? rule.check.field },
    })),
  );
  return all.filter((rule, index) => all.findIndex((other) => other.zh === rule.zh) === index);
}
