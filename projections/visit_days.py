"""One day of the hall as it is shown: everything that documents about its visits are made from."""

from __future__ import annotations

from datetime import date, datetime
from math import ceil
from statistics import median
from uuid import UUID, uuid5

from msgspec import Struct

from domain.visits.hall import Hall
from domain.visits.line import Line, Ticket
from domain.visits.order import in_order
from domain.visits.reception import Rules, hall_stream, line_stream
from projections.documents import Text
from projections.visit_bodies import ToldBody

OFFICE = "office:street"
PANEL = "panel"
"""Scope of the wall screen; no device of a person holds it."""

PACE_OF = 10
"""Last visits of a group from which its pace is taken."""


class Stand(Struct, frozen=True):
    """Which day, and which group of it, a stream belongs to; the group is empty for the hall."""

    on: date
    group: str = ""


class Told(Struct, frozen=True, kw_only=True):
    """What a group was called and how it was run when its day began; later plans are for later days."""

    name: Text
    seconds: int
    rules: Rules


class Day(Struct, frozen=True, kw_only=True):
    """Everything that documents of one day are made from.

    Attributes:
        position: of the last fact folded.
        groups: as first met on that day, by id.
        counters: names of counters as first met.
        changed_at: of each ticket, when it last changed.
        called_at: of each ticket, when it was last called.
        started_at: of each ticket that is served, since when.
        paces: seconds of the last visits, by group.
        contacts: appointments with a sealed contact.
        why: of cancelled appointments.
        names: of staff who called or sat at counters.
        about: the appointment or ticket that a fact concerns of which somebody may be told, by its position.
        told: what was told of an appointment or ticket, by the notice's stream and the fact's position.
    """

    on: date
    position: int = 0
    lines: dict[str, Line] = {}
    hall: Hall = Hall()
    groups: dict[str, Told] = {}
    counters: dict[str, Text] = {}
    changed_at: dict[UUID, datetime] = {}
    called_at: dict[UUID, datetime] = {}
    started_at: dict[UUID, datetime] = {}
    paces: dict[str, tuple[int, ...]] = {}
    contacts: tuple[UUID, ...] = ()
    why: dict[UUID, str] = {}
    names: dict[UUID, str] = {}
    about: dict[int, UUID] = {}
    told: dict[UUID, dict[str, ToldBody]] = {}

    @property
    def is_over(self) -> bool:
        """Whether every line of the day is closed."""
        return bool(self.lines) and all(line.is_closed for line in self.lines.values())

    def told_of(self, id: UUID) -> tuple[ToldBody, ...]:
        """What was told of an appointment or ticket, the first first."""
        return tuple(sorted(self.told.get(id, {}).values(), key=lambda one: (one.position, one.kind)))

    def line_with(self, ticket: UUID) -> Line:
        """The line on which a ticket stands."""
        return next(line for line in self.lines.values() if ticket in line.tickets)

    def waiting(self, group: str) -> list[tuple[UUID, Ticket]]:
        """Who waits for the counters of a group, in order."""
        streams = {line_stream(self.on, id): line for id, line in self.lines.items()}
        return [(one.id, one.ticket) for one in in_order(streams) if one.ticket.group == group]

    def open_for(self, group: str) -> tuple[str, ...]:
        """Open counters that call a group."""
        return tuple(sorted(id for id, one in self.hall.counters.items() if group in one.groups))

    def seconds_each(self, group: str) -> int:
        """How long a visit takes: the middle one of the last, or what the plan expects."""
        paces = self.paces.get(group, ())
        return round(median(paces)) if paces else self.groups[group].seconds

    def wait_minutes(self, group: str, ahead: int) -> int | None:
        """Minutes until so many have been called, None while no counter is open."""
        counters = len(self.open_for(group))
        return ceil(ahead * self.seconds_each(group) / counters / 60) if counters else None


def counter_id(on: date, counter: str) -> UUID:
    """Id of the document of a counter on a day."""
    return uuid5(hall_stream(on), counter)
