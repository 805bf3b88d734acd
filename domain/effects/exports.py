"""What left the system as a file, and who took it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from msgspec import Meta as Limits

from domain.case.commands import Command, Position, Sha256, ShortText
from domain.case.decide import Call
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.refusals import Invalid

EXPORTS_STREAM = uuid5(NAMESPACE, "exports")


class ExportMade(Fact, frozen=True, kw_only=True, tag="export.made"):
    """A report or register was taken out as a file.

    Attributes:
        report: which one.
        form: `csv` or `xlsx`; `zip` of a case.
        filters: what was chosen, by name; nothing personal.
        rows: how many it has.
        as_of: position of the log up to which it tells.
        sha256: of the file.
        personal: whether it holds personal data.
    """

    report: str
    form: str
    filters: dict[str, str]
    rows: int
    as_of: int
    sha256: str
    personal: bool


class RecordExport(Command, frozen=True, kw_only=True):
    """Say that a file is about to be handed out; the edge gives it in the name of whoever asked."""

    type: ClassVar[str] = "export.make@1"
    report: ShortText
    form: Literal["csv", "xlsx", "zip"]
    filters: dict[Annotated[str, Limits(max_length=40)], Annotated[str, Limits(max_length=100)]]
    rows: int
    as_of: Position
    sha256: Sha256
    personal: bool


def record(command: RecordExport, call: Call) -> list[tuple[UUID, Fact]]:
    """Record an export.

    Raises:
        Invalid: the lane is another one.
    """
    if call.lane != EXPORTS_STREAM:
        raise Invalid(where="lane")
    made = ExportMade(
        report=command.report,
        form=command.form,
        filters=command.filters,
        rows=command.rows,
        as_of=command.as_of,
        sha256=command.sha256,
        personal=command.personal,
    )
    return [(EXPORTS_STREAM, made)]
