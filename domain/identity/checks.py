"""Check digits and shapes of the numbers that identify people and organisations, and their masked forms for lists.

Digits are always `[0-9]`: full-width digits look right on screen and would never match a register.
"""

from __future__ import annotations

import re
from datetime import date
from operator import mul
from typing import Literal

from msgspec import Struct

FIRST_BIRTH = date(1880, 1, 1)

_RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(f"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?")

MASK = "*"
MAX_NAME_STARS = 3


class ResidentId(Struct, frozen=True):
    """What an identity number says (GB 11643).

    Attributes:
        division: six digits of the place of first registration; it may have been abolished since.
        birth: date of birth.
        sex: from the parity of the 17th digit.
    """

    division: str
    birth: date
    sex: Literal["male", "female"]


def resident_id(text: str, *, on: date) -> ResidentId | None:
    """Read a resident identity number, or None where it cannot be one.

    Residence permits for Hong Kong, Macao and Taiwan residents and the foreigner's permanent resident card of 2023 use
    the same structure.

    Args:
        text: the number; a lower-case x and outer spaces are taken.
        on: the day of reading; a later birth is impossible.
    """
    return None if resident_id_problem(text, on=on) else _read_resident_id(_plain(text))


def resident_id_problem(text: str, *, on: date) -> str | None:
    """Why `text` is no identity number: `id-format`, `id-birth-date` or `id-check-digit`; None if it is one."""
    number = _plain(text)
    if not _RESIDENT_ID.fullmatch(number):
        return "id-format"
    birth = _birth(number)
    if birth is None or not FIRST_BIRTH <= birth <= on:
        return "id-birth-date"
    total = sum(map(mul, map(int, number[:17]), _RESIDENT_ID_WEIGHTS))
    return None if _RESIDENT_ID_CHECKS[total % 11] == number[17] else "id-check-digit"


def uscc(text: str) -> bool:
    """Whether `text` is a unified social credit code (GB 32100)."""
    return uscc_problem(text) is None


def uscc_problem(text: str) -> str | None:
    """Why `text` is no unified social credit code: `uscc-format` or `uscc-check-digit`; None if it is one."""
    code = _plain(text)
    if not _USCC.fullmatch(code):
        return "uscc-format"
    total = sum(_USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:17]))
    return None if _USCC_ALPHABET[-total % 31] == code[17] else "uscc-check-digit"


def mobile(text: str) -> bool:
    """Whether `text` is a mainland mobile number, the only kind that gets an SMS."""
    return _MOBILE.fullmatch(text.strip()) is not None


def phone(text: str) -> bool:
    """Whether `text` is a mainland mobile number or a landline with its area code, extension allowed."""
    return mobile(text) or _LANDLINE.fullmatch(text.strip()) is not None


def age_on(birth: date, on: date) -> int:
    """Full years between `birth` and `on`; someone born on 29 February turns a year older on 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def mask_id_number(text: str) -> str:
    """An identity number as lists show it: `4201**********1234`; short ones keep one character at each end."""
    number = text.strip()
    kept = 4 if len(number) >= 12 else 1
    if len(number) <= 2 * kept:
        return MASK * len(number)
    return number[:kept] + MASK * (len(number) - 2 * kept) + number[-kept:]


def mask_phone(text: str) -> str:
    """A phone number as lists show it: `138****5678`; other numbers keep the last four digits."""
    number = text.strip()
    if mobile(number):
        return f"{number[:3]}{MASK * 4}{number[-4:]}"
    return MASK * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else MASK * len(number)


def mask_name(text: str) -> str:
    """A name as lists show it: the first character, then at most three stars so that a long one hides its length."""
    name = text.strip()
    return name[:1] + MASK * min(max(len(name) - 1, 0), MAX_NAME_STARS)


def _plain(text: str) -> str:
    return text.strip().upper()


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _read_resident_id(number: str) -> ResidentId:
    birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return ResidentId(number[:6], birth, "male" if int(number[16]) % 2 else "female")
