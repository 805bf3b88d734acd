"""What a form asks for, given the answers so far: the fields shown, the papers needed, what is kept unsealed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from domain.catalogue.form import Condition, Field
from domain.catalogue.items import Material, ServiceItem

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Answers: TypeAlias = Mapping[str, Json]
"""Field id to answer, as the form sends it."""

# White space as ECMAScript has it, so that a device and the centre agree on what is blank.
_BLANK = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*")

CLEAR_TYPES = ("boolean", "select")
"""Types whose answers say nothing about a person by themselves; the rest is personal and sealed."""


class NeededMaterial(Struct, frozen=True):
    """A paper that the answers call for.

    Attributes:
        required: whether the case cannot be accepted without it (or without a promise to supply it later).
    """

    material: Material
    required: bool

    @property
    def photographable(self) -> bool:
        """Whether pages can be handed in for it; what is signed or filled in within the form has none."""
        return self.material.source != "self-declared" and self.material.form != "form-field"

    @property
    def photograph_demanded(self) -> bool:
        """Whether the applicant must hand in pages at filing; of what a register supplies they may."""
        return self.required and self.photographable and self.material.source == "applicant"

    @property
    def signature_demanded(self) -> bool:
        """Whether the applicant must sign it in the app at filing, with a tick."""
        return self.required and self.material.source == "self-declared"


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether `condition` holds for `answers`, of which hidden fields have been taken out."""
    if condition.all:
        return all(holds(part, answers) for part in condition.all)
    answer = answers.get(condition.field or "")
    # True equals 1 in Python, yet 1 is no answer to a yes-or-no question.
    return any(type(answer) is type(value) and answer == value for value in condition.values)


def is_blank(answer: Json) -> bool:
    """Whether an answer says nothing: absent, white space, no rows, or an address without a word."""
    if isinstance(answer, dict):
        return all(_is_no_word(part) for part in answer.values())
    if isinstance(answer, list):
        return not answer
    return _is_no_word(answer)


def visible_fields(item: ServiceItem, answers: Answers) -> tuple[Field, ...]:
    """The fields that are shown, in order; a field that depends on a hidden one is hidden with it."""
    present: dict[str, Json] = {}
    shown: list[Field] = []
    for field in item.fields:
        if field.show_if is not None and not holds(field.show_if, present):
            continue
        shown.append(field)
        if field.id in answers:
            present[field.id] = answers[field.id]
    return tuple(shown)


def present_answers(item: ServiceItem, answers: Answers) -> dict[str, Json]:
    """The answers that count: those of shown fields, without blank ones."""
    shown = (field.id for field in visible_fields(item, answers))
    return {key: answers[key] for key in shown if key in answers and not is_blank(answers[key])}


def materials_needed(item: ServiceItem, answers: Answers) -> tuple[NeededMaterial, ...]:
    """The papers that the answers call for, in the item's order, optional ones included."""
    present = present_answers(item, answers)
    return tuple(
        NeededMaterial(material, required=material.requirement != "optional")
        for material in item.materials
        if material.condition is None or holds(material.condition, present)
    )


def clear_answers(item: ServiceItem, answers: Answers) -> dict[str, Json]:
    """The answers kept unsealed: those to yes-or-no and choice questions that are shown."""
    return _answers_of(item, answers, clear=True)


def sealed_answers(item: ServiceItem, answers: Answers) -> dict[str, Json]:
    """The answers kept sealed: all that are shown and not clear."""
    return _answers_of(item, answers, clear=False)


def _is_no_word(part: Json) -> bool:
    return part is None or (isinstance(part, str) and _BLANK.fullmatch(part) is not None)


def _answers_of(item: ServiceItem, answers: Answers, *, clear: bool) -> dict[str, Json]:
    present = present_answers(item, answers)
    kept = (field.id for field in item.fields if (field.type in CLEAR_TYPES) is clear)
    return {key: present[key] for key in kept if key in present}
