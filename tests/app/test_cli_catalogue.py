"""`doorstep catalogue`: checked and published from files, on a centre of either engine."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from domain.centre.centre import LISTING_STREAM
from store.states import PUBLISHED
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import HARDSHIP, LEASE
from tests.domain.catalogue.shipped import SOURCE

DEMO = SOURCE.parent
LISTING = DEMO / "listing.csv"
ITEM = "elder-card"


@pytest.fixture
def centre(home: Home) -> Home:
    """A centre that offers two items."""
    with home.opened():
        pass
    return home


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes the demo catalogue with some of its items, changed."""

    def write(*items: str, name: str = "catalogue.yaml", orders: Any = None, **changes: Any) -> Path:
        source = yaml.load(SOURCE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        kept = [item for item in source["items"] if item["id"] in items]
        source["items"] = [{**item, **changes} for item in kept]
        path = tmp_path / name
        path.write_text(yaml.safe_dump({**source, **({"orders": orders} if orders else {})}, allow_unicode=True))
        return path

    return write


def versions(home: Home, item: str) -> list[int]:
    with home.opened() as premises:
        return list(premises.centre.versions(item))


def test_a_sound_file_is_found_well_and_nothing_is_published(centre: Home, file: Callable[..., Path]) -> None:
    said = centre.types("catalogue", "check", str(file(LEASE.id, ITEM)))

    assert (said.code, said.out) == (0, "All is well: 2 items, 3 test cases, 0 orders.\n")
    assert versions(centre, ITEM) == []


def test_what_is_new_is_published_once(centre: Home, file: Callable[..., Path]) -> None:
    path = file(LEASE.id, ITEM)

    first = centre.types("catalogue", "publish", str(path))
    again = centre.types("catalogue", "publish", str(path))

    assert (first.code, first.out) == (0, f"The arrangement\n{ITEM} version 1\n")
    assert (again.code, again.out) == (0, "Everything in it is published already.\n")
    assert versions(centre, ITEM) == [1]


def test_a_failing_test_case_is_named_and_nothing_is_published(centre: Home, file: Callable[..., Path]) -> None:
    trial: dict[str, Any] = {
        "name": "没有材料",
        "at": "2026-11-23T10:00",
        "answers": {},
        "problems": None,
        "materials": [],
    }
    path = file(ITEM, trials=[trial])

    said = centre.types("catalogue", "publish", str(path))

    assert said.code == 1
    assert f"{ITEM} version 1: 没有材料: materials: expected , found id-card" in said.out
    assert said.out.endswith("findings: nothing was published.\n")
    assert versions(centre, ITEM) == []


def test_a_version_that_says_something_else_needs_a_higher_number(centre: Home, file: Callable[..., Path]) -> None:
    path = file(LEASE.id, plain_zh="别的话")

    said = centre.types("catalogue", "check", str(path))
    higher = centre.types("catalogue", "publish", str(file(LEASE.id, plain_zh="别的话", version=2)))

    assert said.code == 1
    assert "house-lease-filing version 1: that version was published with other content" in said.out
    assert higher.code == 0
    assert versions(centre, LEASE.id) == [1, 2]


def test_a_planned_day_goes_with_the_item(centre: Home, file: Callable[..., Path]) -> None:
    path = file(LEASE.id, version=2, effective_on="2027-01-01")

    assert centre.types("catalogue", "publish", str(path)).code == 0

    with centre.opened() as premises:
        days = {"2026-12-31": None, "2027-01-01": None}
        found = {day: premises.centre.in_force(LEASE.id, on=premises.clock().date().fromisoformat(day)) for day in days}
    assert found == {"2026-12-31": 1, "2027-01-01": 2}


def test_orders_are_published_with_or_without_a_catalogue(
    centre: Home, file: Callable[..., Path], tmp_path: Path
) -> None:
    orders = yaml.safe_load((DEMO / "delegation.yaml").read_text(encoding="utf-8"))["orders"]
    of_hardship = {**orders[1], "items": [one for one in orders[1]["items"] if one["item"] == HARDSHIP.id]}
    alone = tmp_path / "orders.yaml"
    alone.write_text(yaml.safe_dump({"orders": [of_hardship]}, allow_unicode=True))

    first = centre.types("catalogue", "publish", str(alone))
    again = centre.types("catalogue", "publish", str(file(HARDSHIP.id, orders=[of_hardship])))

    assert (first.code, first.out) == (0, "Order 阳政办〔2024〕13号\n")
    assert again.out == "The arrangement\n"


def test_an_order_about_unknown_items_is_found(centre: Home, tmp_path: Path) -> None:
    said = centre.types("catalogue", "check", str(DEMO / "delegation.yaml"))

    assert said.code == 1
    assert "order 阳政办〔2023〕21号: items: subsistence-allowance: there is no such item" in said.out


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- 1\n", "holds no catalogue."),
        ("a: [\n", "is no YAML: "),
        ("items: []\n", ": the file: there is no field_sets."),
        ("orders: [{number: 1}]\n", ": orders: "),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_in_one_sentence(
    centre: Home, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content)

    ended = centre.types("catalogue", "check", str(path))

    assert ended.code == 1
    assert ended.err.startswith("wrong.yaml")
    assert said in ended.err
    assert ended.err.count("\n") == 1


# The list


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def rows() -> list[list[Any]]:
    return [list(row) for row in csv.reader(io.StringIO(LISTING.read_text(encoding="utf-8")))]


def listed(home: Home) -> list[str]:
    with home.opened() as premises:
        return list(premises.centre.state(LISTING_STREAM, PUBLISHED).listing)


def test_a_spreadsheet_becomes_the_list_and_a_second_one_replaces_it(centre: Home, tmp_path: Path) -> None:
    first = centre.types("catalogue", "import-summaries", str(LISTING))
    second = centre.types(
        "catalogue", "import-summaries", str(workbook(tmp_path / "list.xlsx", 一=rows()[:3], 二=[rows()[0], rows()[4]]))
    )

    assert (first.code, first.out) == (0, "10 items are listed.\n")
    assert (second.code, second.out) == (0, "3 items are listed.\n")
    assert listed(centre) == [rows()[n][0] for n in (1, 2, 4)]


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_the_listed_items_are_found_by_pinyin(centre: Home) -> None:
    centre.types("catalogue", "import-summaries", str(LISTING))

    with centre.opened() as premises:
        entry = premises.centre.state(LISTING_STREAM, PUBLISHED).listing["listed-dog-licence"]
    assert entry.pinyin_full == "yangquandengji"
    assert {"yqdj", "ygz"} <= set(entry.pinyin_initials)


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_each_fault_names_sheet_row_column_and_nothing_is_changed(centre: Home, tmp_path: Path) -> None:
    centre.types("catalogue", "import-summaries", str(LISTING))
    wrong = rows()
    wrong[2][4] = 2785500012.0
    wrong[5][0] = ""
    path = workbook(tmp_path / "wrong.xlsx", 事项=wrong, 重复=rows()[:2])

    said = centre.types("catalogue", "import-summaries", str(path))

    assert said.code == 1
    assert said.out.splitlines() == [
        "sheet 事项, row 3, column 咨询电话: it is no telephone number: "
        "eleven digits, or a landline with its area code",
        "sheet 事项, row 6, column 编号: the cell is empty",
        "sheet 重复: listed-dog-licence stands in sheet 事项 already",
        "3 faults: the list was not changed.",
    ]
    assert len(listed(centre)) == 10


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_file_that_is_no_spreadsheet_is_refused_in_one_sentence(centre: Home, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")

    said = centre.types("catalogue", "import-summaries", str(path))

    assert (said.code, said.err) == (1, "The workbook is damaged, locked by a password, or no workbook.\n")
