"""The hall of one day, which counters are open; and what one person has open with the centre."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.visits import facts as f


class OpenCounter(Struct, frozen=True):
    """A counter at which somebody sits, and the groups that are called there."""

    staff: UUID
    groups: tuple[str, ...]


class Hall(Struct, frozen=True):
    """The counters of one day that are open.

    Attributes:
        on: None before the first was opened.
    """

    on: date | None = None
    counters: dict[str, OpenCounter] = {}

    def counter_of(self, staff: UUID) -> str | None:
        """The counter at which somebody sits."""
        return next((id for id, one in self.counters.items() if one.staff == staff), None)


def evolve(fact: Fact, hall: Hall) -> Hall:
    """The hall after `fact`."""
    match fact:
        case f.CounterOpened():
            opened = OpenCounter(fact.staff, fact.groups)
            return replace(hall, on=fact.on, counters={**hall.counters, fact.counter: opened})
        case f.CounterClosed():
            return replace(hall, counters={id: one for id, one in hall.counters.items() if id != fact.counter})
        case _:
            return hall


class OpenVisit(Struct, frozen=True):
    """An appointment or a ticket that is not over."""

    what: str
    on: date
    group: str


class Visitor(Struct, frozen=True):
    """What one person has open, over all days and groups.

    Attributes:
        open: by id of the appointment or ticket.
        missed: days of missed appointments, in order.
    """

    open: dict[UUID, OpenVisit] = {}
    missed: tuple[date, ...] = ()

    def has(self, what: str) -> dict[UUID, OpenVisit]:
        """What is open of one kind, `appointment` or `ticket`."""
        return {id: visit for id, visit in self.open.items() if visit.what == what}


def evolve_visitor(fact: Fact, visitor: Visitor) -> Visitor:
    """The person's visits after `fact`."""
    match fact:
        case f.VisitCounted():
            counted = OpenVisit(fact.what, fact.on, fact.group)
            return replace(visitor, open={**visitor.open, fact.id: counted})
        case f.VisitSettled():
            missed = (*visitor.missed, fact.on) if fact.how == "missed" else visitor.missed
            return replace(visitor, open={id: one for id, one in visitor.open.items() if id != fact.id}, missed=missed)
        case _:
            return visitor
