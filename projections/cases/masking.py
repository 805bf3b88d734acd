"""Personal numbers of a case as whoever does not work on it sees them: cards, telephones and accounts masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from msgspec.structs import replace

from domain.catalogue.form import Field
from domain.catalogue.items import ServiceItem
from domain.identity.checks import mask_id_number, mask_phone
from projections.documents import CaseBody

Row = dict[str, Any]
"""A row of a table, by column."""

_MASKS: Mapping[str, Callable[[str], str]] = {
    "id-number": mask_id_number,
    "bank-account": mask_id_number,
    "phone": mask_phone,
}
"""Type of a field, or of a column of a table, to how its answers are masked."""


def masked(body: CaseBody, item: ServiceItem) -> CaseBody:
    """The case with every personal number of its form masked."""
    return replace(body, view=replace(body.view, answers=_masked_answers(body.view.answers, item)))


def number_at(answers: Mapping[str, Any], item: ServiceItem, where: str) -> str | None:
    """A number in full that `masked` masks; None where there is none.

    Args:
        answers: of the form, as they were given.
        item: with its form.
        where: id of a field; in a table `field.row.column`, with the row from 0.
    """
    field_id, _, cell = where.partition(".")
    field = next((one for one in item.fields if one.id == field_id), None)
    if field is None:
        return None
    if not cell:
        found = answers.get(field_id) if field.type in _MASKS else None
    else:
        row, _, column = cell.partition(".")
        found = _cell(answers.get(field_id), row, column) if column in _columns(field) else None
    return found if isinstance(found, str) and found else None


def _masked_answers(answers: dict[str, Any], item: ServiceItem) -> dict[str, Any]:
    found = dict(answers)
    for field in item.fields:
        answer = answers.get(field.id)
        if field.type in _MASKS and isinstance(answer, str):
            found[field.id] = _MASKS[field.type](answer)
        elif field.type == "table" and answer is not None:
            found[field.id] = [_masked_row(row, _columns(field)) for row in _rows(answer)]
    return found


def _masked_row(row: Row, columns: Mapping[str, str]) -> Row:
    return {
        name: _MASKS[columns[name]](value) if name in columns and isinstance(value, str) else value
        for name, value in row.items()
    }


def _columns(field: Field) -> dict[str, str]:
    return {column.id: column.type for column in field.columns if column.type in _MASKS}


def _rows(answer: Any) -> list[Row]:
    """The rows of a table; none where it is not answered."""
    return cast("list[Row]", answer) if isinstance(answer, list) else []


def _cell(table: Any, row: str, column: str) -> Any:
    rows = _rows(table)
    return rows[int(row)].get(column) if row.isascii() and row.isdigit() and int(row) < len(rows) else None
