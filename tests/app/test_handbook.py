"""The window handbook and the public guides: every item is in them, whole, and they can be opened and read aloud."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from msgspec.structs import replace

from domain.catalogue.items import ServiceItem
from domain.centre.centre import arrangement_of
from tests.app.pdftext import pages_of
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CATALOGUE, LEASE, PARTICULARS
from tests.domain.catalogue.shipped import shipped_orders
from web.results.guides import GUIDE_PT, LARGE_PT, Offer, guide, handbook
from web.results.typeset import Typesetter

RARE = ("䶮", "𬭳", "买买提·吐尔逊")
ON = date(2026, 11, 26)
OFFER = Offer(
    items=CATALOGUE.items,
    orders=shipped_orders(),
    arrangement=arrangement_of(CATALOGUE),
    centre=PARTICULARS,
    on=ON,
)


@cache
def typesetter() -> Typesetter:
    return Typesetter()


@cache
def printed() -> bytes:
    rare = replace(LEASE, plain_zh="".join(RARE))
    return typesetter().guides(handbook(replace(OFFER, items=(rare, *CATALOGUE.items[1:]))))


@cache
def handbook_pages() -> list[str]:
    return pages_of(printed())


def headed(item: ServiceItem) -> str:
    """What the first page of an item begins with; one name may be the beginning of another."""
    return squeezed(item.name_zh + item.name_en)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_handbook_names_every_item_in_its_contents_and_on_its_own_pages() -> None:
    pages = handbook_pages()

    for item in CATALOGUE.items:
        assert squeezed(item.name_zh) in pages[1], item.id
        assert sum(page.startswith(headed(item)) for page in pages) == 1, item.id


def test_each_item_has_a_spread_of_its_own() -> None:
    pages = handbook_pages()
    starts = [n for n, page in enumerate(pages, 1) for i in CATALOGUE.items if page.startswith(headed(i))]

    assert len(starts) == 43
    assert [n % 2 for n in starts] == [0] * 43
    assert all(later - earlier == 2 for earlier, later in pairwise(starts))


def test_the_handbook_has_a_title_and_contents_and_ends_with_the_spread_of_the_last_item() -> None:
    pages = handbook_pages()
    starts = [n for n, page in enumerate(pages, 1) for i in CATALOGUE.items if page.startswith(headed(i))]

    assert "43个事项" in pages[0]
    assert starts[0] == 4
    assert len(pages) - starts[-1] in (0, 1)
    assert pages[-1]


def test_the_handbook_holds_the_rare_characters() -> None:
    whole = "".join(handbook_pages())

    assert all(sign in whole for sign in RARE)
    assert "\ufffd" not in whole


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_the_pages_of_an_item_say_everything_that_the_catalogue_says(item: ServiceItem) -> None:
    pages = handbook_pages()
    start = next(n for n, page in enumerate(pages) if page.startswith(headed(item)))
    spread = "".join(pages[start : start + 2])

    wanted = [rule.zh for rule in item.eligibility]
    wanted += [material.name_zh for material in item.materials] + [step.name_zh for step in item.route]
    wanted += [*item.legal_basis, item.result.name_zh, item.department_zh, item.kind_zh]
    wanted += [f"{item.promised_working_days}个工作日" if item.promised_working_days else "当场办结"]
    assert [said for said in wanted if squeezed(said) not in spread] == []


def test_a_delegated_item_names_its_order_and_batch() -> None:
    book = handbook(OFFER)
    said = {row[2]: row[3] for item in book.items if item.name_zh == LEASE.name_zh for row in item.sections[0].rows}

    assert said["下放文件"] == "阳政办〔2025〕4号（第3批）"


def test_the_handbook_of_a_day_before_the_orders_shows_the_district_steps() -> None:
    book = handbook(replace(OFFER, on=date(2020, 1, 2)))
    (lease,) = (item for item in book.items if item.name_zh == LEASE.name_zh)
    (route,) = (section for section in lease.sections if section.title == "办理流程")

    assert ("区级审核", "区级部门审核（审批）人员", "12分钟", "计入期限") in route.rows


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
def test_the_public_guide_of_every_item_names_conditions_and_papers_in_plain_words(*, large: bool) -> None:
    for item in CATALOGUE.items:
        pages = pages_of(typesetter().guides(guide(item, OFFER, large=large)))
        whole = "".join(pages)

        wanted = [item.name_zh, *(rule.zh for rule in item.eligibility), *(m.name_zh for m in item.materials)]
        assert [said for said in wanted if squeezed(said) not in whole] == [], item.id
        assert PARTICULARS.phone.replace(" ", "") in pages[-1]


def test_large_type_is_18_points_and_every_guide_is_a_tagged_a4_pdf_in_chinese() -> None:
    assert (guide(LEASE, OFFER).type_pt, guide(LEASE, OFFER, large=True).type_pt) == (GUIDE_PT, LARGE_PT)
    assert LARGE_PT == 18
    with pikepdf.open(io.BytesIO(typesetter().guides(guide(LEASE, OFFER, large=True)))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("zh")
        assert [round(float(edge)) for edge in pdf.pages[0].mediabox] == [0, 0, 595, 842]


def test_a_demonstration_says_so_and_a_real_centre_does_not() -> None:
    real = replace(OFFER, centre=replace(PARTICULARS, is_demo=False))

    assert "示例" in "".join(pages_of(typesetter().guides(guide(LEASE, OFFER))))
    assert "示例" not in "".join(pages_of(typesetter().guides(guide(LEASE, real))))


def test_the_same_catalogue_on_the_same_day_gives_the_same_bytes() -> None:
    one = guide(LEASE, OFFER)

    assert typesetter().guides(one) == Typesetter().guides(one)


# From the command line


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_the_command_line_prints_the_handbook_of_the_centre(home: Home, tmp_path: Path) -> None:
    with home.opened():
        pass
    out = tmp_path / "book.pdf"

    said = home.types("handbook", "--out", str(out))

    assert (said.code, said.err) == (0, "")
    assert LEASE.name_zh in "".join(pages_of(out.read_bytes()))


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_the_command_line_prints_the_guide_of_one_item_and_says_what_is_not_offered(home: Home, tmp_path: Path) -> None:
    with home.opened():
        pass
    out = tmp_path / "guide.pdf"

    printed_one = home.types("handbook", "--out", str(out), "--item", LEASE.id, "--large")
    unknown = home.types("handbook", "--out", str(out), "--item", "moon")
    nowhere = home.types("handbook", "--out", str(tmp_path / "no" / "where.pdf"))
    too_large = home.types("handbook", "--out", str(out), "--large")

    assert printed_one.code == 0
    assert pages_of(out.read_bytes())[0].startswith(LEASE.name_zh)
    assert (unknown.code, unknown.err) == (1, "The centre does not offer moon today.\n")
    assert nowhere.code == 1
    assert too_large.code == 2
