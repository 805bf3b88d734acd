"""Which characters the document's font can draw, so that a rare name never becomes an empty box."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

SIMPLIFIED_FACE = 2
"""Index of the simplified Chinese face in the collection."""

NO_CHARACTER = "\U0010ffff"
KEPT = "\n\t\r"
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Classes of Unicode: controls, formats such as those that turn the order of signs, private and unused ones."""

_DOTS = 24


def drawable(text: str) -> str:
    """`text` with every character that nobody would see written as its code, as in `〔U+20000〕`."""
    return "".join(f"〔U+{ord(sign):04X}〕" if lacks(sign) else sign for sign in text)


@lru_cache(maxsize=8192)
def lacks(sign: str) -> bool:
    """Whether the font has no drawing for a character, or the character none at all: what steers text is not text."""
    if sign.isascii():
        return (sign < " " and sign not in KEPT) or sign == "\x7f"
    return unicodedata.category(sign) in UNSEEN or _drawing(sign) == _drawing(NO_CHARACTER)


def _drawing(sign: str) -> bytes:
    sheet = Image.new("L", (2 * _DOTS, 2 * _DOTS))
    ImageDraw.Draw(sheet).text((0, 0), sign, font=_font(), fill=255)
    return sheet.tobytes()


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    # Sign by sign: shaping would draw a mark that the font lacks upon a circle that it has, and fails on some signs.
    return ImageFont.truetype(str(FONT_PATH), _DOTS, index=SIMPLIFIED_FACE, layout_engine=ImageFont.Layout.BASIC)
