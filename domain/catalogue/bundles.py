"""Linked filing 一件事: one form and one set of papers for several items, and what each of them gets of both.

A question that several items ask in the very same way is asked once. Where items use one field id for different
questions, the first keeps it and each other gets a number (`excluded_group__2`). Papers are asked for by type: one copy
serves every item that needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.catalogue.conditions import Answers, Json, filled_form, materials_needed
from domain.catalogue.form import Condition, Field
from domain.catalogue.items import Bundle, Material, ServiceItem


class BundleItem(Struct, frozen=True, kw_only=True):
    """What one item of a bundle takes from the common form.

    Attributes:
        fields: id of the item's own field to its id in the common form.
        materials: id of the item's own material to its type.
    """

    item_id: str
    item_version: int
    name_zh: str
    name_en: str
    agent_allowed: bool
    fields: dict[str, str]
    materials: dict[str, str]


class BundleForm(Struct, frozen=True, kw_only=True):
    """The common form of a bundle.

    Attributes:
        fields: every question once; shared field sets first, each item's own after them.
        items: in the order of the bundle.
        papers: the first material of each type, whose name and form the applicant sees.
    """

    id: str
    name_zh: str
    name_en: str
    fields: tuple[Field, ...]
    items: tuple[BundleItem, ...]
    papers: tuple[Material, ...]


class NeededPaper(Struct, frozen=True, kw_only=True):
    """A paper that the answers call for, once for all items that need it.

    Attributes:
        type: of the material.
        wanted_by: ids of the items that need it.
        required: whether one of them cannot be accepted without it.
        photograph_demanded: whether the applicant must hand in pages at filing.
        signature_demanded: whether the applicant must sign it in the app at filing.
    """

    type: str
    wanted_by: tuple[str, ...]
    required: bool
    photograph_demanded: bool
    signature_demanded: bool


def bundle_form(bundle: Bundle, items: Sequence[ServiceItem]) -> BundleForm:
    """The common form of `items` of a bundle, in their order.

    Args:
        bundle: gives the form its name.
        items: those that are applied for, in the versions in force.
    """
    asked: dict[str, Field] = {}
    parts = tuple(_taken(item, asked) for item in items)
    papers: dict[str, Material] = {}
    for item in items:
        for material in item.materials:
            papers.setdefault(material.type, material)
    return BundleForm(
        id=bundle.id,
        name_zh=bundle.name_zh,
        name_en=bundle.name_en,
        fields=_in_groups(asked.values()),
        items=parts,
        papers=tuple(papers.values()),
    )


def answers_for(part: BundleItem, answers: Answers) -> dict[str, Any]:
    """What one item gets of the answers to the common form."""
    return {own: answers[common] for own, common in part.fields.items() if common in answers}


def papers_needed(
    form: BundleForm, items: Mapping[str, ServiceItem], answers: Mapping[str, Json]
) -> tuple[NeededPaper, ...]:
    """The papers that the answers call for, each once.

    Args:
        form: the common form.
        items: the items of the form by id.
        answers: to the common form, so far.
    """
    found: dict[str, NeededPaper] = {}
    for part in form.items:
        filled = filled_form(items[part.item_id], answers_for(part, answers))
        for needed in materials_needed(filled):
            known = found.get(needed.material.type)
            found[needed.material.type] = NeededPaper(
                type=needed.material.type,
                wanted_by=(*(known.wanted_by if known else ()), part.item_id),
                required=needed.required or (known is not None and known.required),
                photograph_demanded=needed.photograph_demanded or (known is not None and known.photograph_demanded),
                signature_demanded=needed.signature_demanded or (known is not None and known.signature_demanded),
            )
    return tuple(found[paper.type] for paper in form.papers if paper.type in found)


def _taken(item: ServiceItem, asked: dict[str, Field]) -> BundleItem:
    """The item's part of the form; the questions that nobody has asked yet are added to `asked`."""
    names: dict[str, str] = {}
    for field in item.fields:
        asked_as = _renamed(field, names)
        name, number = field.id, 1
        while name in asked and replace(asked_as, id=name) != asked[name]:
            number += 1
            name = f"{field.id}__{number}"
        names[field.id] = name
        asked.setdefault(name, replace(asked_as, id=name))
    return BundleItem(
        item_id=item.id,
        item_version=item.version,
        name_zh=item.name_zh,
        name_en=item.name_en,
        agent_allowed=item.agent_allowed,
        fields=names,
        materials={material.id: material.type for material in item.materials},
    )


def _renamed(field: Field, names: Mapping[str, str]) -> Field:
    """The field with what it refers to under the names of the common form."""
    rules = field.validation
    limit = rules.max_years_after
    return replace(
        field,
        show_if=_renamed_condition(field.show_if, names),
        validation=replace(
            rules,
            after=names.get(rules.after, rules.after) if rules.after else None,
            max_years_after=replace(limit, field=names.get(limit.field, limit.field)) if limit else None,
            check_digit_when=_renamed_condition(rules.check_digit_when, names),
        ),
    )


def _renamed_condition(condition: Condition | None, names: Mapping[str, str]) -> Condition | None:
    if condition is None:
        return None
    if condition.field is not None:
        return replace(condition, field=names.get(condition.field, condition.field))
    return replace(condition, all=tuple(part for one in condition.all if (part := _renamed_condition(one, names))))


def _in_groups(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Fields of one group together, in the order in which the groups were first asked; own questions come last."""
    groups: dict[str, list[Field]] = {}
    for field in fields:
        groups.setdefault(field.group, []).append(field)
    own = groups.pop("item", [])
    return (*(field for group in groups.values() for field in group), *own)
