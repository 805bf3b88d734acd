"""Which characters the document's font can draw, so that a rare name never becomes an empty box."""

from __future__ import annotations

from functools import lru_cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

SIMPLIFIED_FACE = 2
"""Index of the simplified Chinese face in the collection."""

NO_CHARACTER = "\U0010ffff"
_DOTS = 24


def drawable(text: str) -> str:
    """`text` with every character that the font lacks written as its code, as in `〔U+20000〕`."""
    return "".join(f"〔U+{ord(sign):04X}〕" if lacks(sign) else sign for sign in text)


@lru_cache(maxsize=8192)
def lacks(sign: str) -> bool:
    """Whether the font has no drawing for a character."""
    return not sign.isascii() and _drawing(sign) == _drawing(NO_CHARACTER)


def _drawing(sign: str) -> bytes:
    sheet = Image.new("L", (2 * _DOTS, 2 * _DOTS))
    ImageDraw.Draw(sheet).text((0, 0), sign, font=_font(), fill=255)
    return sheet.tobytes()


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), _DOTS, index=SIMPLIFIED_FACE)
