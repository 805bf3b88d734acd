from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from msgspec import Struct

from domain.identity.checks import (
    age_on,
    mask_id_number,
    mask_name,
    mask_phone,
    mobile,
    phone,
    resident_id,
    resident_id_problem,
    uscc,
    uscc_problem,
)


class IdCase(Struct, frozen=True):
    text: str
    problem: str | None
    birth: date | None = None
    sex: Literal["male", "female"] | None = None


class UsccCase(Struct, frozen=True):
    text: str
    problem: str | None


class PhoneCase(Struct, frozen=True):
    text: str
    valid: bool
    mobile: bool


class MaskCase(Struct, frozen=True):
    text: str
    masked: str


class Vectors(Struct, frozen=True):
    on: date
    resident_id: tuple[IdCase, ...]
    uscc: tuple[UsccCase, ...]
    phone: tuple[PhoneCase, ...]
    mask_id_number: tuple[MaskCase, ...]
    mask_phone: tuple[MaskCase, ...]
    mask_name: tuple[MaskCase, ...]


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "vectors/identity.json").read_bytes(), type=Vectors)


@pytest.mark.parametrize("case", VECTORS.resident_id, ids=lambda case: case.text or "empty")
def test_an_identity_number_is_read_or_says_what_is_wrong(case: IdCase) -> None:
    read = resident_id(case.text, on=VECTORS.on)

    assert resident_id_problem(case.text, on=VECTORS.on) == case.problem
    assert (read and read.birth, read and read.sex) == (case.birth, case.sex)


@pytest.mark.parametrize("case", VECTORS.uscc, ids=lambda case: case.text or "empty")
def test_a_credit_code_is_one_or_says_what_is_wrong(case: UsccCase) -> None:
    assert uscc_problem(case.text) == case.problem
    assert uscc(case.text) is (case.problem is None)


@pytest.mark.parametrize("case", VECTORS.phone, ids=lambda case: case.text or "empty")
def test_a_phone_number_is_mobile_landline_or_none(case: PhoneCase) -> None:
    assert (phone(case.text), mobile(case.text)) == (case.valid, case.mobile)


@pytest.mark.parametrize(
    ("mask", "cases"),
    [
        (mask_id_number, VECTORS.mask_id_number),
        (mask_phone, VECTORS.mask_phone),
        (mask_name, VECTORS.mask_name),
    ],
)
def test_lists_show_masked_forms(mask: Callable[[str], str], cases: tuple[MaskCase, ...]) -> None:
    assert [mask(case.text) for case in cases] == [case.masked for case in cases]


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1966, 11, 23), date(2026, 11, 23), 60),
        (date(1966, 11, 24), date(2026, 11, 23), 59),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_is_counted_in_full_years(birth: date, on: date, age: int) -> None:
    assert age_on(birth, on) == age
