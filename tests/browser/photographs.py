"""Photographs of papers as a phone takes them: 3000 by 4000 dots, a desk around the sheet, the place in EXIF."""

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIZE = (3000, 4000)
MARGIN = 260
TAKEN_WITH = "Doorstep test camera"
GPS_IFD = 0x8825
MAKE_TAG = 0x010F
TAKEN_AT_TAG = 0x0132
# 30.5928 N, 114.3055 E in degrees, minutes and seconds: it must not leave the device.
GPS = {1: "N", 2: (30.0, 35.0, 34.0), 3: "E", 4: (114.0, 18.0, 20.0)}


@lru_cache
def _type(dots: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), dots, index=2)  # 2: the simplified Chinese face


def draw_page(path: Path, *, title: str, lines: Sequence[str] = (), page: int = 1, blurred: bool = False) -> Path:
    """Draw a sheet with `title` and `lines` and save it as a JPEG at `path`.

    Args:
        path: where it goes.
        title: the paper's name, such as 房屋租赁合同.
        lines: what it says; a page is filled up with clauses below.
        page: its page number, which also decides the grain, so that no two pages are the same file.
        blurred: too far out of focus to be read.

    Returns:
        `path`.
    """
    sheet = Image.new("RGB", SIZE, (139, 115, 92))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((120, 160, SIZE[0] - 140, SIZE[1] - 180), fill=(250, 247, 240))
    pen.text((SIZE[0] // 2, 420), title, font=_type(150), fill=(30, 30, 34), anchor="mm")
    clauses = [
        f"第{number}条 双方按本合同约定履行义务，未尽事宜另行协商。" for number in range(page * 20, page * 20 + 24)
    ]
    for row, line in enumerate([*lines, *clauses][:24]):
        pen.text((MARGIN + 60, 640 + row * 124), line, font=_type(68), fill=(48, 48, 54))
    pen.text((SIZE[0] // 2, SIZE[1] - 280), f"第 {page} 页", font=_type(60), fill=(90, 90, 90), anchor="mm")
    photograph = _with_grain(sheet, seed=f"{title}{page}")
    if blurred:
        photograph = photograph.filter(ImageFilter.BoxBlur(90))
    photograph.save(path, "JPEG", quality=90, exif=_exif())
    return path


def _with_grain(sheet: Image.Image, *, seed: str) -> Image.Image:
    """Lay a camera's noise over `sheet`, the same for the same seed, so that the file is as heavy as a real one."""
    small = (SIZE[0] // 4, SIZE[1] // 4)
    noise = Image.frombytes("L", small, random.Random(seed).randbytes(small[0] * small[1]))
    return Image.blend(sheet, Image.merge("RGB", [ImageOps.scale(noise, 4)] * 3), 0.06)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE_TAG] = TAKEN_WITH
    exif[TAKEN_AT_TAG] = "2026:11:24 21:40:00"
    exif.get_ifd(GPS_IFD).update(GPS)
    return exif
