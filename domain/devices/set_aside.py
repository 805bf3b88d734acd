"""Work that was not done: what became of a command that was refused, in conflict or quarantined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.actors import Actor, Role
from domain.case.commands import Command
from domain.facts import Fact
from domain.rights.table import require
from domain.staff.staff import Staff

Became = Literal["open", "withdrawn", "superseded", "handed"]


class SetAsideSettled(Fact, frozen=True, kw_only=True, tag="set-aside.settled"):
    """The author said what becomes of a command that was not done.

    Attributes:
        author: who had given it.
        intent: its id.
        became: `withdrawn`, `superseded` by another command, or `handed` to the desk.
        by: the command that took its place.
        office: the desk that has it now.
    """

    author: UUID
    intent: UUID
    became: Became
    by: UUID | None = None
    office: str = ""


class SettleSetAside(Command, frozen=True, kw_only=True):
    """Say what becomes of a command; the lane is its set-aside stream."""

    type: ClassVar[str] = "set-aside.settle@1"
    author: UUID
    intent: UUID
    became: Became
    by: UUID | None = None
    office: str = ""


class SetAside(Struct, frozen=True, kw_only=True):
    """What became of the command so far."""

    became: Became = "open"
    by: UUID | None = None
    office: str = ""


def set_aside_stream(author: UUID, intent: UUID) -> UUID:
    """The stream on which stands what became of a command."""
    return uuid5(author, f"set-aside {intent.hex}")


def settle(
    command: SettleSetAside, stream: UUID, now: SetAside, by: Actor, *, author: Staff
) -> Iterable[tuple[UUID, Fact]]:
    """Record the choice; the same one again records nothing.

    Raises:
        Forbidden: it is somebody else's, was not handed to the desk of this person, and is no colleague's of a lead.
    """
    is_the_desks = now.became == "handed" and now.office == by.office and not by.is_resident
    is_a_colleagues = author.id is not None and author.office == by.office and Role.LEAD in by.roles
    require(command.act, by, own=by.id == command.author or is_the_desks or is_a_colleagues)
    wanted = SetAside(became=command.became, by=command.by, office=command.office)
    if wanted == now:
        return []
    settled = SetAsideSettled(
        author=command.author, intent=command.intent, became=command.became, by=command.by, office=command.office
    )
    return [(stream, settled)]


def evolve(fact: Fact, now: SetAside) -> SetAside:
    """What became of the command after `fact`."""
    if isinstance(fact, SetAsideSettled):
        return SetAside(became=fact.became, by=fact.by, office=fact.office)
    return now
