"""What people write stays printable, whatever they write: a letter that cannot be set would never reach anybody."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

import pytest

from tests.hostile.values import TEXTS
from web.results.glyphs import drawable, lacks
from web.results.letter import Letter, Point
from web.results.typeset import Typesetter

MONDAY = date(2026, 11, 23)
ODD = (
    "\x01",
    "\x7f",
    "\x85",
    "\xad",
    "\u061c",
    "\u2028",
    "\u2029",
    "\u2066",
    "\ue000",
    "\ufffe",
    "\U000e0001",
    "\U0001f600",
)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def letter(said: str) -> Letter:
    return Letter(
        title="一次性补正告知书",
        subtitle="Correction notice",
        number="BQ-2026-0001",
        issued_on="二〇二六年十一月二十三日",
        addressee=said,
        opening=said,
        opening_en="",
        lines=(),
        points_title="需要补正的内容",
        points=(Point(said or "一", said),),
        notes=(said,),
        centre="示例",
        centre_en="Sample",
        phone="027-00000000",
        address="示例路1号",
        hours="9:00",
        is_sample=True,
        code="ABCD",
        verify_url="http://localhost/verify/ABCD",
    )


@pytest.mark.parametrize("said", [*TEXTS, *ODD], ids=lambda said: ascii(said)[:24])
def test_a_letter_is_printed_whatever_is_said_in_it(typesetter: Typesetter, said: str) -> None:
    assert typesetter.letter(letter(said), on=MONDAY).startswith(b"%PDF-")


def test_everything_that_counts_as_drawn_can_be_printed(typesetter: Typesetter) -> None:
    drawn = [sign for sign in _signs() if not lacks(sign)]
    assert len(drawn) > 2_000
    for at in range(0, len(drawn), 4_000):
        assert typesetter.letter(letter(" ".join(drawn[at : at + 4_000])), on=MONDAY)


def _signs() -> Iterator[str]:
    """Every sign outside of the ideographs, and some of these."""
    for code in range(0x20, 0x11000):
        is_ideograph = unicodedata.category(chr(code)) == "Lo" and code > 0x3400
        if not 0xD800 <= code < 0xE000 and (not is_ideograph or code % 97 == 0):
            yield chr(code)


def test_signs_that_turn_the_order_of_others_are_shown_as_codes() -> None:
    assert drawable("甲\u202egnp.exe\0乙\n") == "甲〔U+202E〕gnp.exe〔U+0000〕乙\n"
