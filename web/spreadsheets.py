"""Reads the sheets of a CSV or XLSX file as rows of text, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 20_000_000
MOST_UNPACKED_BYTES = 200_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 100

_MOVED = {
    **dict(zip(range(0xE78D, 0xE797), (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A)), strict=True)),
    0xE7C7: 0x1E3F,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
}
"""Characters that Python's `gb18030` still takes for private ones; GB 18030-2022 has them in their places."""


class SheetUnreadable(ValueError):
    """The file cannot be read as a spreadsheet; the message is one sentence."""


class Sheet(NamedTuple):
    """A sheet with its name; that of a CSV file is empty."""

    name: str
    rows: list[list[str]]


def sheets_of(path: Path) -> list[Sheet]:
    """The sheets of a file that have anything in them.

    Raises:
        SheetUnreadable: it is too large, damaged, or of another kind.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise SheetUnreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    if content.startswith(b"PK"):
        return _workbook(content)
    if path.suffix.lower() in (".xls", ".et", ".wps"):
        raise SheetUnreadable("This is an old kind of workbook: save it as .xlsx or .csv.")
    return [Sheet("", _csv(content))]


def _csv(content: bytes) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(_text(content), newline=""), strict=True))
    except csv.Error as error:
        raise SheetUnreadable(f"The file is no CSV: {error}.") from error
    if len(rows) > MOST_ROWS:
        raise SheetUnreadable(f"The file has more than {MOST_ROWS} rows.")
    return rows


def _text(content: bytes) -> str:
    """Excel in China saves CSV in GB 18030, most other programs in UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030").translate(_MOVED)
    except UnicodeDecodeError as error:
        raise SheetUnreadable("The file is neither UTF-8 nor GB 18030.") from error


def _workbook(content: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise SheetUnreadable("The workbook is too large once it is unpacked.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [Sheet(sheet.title, _rows(sheet)) for sheet in book.worksheets]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        if isinstance(error, SheetUnreadable):
            raise
        raise SheetUnreadable("The workbook is damaged, locked by a password, or no workbook.") from error
    return [sheet for sheet in sheets if any(any(row) for row in sheet.rows)]


def _rows(sheet: Any) -> list[list[str]]:
    """The rows down to the last that says something; workbooks often claim a million empty ones after it."""
    rows: list[list[str]] = []
    filled = 0
    for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True):
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        filled = len(rows) if cells else filled
    if filled > MOST_ROWS:
        raise SheetUnreadable(f"The sheet {sheet.title} has more than {MOST_ROWS} rows.")
    return rows[:filled]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
