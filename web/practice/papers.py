"""Papers that an invented person shows: drawn as in the demonstration, with what can be read on them."""

from __future__ import annotations

import io
from functools import lru_cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from web.demo.papers import CARDS, INK, PAPER, draw
from web.results.glyphs import SIMPLIFIED_FACE

LINE = 27
"""Signs on a line of what is to be read."""
NOTE_TOP, NOTE_HEIGHT = 186, 150
CARD_TOP, CARD_HEIGHT = 372, 96
EDGE = 70
QUALITY = 72


@lru_cache(128)
def photograph(material: str, title: str, number: int, shows: str = "") -> bytes:
    """A JPEG of one page; `shows` stands on the first page, where it is to be read."""
    plain = draw(title, number, card=material in CARDS, blurred=False)
    return plain if not shows or number > 1 else _with_words(plain, shows, card=material in CARDS)


def _with_words(plain: bytes, words: str, *, card: bool) -> bytes:
    image = Image.open(io.BytesIO(plain)).convert("RGB")
    pen = ImageDraw.Draw(image)
    top, height = (CARD_TOP, CARD_HEIGHT) if card else (NOTE_TOP, NOTE_HEIGHT)
    pen.rectangle((EDGE, top, image.size[0] - EDGE, top + height), fill=PAPER, outline=INK, width=3)
    font = ImageFont.truetype(str(FONT_PATH), 25, index=SIMPLIFIED_FACE)
    for row, line in enumerate(words[at : at + LINE] for at in range(0, len(words), LINE)):
        pen.text((EDGE + 18, top + 14 + row * 40), line, font=font, fill=INK)
    drawn = io.BytesIO()
    image.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()
