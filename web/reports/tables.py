"""Tables as CSV and XLSX, safe to open: nothing that somebody wrote into a form is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | None

BOM = "\ufeff"
"""Office programs take a CSV file for UTF-8 only if it begins with this."""

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]")
"""How a text begins that a spreadsheet may calculate (OWASP, CSV injection), full-width signs among them."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that a workbook, being XML, cannot hold."""
WIDEST, NARROWEST = 48, 8


class Table(Struct, frozen=True):
    """Rows under columns, with a title for the sheet."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def as_csv(table: Table) -> bytes:
    """The table as CSV in UTF-8 (RFC 4180)."""
    out = io.StringIO()
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_defused(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """The table as a workbook of one sheet, with its first row fixed; every text is a text."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(table.title[:31])  # of a kind that the stubs describe in part
    sheet.freeze_panes = "A2"
    for at, width in enumerate(_widths(table), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.append([_cell(sheet, name, head=True) for name in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _defused(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = _UNPRINTABLE.sub("", cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _cell(sheet: Any, value: Cell, *, head: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, _UNPRINTABLE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = would be written as a formula
    if head:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _widths(table: Table) -> Iterable[int]:
    for at, name in enumerate(table.columns):
        longest = max([len(name), *(_breadth(row[at]) for row in table.rows[:200])])
        yield min(WIDEST, max(NARROWEST, longest + 2))


def _breadth(cell: Cell) -> int:
    """How wide a value is drawn; Chinese characters take two places."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(cell if cell is not None else ""))
