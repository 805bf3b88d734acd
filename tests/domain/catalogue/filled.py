"""Fills the form of any item with answers that pass, for tests that need a filing rather than a form."""

from __future__ import annotations

from datetime import date, timedelta

from domain.catalogue.conditions import Json, holds
from domain.catalogue.form import Column, Field
from domain.catalogue.items import EligibilityCheck, ServiceItem

FILLED_ON = date(2026, 11, 23)
"""Day on which the answers are valid."""

PAST_DAY = date(2025, 1, 15)
ADULT_AGE, CHILD_AGE, MARGIN_YEARS = 36, 10, 3
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def filled_answers(item: ServiceItem, **choices: Json) -> dict[str, Json]:
    """Answers to every shown field of `item`, optional ones included, that pass its checks and its eligibility.

    Args:
        item: whose form to fill.
        **choices: answers that are wanted as they are; which fields are shown follows from them.
    """
    wanted = {rule.check.field: rule.check for rule in item.eligibility if rule.check}
    answers: dict[str, Json] = {}
    for field in item.fields:
        if field.show_if is None or holds(field.show_if, answers):
            answers[field.id] = choices[field.id] if field.id in choices else _answer(field, answers, wanted)
    return answers


def resident_id_number(birth: date, *, sequence: int = 11, division: str = "420105") -> str:
    """An invented identity number with a right check digit; an odd `sequence` is a man's."""
    digits = f"{division}{birth:%Y%m%d}{sequence:03}"
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _answer(field: Field, answers: dict[str, Json], wanted: dict[str, EligibilityCheck]) -> Json:
    if field.id == "applicant_id_no":
        return resident_id_number(FILLED_ON.replace(year=FILLED_ON.year - _age(wanted.get("applicant_age"))))
    check = wanted.get(field.id)
    if check is not None:
        return check.value[0] if isinstance(check.value, tuple) else check.value
    if field.type == "select":
        return field.options[0].value
    if field.type == "date" and field.validation.after in answers:
        return str(date.fromisoformat(str(answers[field.validation.after])) + timedelta(days=300))
    if field.type == "table":
        return [{column.id: _value(column) for column in field.columns}]
    return _value(field)


def _age(check: EligibilityCheck | None) -> int:
    if check is None:
        return ADULT_AGE
    assert isinstance(check.value, int)
    return check.value + MARGIN_YEARS if check.op == "gte" else min(check.value, CHILD_AGE)


def _value(field: Field | Column) -> Json:
    rules = field.validation
    text = "示例内容".ljust(rules.min_length or 0, "甲")
    amount = 1800 if rules.max is None else min(1800, int(rules.max))
    values: dict[str, Json] = {
        "text": text,
        "textarea": text,
        "name": "陈志远",
        "date": str(PAST_DAY),
        "id-number": resident_id_number(date(1990, 3, 7)),
        "uscc": "12441500196720244T",
        "phone": "13800000001",
        "address": {"text": "北桥路18号3栋2单元501"},
        "money": str(max(amount, int(rules.min or 0))),
        "decimal": "86.5",
        "integer": max(int(rules.min or 0), 1),
        "boolean": False,
        "bank-account": "6222000000000000001",
    }
    return values[field.type]
