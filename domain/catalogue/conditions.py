"""What a form asks for, given the answers so far: the fields shown, the papers needed, what is kept unsealed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from domain.catalogue.form import Condition, Field
from domain.catalogue.items import Material, ServiceItem
from domain.exact import Exact

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Answers: TypeAlias = Mapping[str, Json]
"""Field id to answer, as the form sends it."""

# White space as ECMAScript has it, so that a device and the centre agree on what is blank.
_WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

CLEAR_TYPES = ("boolean", "select")
"""Types whose answers say nothing about a person by themselves; the rest is personal and sealed."""


class FilledForm(Struct, frozen=True):
    """The form of an item as far as it is filled in.

    Attributes:
        item: whose form it is.
        shown: the fields that are shown, in order; a field that depends on a hidden one is hidden with it.
        answers: the answers that count, in the order of the form: those of shown fields, without blank ones.
        unknown: names in the answers that are no fields of the item.
    """

    item: ServiceItem
    shown: tuple[Field, ...]
    answers: Answers
    unknown: tuple[str, ...]


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
    return isinstance(answer, bool | str) and answer in condition.values


def is_blank(answer: Json) -> bool:
    """Whether an answer says nothing: absent, white space, no rows, or an address without a word."""
    if isinstance(answer, str):
        return not answer.strip(_WHITE_SPACE)
    if isinstance(answer, dict):
        return all(is_blank(part) if isinstance(part, str) else part is None for part in answer.values())
    if isinstance(answer, list):
        return not answer
    return answer is None


def filled_form(item: ServiceItem, answers: Answers) -> FilledForm:
    """The form of `item` with `answers` in it; read it once and ask it for the rest."""
    present: dict[str, Json] = {}
    shown: list[Field] = []
    for field in item.fields:
        if field.show_if is not None and not holds(field.show_if, present):
            continue
        shown.append(field)
        if field.id in answers and not is_blank(answer := answers[field.id]):
            present[field.id] = answer
    known = _field_ids(Exact(item))
    return FilledForm(item, tuple(shown), present, tuple(key for key in answers if key not in known))


def materials_needed(form: FilledForm) -> tuple[NeededMaterial, ...]:
    """The papers that the answers call for, in the item's order, optional ones included."""
    return tuple(
        NeededMaterial(material, required=material.requirement != "optional")
        for material in form.item.materials
        if material.condition is None or holds(material.condition, form.answers)
    )


def clear_answers(form: FilledForm) -> dict[str, Json]:
    """The answers kept unsealed: those to yes-or-no and choice questions that are shown."""
    return _answers_of(form, clear=True)


def sealed_answers(form: FilledForm) -> dict[str, Json]:
    """The answers kept sealed: all that are shown and not clear."""
    return _answers_of(form, clear=False)


@lru_cache(maxsize=1_024)
def _field_ids(item: Exact[ServiceItem]) -> frozenset[str]:
    return frozenset(field.id for field in item.value.fields)


def _answers_of(form: FilledForm, *, clear: bool) -> dict[str, Json]:
    kept = (field.id for field in form.shown if (field.type in CLEAR_TYPES) is clear)
    return {key: form.answers[key] for key in kept if key in form.answers}
