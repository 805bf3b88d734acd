"""Whether a filled-in form holds together, and whether its answers meet the item's conditions of eligibility."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain.catalogue.conditions import Answers, FilledForm, Json, holds, is_blank
from domain.catalogue.form import Field
from domain.catalogue.items import Eligibility, EligibilityCheck
from domain.catalogue.values import iso_date, row_faults, value_fault
from domain.identity.checks import ResidentId, age_on, resident_id

NAMED_LENGTH = 50
"""How much of an unknown field's name a problem repeats."""


class Problem(Struct, frozen=True):
    """One thing wrong with a form.

    Attributes:
        field: the field concerned.
        code: what is wrong, kebab-case and stable; the app has the sentence.
        params: values that the sentence needs (`min`, `max`, `other`, `years`, `row`, `column`, `level`), never the
            answer itself.
    """

    field: str
    code: str
    params: dict[str, str | int | float]


class Outcome(StrEnum):
    """What the answers say about one condition of eligibility."""

    MET = "met"
    UNMET = "unmet"
    UNANSWERED = "unanswered"
    FOR_STAFF = "for-staff"


class EligibilityResult(Struct, frozen=True):
    """One condition of eligibility and what the answers say about it; `for-staff` where only a person can judge."""

    eligibility: Eligibility
    outcome: Outcome


def check_answers(form: FilledForm, *, on: date) -> tuple[Problem, ...]:
    """Everything wrong with a form that is handed in, in its order.

    Answers to hidden fields are ignored; answers to fields the item does not have are refused.

    Args:
        form: as filled in.
        on: the local day of filing.
    """
    return tuple(_problems(form, on))


def check_eligibility(form: FilledForm, *, on: date) -> tuple[EligibilityResult, ...]:
    """What the answers say about each condition of eligibility; an unmet one is a reason to think, not to refuse.

    Args:
        form: as filled in so far.
        on: the local day on which age is reckoned.
    """
    known = {**form.answers, **derived_answers(form, on=on)}
    return tuple(EligibilityResult(rule, _outcome(rule.check, known)) for rule in form.item.eligibility)


def derived_answers(form: FilledForm, *, on: date) -> dict[str, Json]:
    """`applicant_age` in full years and `applicant_sex`, where the applicant's identity number tells them.

    Args:
        form: as filled in so far.
        on: the local day on which age is reckoned.
    """
    person = _applicant(form, on)
    return {"applicant_age": age_on(person.birth, on), "applicant_sex": person.sex} if person else {}


def _problems(form: FilledForm, on: date) -> Iterator[Problem]:
    for name in form.unknown:
        yield Problem(name[:NAMED_LENGTH], "unknown-field", {})
    for field in form.shown:
        if field.id in form.answers:
            yield from _field_problems(field, form.answers, on)
        elif field.required:
            yield Problem(field.id, "required", {})


def _field_problems(field: Field, present: Answers, on: date) -> Iterator[Problem]:
    answer = present[field.id]
    if field.type == "table":
        for code, params in row_faults(field, answer, on=on):
            yield Problem(field.id, code, params)
        return
    depends = field.validation.check_digit_when
    check_digit = depends is None or holds(depends, present)
    fault = value_fault(field, answer, on=on, check_digit=check_digit)
    if fault:
        yield Problem(field.id, *fault)
    elif field.type == "date":
        yield from _order_problems(field, present)


def _order_problems(field: Field, present: Answers) -> Iterator[Problem]:
    """Where a date lies in relation to another; nothing is said while the other is missing or no date."""
    rules, day = field.validation, iso_date(present[field.id])
    if day is None:
        return
    before = iso_date(present.get(rules.after)) if rules.after else None
    if rules.after and before and day <= before:
        yield Problem(field.id, "date-before", {"other": rules.after})
    limit = rules.max_years_after
    start = iso_date(present.get(limit.field)) if limit else None
    if limit and start and day > years_later(start, limit.years):
        yield Problem(field.id, "date-too-late", {"other": limit.field, "years": limit.years})


def years_later(day: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th (Civil Code art. 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _applicant(form: FilledForm, on: date) -> ResidentId | None:
    """What the applicant's identity number says; None for other documents."""
    field, number = form.item.field("applicant_id_no"), form.answers.get("applicant_id_no")
    if field is None or not isinstance(number, str):
        return None
    depends = field.validation.check_digit_when
    return resident_id(number, on=on) if depends is None or holds(depends, form.answers) else None


def _outcome(check: EligibilityCheck | None, known: Answers) -> Outcome:
    if check is None:
        return Outcome.FOR_STAFF
    answer = known.get(check.field)
    if is_blank(answer):
        return Outcome.UNANSWERED
    return Outcome.MET if _meets(check, answer) else Outcome.UNMET


def _meets(check: EligibilityCheck, answer: Json) -> bool:
    if check.op == "in":
        return isinstance(check.value, tuple) and answer in check.value
    if check.op == "eq":
        return type(answer) is type(check.value) and answer == check.value
    if isinstance(answer, str) and isinstance(check.value, str):
        return answer >= check.value if check.op == "gte" else answer <= check.value
    if isinstance(answer, int) and isinstance(check.value, int):
        return answer >= check.value if check.op == "gte" else answer <= check.value
    return False
