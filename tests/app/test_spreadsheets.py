"""Sheets as other programs save them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from web import spreadsheets
from web.spreadsheets import Sheet, SheetUnreadable, sheets_of


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_programs_save_it_in(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path / "a.csv", '编号,名称\r\n1,"王䶮, 孙𬭳"\r\n'.encode(encoding))

    assert sheets_of(path) == [Sheet("", [["编号", "名称"], ["1", "王䶮, 孙𬭳"]])]


def test_characters_that_gb_18030_has_moved_are_read_in_their_new_places(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", b"\xfe\x59\xa6\xd9\xa8\xbc")

    assert sheets_of(path)[0].rows == [["\u9fb4\ufe10\u1e3f"]]


def test_cells_of_a_workbook_become_text_and_empty_sheets_and_rows_are_left_out(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "事项"
    sheet.append(["编号", 13800000001, 86.5, None, date(2026, 11, 23), True])
    sheet.cell(row=900, column=3).value = None
    book.create_sheet("空")
    path = tmp_path / "a.xlsx"
    book.save(path)

    assert sheets_of(path) == [Sheet("事项", [["编号", "13800000001", "86.5", "", "2026-11-23T00:00:00", "True"]])]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "This is an old kind of workbook: save it as .xlsx or .csv."),
        ("a.xlsx", b"PK\x03\x04", "The workbook is damaged, locked by a password, or no workbook."),
        ("a.csv", b'a,"b\n', "The file is no CSV: unexpected end of data."),
        ("a.csv", b"\x81\x20\xff", "The file is neither UTF-8 nor GB 18030."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        sheets_of(saved(tmp_path / name, content))

    assert str(refusal.value) == said


def test_files_that_are_far_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    book = Workbook()
    for _ in range(4):
        book.worksheets[0].append(["x"])
    book.save(tmp_path / "rows.xlsx")

    with pytest.raises(SheetUnreadable, match="more than 3 rows"):
        sheets_of(tmp_path / "rows.xlsx")
    with pytest.raises(SheetUnreadable, match="more than 3 rows"):
        sheets_of(saved(tmp_path / "rows.csv", b"x\n" * 4))
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED_BYTES", 100)
    with pytest.raises(SheetUnreadable, match="too large once it is unpacked"):
        sheets_of(tmp_path / "rows.xlsx")
    monkeypatch.setattr(spreadsheets, "MOST_BYTES", 3)
    with pytest.raises(SheetUnreadable, match="larger than"):
        sheets_of(tmp_path / "rows.csv")
