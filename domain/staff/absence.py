"""Commands on being away: by the person or by a lead; the lane is the stream of whoever is away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.case.commands import Command
from domain.facts import Fact
from domain.refusals import AbsenceWrong, NotFound
from domain.rights.table import require
from domain.staff.staff import Staff, StaffAbsent, StaffBack


class BeAbsent(Command, frozen=True, kw_only=True):
    """Say that somebody will be away.

    Attributes:
        first: first day away, local.
        last: last day away, local.
        substitute: a colleague who takes what comes back.
    """

    type: ClassVar[str] = "staff.be-absent@1"
    first: date
    last: date
    substitute: UUID | None = None


class EndAbsence(Command, frozen=True, kw_only=True):
    """Say that somebody is back today, or will not be away after all."""

    type: ClassVar[str] = "staff.end-absence@1"


def be_absent(
    command: BeAbsent, person: UUID, *, by: Actor, staff: Staff, substitute: Staff, today: date
) -> Iterable[tuple[UUID, Fact]]:
    """Record the absence.

    Raises:
        Forbidden: neither the person nor a lead says so.
        NotFound: nobody of that id works here.
        AbsenceWrong: it ends before it begins or is over, or the substitute is the person, unknown or away too.
    """
    _require_right(command, person, by, staff)
    if command.last < command.first or command.last < today:
        raise AbsenceWrong(why="days")
    if command.substitute is not None:
        if command.substitute == person or substitute.id is None:
            raise AbsenceWrong(why="substitute")
        if substitute.absence(command.first) or substitute.absence(command.last):
            raise AbsenceWrong(why="substitute-away")
    return [(person, StaffAbsent(first=command.first, last=command.last, substitute=command.substitute))]


def end_absence(
    command: EndAbsence, person: UUID, *, by: Actor, staff: Staff, today: date
) -> Iterable[tuple[UUID, Fact]]:
    """Record that they are back; nothing where they were not to be away.

    Raises:
        Forbidden: neither the person nor a lead says so.
        NotFound: nobody of that id works here.
    """
    _require_right(command, person, by, staff)
    return [(person, StaffBack(on=today))] if any(one.last >= today for one in staff.absences) else []


def _require_right(command: Command, person: UUID, by: Actor, staff: Staff) -> None:
    require(command.act, by, own=by.id == person)
    if staff.id is None:
        raise NotFound
