"""Drawings that look like photographed papers: contracts, cards, certificates; each marked 示例 across the page."""

from __future__ import annotations

import io
from functools import lru_cache
from uuid import UUID

from msgspec import Struct
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont, ImageOps

from store.files import FileStore
from web.results.glyphs import SIMPLIFIED_FACE

SHEET = (840, 1180)
CARD = (840, 540)
DESK, PAPER, INK, FAINT, MARK = (150, 128, 104), (250, 247, 240), (44, 42, 46), (150, 146, 140), (176, 62, 52)
QUALITY = 62
BLUR = 20
"""Both sizes are divisible by it."""

PAGES = {"lease-contract": 3, "property-certificate": 2, "lessor-id": 2, "lessee-id": 2, "id-card": 2, "agent-id": 2}
"""How many pages a material has; one where nothing is said."""

CARDS = frozenset({"lessor-id", "lessee-id", "id-card", "agent-id", "family-id-cards"})

CARD_LINES = (
    "姓名　示例",
    "性别　某　民族　某",
    "出生　某年某月某日",
    "住址　北桥街道某社区某小区",
    "公民身份号码　420105**********",
)

CLAUSES = (
    "甲方将位于北桥街道的房屋出租给乙方居住使用。",
    "租赁期限为一年，自双方签字之日起计算。",
    "租金按月支付，每月五日前付清当月租金。",
    "押金为一个月租金，退租时结清费用后退还。",
    "租赁期间水费、电费、燃气费由乙方承担。",
    "甲方保证房屋权属清楚，可以依法出租。",
    "乙方应当爱护房屋设施，损坏照价赔偿。",
    "任何一方提前解除合同，应提前三十日告知。",
    "本合同一式三份，双方各执一份，备案一份。",
)


class Sheet(Struct, frozen=True):
    """A drawn page as it is kept.

    Attributes:
        address: in the file store; several cases of one person show the same drawing.
    """

    sha256: str
    size: int
    address: str


class Papers:
    """Draws each page once and keeps it in the file store, once a person."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._drawn: dict[tuple[str, int, bool], bytes] = {}
        self._kept: dict[tuple[UUID, str, int, bool], Sheet] = {}

    def page(self, material: str, title: str, number: int, *, person: UUID, blurred: bool = False) -> Sheet:
        """Page `number` of a material of `person`'s; `blurred` if it cannot be read."""
        key = (person, material, number, blurred)
        if key not in self._kept:
            drawing = self._drawing(material, title, number, blurred=blurred)
            stored = self._files.put(drawing, person=person)
            self._kept[key] = Sheet(stored.sha256, stored.size, stored.address)
        return self._kept[key]

    def _drawing(self, material: str, title: str, number: int, *, blurred: bool) -> bytes:
        key = (material, number, blurred)
        if key not in self._drawn:
            self._drawn[key] = draw(title, number, card=material in CARDS, blurred=blurred)
        return self._drawn[key]


def draw(title: str, number: int, *, card: bool, blurred: bool) -> bytes:
    """A JPEG of one page."""
    size = CARD if card else SHEET
    image = Image.new("RGB", size, DESK)
    pen = ImageDraw.Draw(image)
    edge = 34 + number * 4
    pen.rounded_rectangle((edge, edge, size[0] - edge, size[1] - edge), radius=28 if card else 4, fill=PAPER)
    if card:
        _card(pen, title, number)
    else:
        _sheet(pen, title, number)
    _mark(image)
    if blurred:
        image = ImageOps.scale(ImageOps.scale(image, 1 / BLUR), BLUR)
    drawn = io.BytesIO()
    image.rotate(number % 3 - 1, expand=False, fillcolor=DESK).save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()


def _card(pen: ImageDraw.ImageDraw, title: str, number: int) -> None:
    if number % 2:
        lines = (
            "姓名　示例",
            "性别　某　民族　某",
            "出生　某年某月某日",
            "住址　北桥街道某社区某小区",
            "公民身份号码　420105**********",
        )
        for row, line in enumerate(lines):
            pen.text((90, 100 + row * 76), line, font=_type(32), fill=INK)
        pen.rounded_rectangle((560, 110, 740, 350), radius=10, fill=(214, 222, 228))
        pen.ellipse((610, 150, 690, 230), fill=FAINT)
        pen.pieslice((580, 240, 720, 440), 180, 360, fill=FAINT)
    else:
        pen.text((CARD[0] // 2, 170), "居民身份证（示例）", font=_type(52), fill=INK, anchor="mm")
        pen.text((90, 330), "签发机关　示例公安局", font=_type(32), fill=INK)
        pen.text((90, 400), "有效期限　长期", font=_type(32), fill=INK)
    pen.text((CARD[0] // 2, CARD[1] - 62), title, font=_type(22), fill=FAINT, anchor="mm")


def _sheet(pen: ImageDraw.ImageDraw, title: str, number: int) -> None:
    pen.text((SHEET[0] // 2, 140), title[:16], font=_type(42), fill=INK, anchor="mm")
    for row in range(13):
        clause = CLAUSES[(row + number * 4) % len(CLAUSES)]
        pen.text((96, 220 + row * 62), f"{row + 1 + (number - 1) * 13}. {clause}", font=_type(26), fill=INK)
    pen.text((SHEET[0] // 2, SHEET[1] - 84), f"第 {number} 页", font=_type(24), fill=FAINT, anchor="mm")
    if number > 1:
        pen.ellipse((560, 870, 730, 1040), outline=MARK, width=5)
        pen.text((645, 955), "示例章", font=_type(34), fill=MARK, anchor="mm")


def _mark(image: Image.Image) -> None:
    veil = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(veil)
    for row in range(120, image.size[1], 300):
        pen.text((image.size[0] // 2 + row % 200 - 100, row), "示 例", font=_type(110), fill=46, anchor="mm")
    image.paste((120, 116, 110), mask=veil)


@lru_cache
def _type(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size, index=SIMPLIFIED_FACE)
