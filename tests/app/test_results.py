"""The result document: what it says, what it masks, and that the same paper always has the same bytes."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pikepdf
import pytest
import yaml
from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

from domain.catalogue.items import Catalogue, ServiceItem
from domain.catalogue.source import catalogue_from_source
from web.demo import centre as demo
from web.demo.answers import fill
from web.demo.people import RESIDENTS
from web.results.glyphs import SIMPLIFIED_FACE, drawable, lacks
from web.results.paper import Issued, Line, address_text, compose, grouped
from web.results.typeset import Typesetter, qr_svg

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
ADDRESS = "https://doorstep.example.cn"
CODE = "ABCDEFGH23456789"
CATALOGUE = Path(demo.__file__).with_name("catalogue.yaml")


@cache
def catalogue() -> Catalogue:
    return catalogue_from_source(yaml.load(CATALOGUE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def item(item_id: str) -> ServiceItem:
    found = catalogue().item(item_id)
    assert found is not None
    return found


def issued(item_id: str = "house-lease-filing", **choices: Any) -> Issued:
    return Issued(
        applicant=UUID(int=7),
        item=item(item_id),
        answers=fill(item(item_id), RESIDENTS[2], on=MONDAY, choices=choices),
        case_number="BQ-20261123-0001-6",
        document_number="北桥便民〔2026〕第0008号",
        verification_code=CODE,
        decided_on=MONDAY,
        issued_on=TUESDAY,
        centre=demo.PARTICULARS,
    )


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


def said(lines: tuple[Line, ...]) -> dict[str, str]:
    return {line.en: line.value for line in lines}


def test_a_lease_certificate_names_parties_house_term_area_and_use() -> None:
    paper = compose(issued(lessor_name="罗建平", lease_start="2026-11-01", lease_end="2027-10-31"), address=ADDRESS)

    lines = said(paper.lines)
    assert paper.title == "房屋租赁登记备案证明（示例）"
    assert (lines["Lessor"], lines["Lessee"]) == ("罗建平", "买买提·吐尔逊")
    assert lines["Address"] == "武汉市汉阳区北桥街道江堤社区江堤新村12栋1单元301室"
    assert lines["Term"] == "2026年11月1日 至 2027年10月31日"
    assert (lines["Area let"], lines["Use"], lines["Filed on"]) == ("67.5 平方米", "居住", "2026年11月23日")
    assert paper.verify_url == f"{ADDRESS}/verify/{CODE}"
    assert paper.code == "ABCD EFGH 2345 6789"


@pytest.mark.parametrize(
    ("item_id", "title"),
    [
        ("elder-card", "证照核发通知书（示例）"),
        ("advanced-age-allowance", "政务服务事项办理结果通知书（示例）"),
        ("employment-registration", "登记备案结果单（示例）"),
    ],
)
def test_each_kind_of_result_has_its_paper(item_id: str, title: str) -> None:
    assert compose(issued(item_id), address=ADDRESS).title == title


def test_a_paper_of_any_other_item_names_applicant_item_and_decision() -> None:
    lines = said(compose(issued("elder-card"), address=ADDRESS).lines)

    assert (lines["Applicant"], lines["Service item"]) == ("买买提·吐尔逊", "老年人优待证（老年证）办理")
    assert (lines["Decision"], lines["Decided on"]) == ("准予办理", "2026年11月23日")


@pytest.mark.parametrize("item_id", ["house-lease-filing", "elder-card", "employment-registration"])
def test_no_identity_number_is_whole_on_paper(item_id: str) -> None:
    paper = compose(issued(item_id), address=ADDRESS)

    written = msgspec.json.encode(paper).decode()
    numbers = [
        value for value in (issued(item_id).answers or {}).values() if isinstance(value, str) and len(value) == 18
    ]
    assert numbers
    assert [number for number in numbers if number in written] == []


def test_a_centre_that_is_no_demonstration_prints_no_sample_words() -> None:
    real = msgspec.structs.replace(issued(), centre=msgspec.structs.replace(demo.PARTICULARS, is_demo=False))

    paper = compose(real, address=ADDRESS)

    assert not paper.is_sample
    assert "示例" not in msgspec.json.encode(paper).decode()


def test_every_item_gives_one_sheet(typesetter: Typesetter) -> None:
    pages: dict[str, int] = {}
    for one in catalogue().items:
        with pikepdf.open(io.BytesIO(typesetter.pdf(compose(issued(one.id), address=ADDRESS)))) as pdf:
            pages[one.id] = len(pdf.pages)

    assert pages == dict.fromkeys(pages, 1)


def test_long_names_and_addresses_still_fit_one_sheet(typesetter: Typesetter) -> None:
    address = {"text": "武汉市汉阳区北桥街道" + "江堤社区江堤新村十二栋一单元" * 3}
    names = {"lessor_name": "买合木提江·阿卜杜热合曼" * 2, "lessee_name": "阿依古丽·买买提吐尔逊" * 2}

    document = typesetter.pdf(compose(issued(house_address=address, **names), address=ADDRESS))

    with pikepdf.open(io.BytesIO(document)) as pdf:
        assert len(pdf.pages) == 1


def test_the_same_paper_has_the_same_bytes_and_stays_small(typesetter: Typesetter) -> None:
    paper = compose(issued(), address=ADDRESS)

    first, second = typesetter.pdf(paper), Typesetter().pdf(paper)

    assert first == second
    assert len(first) < 100_000


def test_the_document_embeds_its_fonts_and_can_be_read_aloud(typesetter: Typesetter) -> None:
    with pikepdf.open(io.BytesIO(typesetter.pdf(compose(issued(), address=ADDRESS)))) as pdf:
        fonts = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and _is_font(thing)]
        assert fonts
        assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("zh")


def _is_font(thing: pikepdf.Dictionary) -> bool:
    return thing.get("/Type") == pikepdf.Name.FontDescriptor


@pytest.mark.parametrize("name", ["王䶮", "孙𬭳", "买买提·吐尔逊", "陈㛃", "喆", "𠮷田"])
def test_rare_names_are_drawn(name: str) -> None:
    assert drawable(name) == name


def test_a_character_that_the_font_lacks_is_written_as_its_code() -> None:
    assert drawable("李\U00020000") == "李〔U+20000〕"


def test_the_face_is_the_simplified_chinese_one() -> None:
    face = ImageFont.truetype(str(FONT_PATH), 12, index=SIMPLIFIED_FACE)

    assert face.getname() == ("Noto Sans CJK SC", "Regular")
    assert not lacks("A")


def test_the_qr_code_is_drawn_as_lines() -> None:
    drawn = qr_svg(f"{ADDRESS}/verify/{CODE}")

    assert drawn.startswith("<svg")
    assert "<path" in drawn


def test_codes_and_addresses_read_well() -> None:
    assert grouped("ABCDEFGH23456789") == "ABCD EFGH 2345 6789"
    assert address_text({"text": " 北桥路1号 "}) == "北桥路1号"
    assert address_text({"district": "汉阳区", "street": "北桥街道", "room": "101室"}) == "汉阳区北桥街道101室"
    assert address_text(None) == ""
