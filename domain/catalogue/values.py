"""Whether one answer is a possible value of its field, whatever the other answers say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from domain.catalogue.conditions import Json, is_blank
from domain.catalogue.form import Column, Field, Validation
from domain.identity.checks import phone, resident_id_problem, uscc_problem

Fault: TypeAlias = tuple[str, dict[str, str | int | float]]
"""A problem code and the values its sentence needs."""

LENGTHS = {"name": (1, 50), "text": (0, 200), "textarea": (0, 2000)}
"""Least and most code points where the field itself says nothing."""
ADDRESS_TEXT_LENGTH = 200
ADDRESS_LEVEL_LENGTH = 50
LEAST_LEVELS = 2
MAX_ROWS = 100
MONEY_DECIMALS = 2
MAX_SAFE_INTEGER = 2**53 - 1
FIRST_DAY, LAST_DAY = date(1880, 1, 1), date(2199, 12, 31)

# Control characters, marks that turn the direction of writing, invisible ones and halves of characters: none of them
# belongs to a name or an address, and all of them can make a text look like another.
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.([0-9]+))?")
_DOCUMENT = re.compile(r"[A-Za-z0-9()\-]{4,30}")


def value_fault(field: Field | Column, answer: Json, *, on: date, check_digit: bool = True) -> Fault | None:
    """What is wrong with `answer` as a value of `field`, or None.

    Args:
        field: the question, or a column of a table.
        answer: not blank.
        on: the day of filing.
        check_digit: whether an `id-number` is an 18-character identity number with its check digit.
    """
    if field.type == "boolean":
        return None if isinstance(answer, bool) else ("wrong-type", {})
    if field.type == "integer":
        return _integer_fault(field.validation, answer)
    if field.type == "address":
        return _address_fault(field.validation, answer)
    if not isinstance(answer, str):
        return "wrong-type", {}
    if field.type == "select":
        return None if answer in {option.value for option in field.options} else ("not-an-option", {})
    if _has_forbidden(answer, lines=field.type == "textarea"):
        return "forbidden-character", {}
    if field.type == "id-number":
        return _id_fault(answer, on=on, check_digit=check_digit)
    return _TEXTUAL[field.type](field, answer, on)


def row_faults(field: Field, answer: Json, *, on: date) -> Iterator[Fault]:
    """What is wrong with the rows of a table; each fault names `row`, counted from 1, and `column`."""
    if not isinstance(answer, list):
        yield "wrong-type", {}
        return
    if len(answer) > MAX_ROWS:
        yield "too-many-rows", {"max": MAX_ROWS}
        return
    columns = {column.id for column in field.columns}
    for number, row in enumerate(answer, start=1):
        if not isinstance(row, dict):
            yield "wrong-type", {"row": number}
            continue
        if not row.keys() <= columns:
            yield "unknown-field", {"row": number}
        for column in field.columns:
            if fault := _cell_fault(column, row.get(column.id), on=on):
                yield fault[0], {**fault[1], "row": number, "column": column.id}


def iso_date(answer: Json) -> date | None:
    """The date that `answer` writes as YYYY-MM-DD, or None."""
    if not isinstance(answer, str) or not _DATE.fullmatch(answer):
        return None
    try:
        day = date.fromisoformat(answer)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _cell_fault(column: Column, answer: Json, *, on: date) -> Fault | None:
    if is_blank(answer):
        return ("required", {}) if column.required else None
    return value_fault(column, answer, on=on)


def _has_forbidden(text: str, *, lines: bool) -> bool:
    return _FORBIDDEN.search(text) is not None or (not lines and "\n" in text)


def _text_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    rules = field.validation
    least, most = LENGTHS[field.type]
    least = least if rules.min_length is None else rules.min_length
    most = most if rules.max_length is None else rules.max_length
    if len(answer.strip()) < least:
        return "too-short", {"min": least}
    if len(answer) > most:
        return "too-long", {"max": most}
    if rules.pattern is not None and not re.fullmatch(rules.pattern, answer):
        return "text-format", {}
    return None


def _date_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    day = iso_date(answer)
    if day is None:
        return "date-format", {}
    return ("date-in-future", {}) if field.validation.not_future and day > on else None


def _number_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    match = _NUMBER.fullmatch(answer)
    if match is None:
        return "number-format", {}
    most = MONEY_DECIMALS if field.validation.decimals is None else field.validation.decimals
    if len(match[1] or "") > most:
        return "too-many-decimals", {"max": most}
    return _range_fault(field.validation, Decimal(answer))


def _integer_fault(rules: Validation, answer: Json) -> Fault | None:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return "wrong-type", {}
    if abs(answer) > MAX_SAFE_INTEGER:
        return "number-format", {}
    return _range_fault(rules, answer)


def _range_fault(rules: Validation, number: Decimal | int) -> Fault | None:
    if rules.min is not None and number < rules.min:
        return "below-minimum", {"min": rules.min}
    if rules.max is not None and number > rules.max:
        return "above-maximum", {"max": rules.max}
    return None


def _id_fault(answer: str, *, on: date, check_digit: bool) -> Fault | None:
    if not check_digit:
        return None if _DOCUMENT.fullmatch(answer.strip()) else ("document-format", {})
    code = resident_id_problem(answer, on=on)
    return (code, {}) if code else None


def _uscc_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    code = uscc_problem(answer)
    return (code, {}) if code else None


def _phone_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    return None if phone(answer) else ("phone-format", {})


def _account_fault(field: Field | Column, answer: str, on: date) -> Fault | None:
    pattern = field.validation.pattern or "[0-9]{8,30}"
    return None if re.fullmatch(pattern, answer) else ("bank-account-format", {})


_TEXTUAL: Mapping[str, Callable[[Field | Column, str, date], Fault | None]] = {
    "text": _text_fault,
    "textarea": _text_fault,
    "name": _text_fault,
    "date": _date_fault,
    "money": _number_fault,
    "decimal": _number_fault,
    "uscc": _uscc_fault,
    "phone": _phone_fault,
    "bank-account": _account_fault,
}


def _address_fault(rules: Validation, answer: Json) -> Fault | None:
    """An address is one line as on an envelope (`text`), or its levels down to the last and one more, or both."""
    if not isinstance(answer, dict):
        return "wrong-type", {}
    for key, part in answer.items():
        if key != "text" and key not in rules.levels:
            return "unknown-field", {}
        if not isinstance(part, str):
            return "wrong-type", {"level": key}
        if _has_forbidden(part, lines=False):
            return "forbidden-character", {"level": key}
        most = ADDRESS_TEXT_LENGTH if key == "text" else ADDRESS_LEVEL_LENGTH
        if len(part) > most:
            return "too-long", {"max": most, "level": key}
    written = [level for level in rules.levels if not is_blank(answer.get(level))]
    enough = len(written) >= min(len(rules.levels), LEAST_LEVELS)
    complete = bool(written) and enough and written[-1] == rules.levels[-1]
    return None if complete or not is_blank(answer.get("text")) else ("address-incomplete", {})
