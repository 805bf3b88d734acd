"""Items that the centre does but has no handbook page for yet: listed with whom to ask, and not filed online.

A centre's whole list (217 items are common) comes as a spreadsheet. `entries_from_rows` reads its rows and names every
fault by sheet, row and column, so that whoever keeps the sheet can mend it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.identity.checks import phone

MOST_TEXT = 200
MOST_ENTRIES = 2_000
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SPLIT = re.compile(r"[、;；,，]")
_WORKDAY_SHIFT = re.compile(r"[0-2]?[0-9][:：][0-5][0-9]")


class ListedItem(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A service item of which only the summary is known (仅列目录的事项).

    Attributes:
        id: short Latin id, such as `listed-017`; the same item keeps it from list to list.
        department_zh: whom to ask.
        phone: of the department.
        hours_zh: when somebody is there, in words.
        place_zh: where, in words.
        plain_zh: what it is about, in plain words.
        keywords: under which people look for it.
        pinyin_initials: of the name and of each of `keywords`; `pinyin_full` of the name, `pinyin_keywords` of the
            others.
    """

    id: str
    name_zh: str
    name_en: str = ""
    department_zh: str
    phone: str
    hours_zh: str
    place_zh: str = ""
    plain_zh: str = ""
    keywords: tuple[str, ...] = ()
    pinyin_initials: tuple[str, ...] = ()
    pinyin_full: str = ""
    pinyin_keywords: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column of the sheet.

    Attributes:
        headings: what its first cell may say.
        field: of `ListedItem`.
    """

    headings: tuple[str, ...]
    field: str
    required: bool


COLUMNS = (
    Column(("编号", "id"), "id", required=True),
    Column(("事项名称", "name"), "name_zh", required=True),
    Column(("英文名称", "name in English"), "name_en", required=False),
    Column(("咨询部门", "department"), "department_zh", required=True),
    Column(("咨询电话", "phone"), "phone", required=True),
    Column(("咨询时间", "hours"), "hours_zh", required=True),
    Column(("办理地点", "place"), "place_zh", required=False),
    Column(("说明", "about"), "plain_zh", required=False),
    Column(("关键词", "keywords"), "keywords", required=False),
)
"""The columns by their first row, in any order; others are left alone."""


class Fault(Struct, frozen=True):
    """What is wrong with a sheet.

    Attributes:
        row: as the spreadsheet numbers it, from 1; 0 for the sheet as a whole.
        column: its heading, empty for the whole row.
        what: in words.
    """

    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        """One line for a terminal."""
        where = [f"sheet {self.sheet}"] if self.sheet else []
        where += [f"row {self.row}"] if self.row else []
        where += [f"column {self.column}"] if self.column else []
        return f"{', '.join(where)}: {self.what}"


class Reading(NamedTuple):
    """What a sheet says."""

    entries: tuple[ListedItem, ...]
    faults: tuple[Fault, ...]


def entries_from_rows(sheet: str, rows: Sequence[Sequence[str]]) -> Reading:
    """The items of a sheet, and everything wrong with it; a row with a fault gives no item.

    Args:
        sheet: its name.
        rows: cells as text, the headings in the first row; empty rows are passed over.
    """
    headings = [cell.strip() for cell in rows[0]] if rows else []
    places, faults = _places(sheet, headings)
    if faults:
        return Reading((), tuple(faults))
    entries: list[ListedItem] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = {field: _cell(row, at) for field, at in places.items()}
        if not any(cells.values()):
            continue
        wrong = list(_row_faults(sheet, number, cells, headings, places, seen))
        faults += wrong
        seen.setdefault(cells["id"], number)
        if not wrong:
            entries.append(_entry(cells))
    if not entries and not faults:
        faults.append(Fault(sheet, 0, "", "there is no item in it"))
    if len(entries) > MOST_ENTRIES:
        faults.append(Fault(sheet, 0, "", f"there are more than {MOST_ENTRIES} items"))
    return Reading(tuple(entries), tuple(faults))


def with_pinyin(entry: ListedItem, spell: Callable[[str], Sequence[tuple[str, str]]]) -> ListedItem:
    """The entry with the readings under which it is found.

    Args:
        entry: as read from the sheet.
        spell: gives every way to read words, each in full and by its initials, the likeliest first.
    """
    readings = [spell(word) for word in (entry.name_zh, *entry.keywords)]
    full = [ways[0][0] for ways in readings]
    return replace(
        entry,
        pinyin_full=full[0],
        pinyin_initials=tuple(dict.fromkeys(initials for ways in readings for _, initials in ways)),
        pinyin_keywords=tuple(full[1:]),
    )


def entry_faults(entries: Sequence[ListedItem]) -> tuple[str, ...]:
    """What is wrong with a list that came in another way than by a sheet, each as `where: what`."""
    return tuple(_entry_faults(entries))


def _entry_faults(entries: Sequence[ListedItem]) -> Iterator[str]:
    ids = [entry.id for entry in entries]
    for id in dict.fromkeys(id for id in ids if ids.count(id) > 1):
        yield f"{id} stands twice"
    for entry in entries:
        for column in COLUMNS:
            value = getattr(entry, column.field)
            for what in _value_faults(column, value if isinstance(value, str) else "、".join(value)):
                yield f"{entry.id}: {column.field}: {what}"


def _places(sheet: str, headings: Sequence[str]) -> tuple[dict[str, int], list[Fault]]:
    places: dict[str, int] = {}
    faults: list[Fault] = []
    for column in COLUMNS:
        found = [at for at, heading in enumerate(headings) if heading.casefold() in _folded(column)]
        if len(found) > 1:
            faults.append(Fault(sheet, 1, column.headings[0], "the heading stands twice"))
        if found:
            places[column.field] = found[0]
        elif column.required:
            faults.append(Fault(sheet, 1, column.headings[0], "the column is missing"))
    return places, faults


def _folded(column: Column) -> tuple[str, ...]:
    return tuple(heading.casefold() for heading in column.headings)


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _row_faults(
    sheet: str,
    number: int,
    cells: dict[str, str],
    headings: Sequence[str],
    places: dict[str, int],
    seen: dict[str, int],
) -> Iterator[Fault]:
    for column in COLUMNS:
        if column.field not in places:
            continue
        for what in _value_faults(column, cells[column.field]):
            yield Fault(sheet, number, headings[places[column.field]], what)
    if cells["id"] and cells["id"] in seen:
        yield Fault(sheet, number, headings[places["id"]], f"{cells['id']} stands in row {seen[cells['id']]} already")


def _value_faults(column: Column, value: str) -> Iterator[str]:
    if not value:
        if column.required:
            yield "the cell is empty"
        return
    if len(value) > MOST_TEXT:
        yield f"it is longer than {MOST_TEXT} characters"
    if any(not sign.isprintable() for sign in value):
        yield "it holds a line break or an invisible character"
    if column.field == "id" and not _ID.fullmatch(value):
        yield f"{value[:MOST_TEXT]} is no id: small letters, digits and hyphens"
    if column.field == "phone" and not phone(value.replace(" ", "")):
        yield "it is no telephone number: eleven digits, or a landline with its area code"
    if column.field == "hours_zh" and not _WORKDAY_SHIFT.search(value):
        yield "it names no time, such as 9:00-12:00"


def _entry(cells: dict[str, str]) -> ListedItem:
    keywords = tuple(word for part in _SPLIT.split(cells.get("keywords", "")) if (word := part.strip()))
    return msgspec.convert({**cells, "keywords": keywords}, ListedItem)
