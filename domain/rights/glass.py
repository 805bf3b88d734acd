"""Break-glass: staff who may not see a case open it all the same, for a reason and a few hours, and it shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.commands.base import Command, Reason
from domain.facts import Fact, Sealed

GLASS_HOURS = 4
"""Enough for an emergency at the counter, and over before the next day."""


class GlassBroken(Fact, frozen=True, kw_only=True, tag="glass.broken"):
    """A member of staff opened a case that is not theirs to see, for a reason.

    Attributes:
        record: the case.
        until: when they may no longer see it, UTC.
        reason: sealed under the applicant's key, who may read it.
    """

    record: UUID
    until: datetime
    reason: Sealed


class BreakGlass(Command, frozen=True, kw_only=True):
    """Open a case that one may not see otherwise; the applicant and the lead can read who did, and why."""

    type: ClassVar[str] = "case.break-glass@1"
    reason: Reason


class Glass(Struct, frozen=True):
    """Who has opened a case so: person to the end of it."""

    open_until: dict[UUID, datetime] = {}

    def is_open(self, person: UUID, *, now: datetime) -> bool:
        """Whether the person may see the case for that reason."""
        until = self.open_until.get(person)
        return until is not None and now < until


def glass_stream(case: UUID) -> UUID:
    """The stream of a case's broken glass, apart from the case so that it disturbs no decision."""
    return uuid5(case, "glass")


def evolve(fact: Fact, glass: Glass, *, by: UUID) -> Glass:
    """Who has opened the case after `fact`, recorded by the person `by`."""
    return Glass({**glass.open_until, by: fact.until}) if isinstance(fact, GlassBroken) else glass


def broken(command: BreakGlass, case: UUID, *, applicant: UUID, now: datetime) -> GlassBroken:
    """What is recorded."""
    reason = Sealed(applicant, value=command.reason.strip())
    return GlassBroken(record=case, until=now + timedelta(hours=GLASS_HOURS), reason=reason)
