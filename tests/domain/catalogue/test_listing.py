import csv
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.catalogue.listing import (
    MOST_ENTRIES,
    Fault,
    ListedItem,
    entries_from_rows,
    entry_faults,
    with_pinyin,
)

SAMPLE = Path(__file__).parents[3] / "web/demo/listing.csv"
HEADINGS = ["编号", "事项名称", "咨询部门", "咨询电话", "咨询时间", "关键词"]
ROW = ["listed-dog", "养犬登记", "公安派出所", "027-85500011", "9:00-12:00", "狗证、 养狗证；"]
ENTRY = ListedItem(
    id="listed-dog",
    name_zh="养犬登记",
    department_zh="公安派出所",
    phone="027-85500011",
    hours_zh="9:00-12:00",
    keywords=("狗证", "养狗证"),
)


def faults(*rows: list[str], headings: list[str] = HEADINGS) -> list[str]:
    return [str(fault) for fault in entries_from_rows("全部事项", [headings, *rows]).faults]


def changed(column: str, value: str) -> list[str]:
    return [value if heading == column else cell for heading, cell in zip(HEADINGS, ROW, strict=True)]


def test_the_sample_sheet_lists_ten_items() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        reading = entries_from_rows("listing.csv", list(csv.reader(file)))

    assert (len(reading.entries), reading.faults) == (10, ())
    assert len({entry.id for entry in reading.entries}) == 10


def test_columns_are_found_by_their_headings_in_any_order_and_others_are_left_alone() -> None:
    headings, row = ["备注", *HEADINGS[::-1]], ["内部用", *ROW[::-1]]

    assert entries_from_rows("", [headings, row]).entries == (ENTRY,)


def test_headings_may_be_english_and_cells_may_have_spaces_around_them() -> None:
    headings = [" Id", "NAME ", "department", "phone", "hours", "keywords"]

    assert entries_from_rows("", [headings, [f" {cell} " for cell in ROW]]).entries == (ENTRY,)


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    assert faults([], ["", " "], ROW, ROW) == ["sheet 全部事项, row 5, column 编号: listed-dog stands in row 4 already"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (changed("编号", ""), "column 编号: the cell is empty"),
        (changed("编号", "17号"), "column 编号: 17号 is no id: small letters, digits and hyphens"),
        (changed("事项名称", "养" * 201), "column 事项名称: it is longer than 200 characters"),
        (changed("事项名称", "养犬\n登记"), "column 事项名称: it holds a line break or an invisible character"),
        (
            changed("咨询电话", "2785500011"),
            "column 咨询电话: it is no telephone number: eleven digits, or a landline with its area code",
        ),
        (changed("咨询时间", "上班时间"), "column 咨询时间: it names no time, such as 9:00-12:00"),
        (ROW[:3], "column 咨询电话: the cell is empty"),
    ],
)
def test_a_fault_names_sheet_row_column_and_what_is_wrong(row: list[str], said: str) -> None:
    reading = entries_from_rows("全部事项", [HEADINGS, row])

    assert f"sheet 全部事项, row 2, {said}" in [str(fault) for fault in reading.faults]
    assert reading.entries == ()


def test_every_fault_of_every_row_is_told_at_once() -> None:
    rows = (changed("编号", ""), changed("编号", ""), changed("咨询电话", "1"), changed("咨询时间", ""))

    assert [fault.partition(": ")[0].partition(", ")[2] for fault in faults(*rows)] == [
        "row 2, column 编号",
        "row 3, column 编号",
        "row 4, column 咨询电话",
        "row 5, column 咨询时间",
        "row 5, column 编号",
    ]


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        ([heading for heading in HEADINGS if heading != "咨询电话"], "column 咨询电话: the column is missing"),
        ([*HEADINGS, "phone"], "column 咨询电话: the heading stands twice"),
        ([], "column 编号: the column is missing"),
    ],
)
def test_a_sheet_without_its_columns_is_refused_by_their_names(headings: list[str], said: str) -> None:
    assert f"sheet 全部事项, row 1, {said}" in faults(ROW, headings=headings)


def test_a_sheet_without_items_or_with_far_too_many_is_refused() -> None:
    many = [[f"listed-{n}", *ROW[1:]] for n in range(MOST_ENTRIES + 1)]

    assert faults() == ["sheet 全部事项: there is no item in it"]
    assert faults(*many) == [f"sheet 全部事项: there are more than {MOST_ENTRIES} items"]
    assert str(Fault("", 0, "", "empty")) == ": empty"


def test_an_entry_is_found_by_every_reading_of_its_name_and_keywords() -> None:
    readings = {"养犬登记": [("yangquandengji", "yqdj")], "狗证": [("gouzheng", "gz")]}
    readings["养狗证"] = [("yanggouzheng", "ygz"), ("yangouzheng", "yngz")]

    entry = with_pinyin(ENTRY, readings.__getitem__)

    assert (entry.pinyin_full, entry.pinyin_keywords) == ("yangquandengji", ("gouzheng", "yanggouzheng"))
    assert entry.pinyin_initials == ("yqdj", "gz", "ygz", "yngz")


def test_a_list_from_elsewhere_is_held_to_the_same_rules() -> None:
    assert entry_faults([ENTRY]) == ()
    assert entry_faults([ENTRY, replace(ENTRY, phone="1")]) == (
        "listed-dog stands twice",
        "listed-dog: phone: it is no telephone number: eleven digits, or a landline with its area code",
    )
