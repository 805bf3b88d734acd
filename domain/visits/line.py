"""The line of one day and group: its appointments and its tickets, folded from facts; it only assigns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.visits import facts as f
from domain.visits.facts import Matter
from domain.visits.reception import Rules


def caller_of(appointment: UUID) -> UUID:
    """The person for whom staff book an appointment and of whom they have no more than a name and a telephone."""
    return uuid5(appointment, "visitor")


class AppointmentStatus(StrEnum):
    """Where an appointment stands; only a booked one holds its place in the slot open."""

    BOOKED = "booked"
    CAME = "came"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    MISSED = "missed"
    FINISHED = "finished"
    LEFT = "left"


AT_COUNTER = frozenset({TicketStatus.CALLED, TicketStatus.SERVING})
OVER = frozenset({TicketStatus.FINISHED, TicketStatus.LEFT})


class Appointment(Struct, frozen=True, kw_only=True):
    """An appointment as decisions see it.

    Attributes:
        ticket: with which it was checked in.
    """

    person: UUID
    starts: datetime
    ends: datetime
    number: str
    matters: tuple[Matter, ...]
    channel: str
    status: AppointmentStatus = AppointmentStatus.BOOKED
    ticket: UUID | None = None

    def is_of_a_caller(self, id: UUID) -> bool:
        """Whether staff booked it, as the appointment `id`, for somebody who never signed in."""
        return self.person == caller_of(id)

    def check_in_from(self, rules: Rules) -> datetime:
        """From when on its person can check in."""
        return self.starts - timedelta(minutes=rules.early_minutes)

    def kept_until(self, rules: Rules) -> datetime:
        """Until when its place is kept."""
        return self.ends + timedelta(minutes=rules.grace_minutes)

    @property
    def takes_place(self) -> bool:
        """Whether it uses up a place of its slot: also once its person has come, or has not."""
        return self.status not in (AppointmentStatus.MOVED, AppointmentStatus.CANCELLED)


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket as decisions see it.

    Attributes:
        serial: place among the tickets of the line, from 1.
        since: when the visitor came, or joined the line again.
        rank: orders the line, see `domain.visits.order`.
        group: whose counters call it; another than the line's own after a transfer.
        counter: where it is called or served; while it waits the only counter that may call it, empty for any.
        staff: who called it last.
        calls: how often it was called since it last waited.
        done: items that are dealt with.
    """

    number: str
    serial: int
    person: UUID | None
    matters: tuple[Matter, ...]
    channel: str
    has_priority: bool
    appointment: UUID | None
    since: datetime
    rank: datetime
    group: str
    status: TicketStatus = TicketStatus.WAITING
    counter: str = ""
    staff: UUID | None = None
    served_by: tuple[UUID, ...] = ()
    calls: int = 0
    rejoins: int = 0
    done: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.status in OVER

    @property
    def open_items(self) -> tuple[str, ...]:
        """Items that are still to be dealt with."""
        return tuple(matter.item for matter in self.matters if matter.item and matter.item not in self.done)


class Line(Struct, frozen=True, kw_only=True):
    """One day and group.

    Attributes:
        on: None before anything happened in it.
        bookings: how often a place was given, moves within the line included; numbers of appointments count these.
        is_stopped: no more numbers are given out.
        is_closed: the day is over.
    """

    on: date | None = None
    group: str = ""
    bookings: int = 0
    appointments: dict[UUID, Appointment] = {}
    tickets: dict[UUID, Ticket] = {}
    is_stopped: bool = False
    is_closed: bool = False

    def taken(self, starts: datetime) -> int:
        """How many appointments use up places of the slot that begins at an instant."""
        return sum(one.starts == starts and one.takes_place for one in self.appointments.values())

    @property
    def booked(self) -> dict[UUID, Appointment]:
        """Appointments whose person is still expected."""
        return {id: one for id, one in self.appointments.items() if one.status is AppointmentStatus.BOOKED}

    @property
    def open_tickets(self) -> dict[UUID, Ticket]:
        """Tickets that somebody must still do something with, in the order in which they were taken."""
        return {id: one for id, one in self.tickets.items() if not one.is_over}


def evolve(fact: Fact, line: Line, *, by: UUID) -> Line:
    """The line after `fact`, recorded by the person `by`.

    Raises:
        KeyError: the fact does not belong on a line (a defect).
    """
    return _APPLY[type(fact)](fact, line, by)


def _booked(fact: f.AppointmentBooked, line: Line, _by: UUID) -> Line:
    booked = Appointment(
        person=fact.person,
        starts=fact.starts,
        ends=fact.ends,
        number=fact.number,
        matters=fact.matters,
        channel=fact.channel,
    )
    known = {**line.appointments, fact.appointment: booked}
    return replace(line, on=fact.on, group=fact.group, bookings=line.bookings + 1, appointments=known)


def _appointment(line: Line, id: UUID, **changes: Any) -> Line:
    return replace(line, appointments={**line.appointments, id: replace(line.appointments[id], **changes)})


def _moved(fact: f.AppointmentMoved, line: Line, _by: UUID) -> Line:
    return _appointment(line, fact.appointment, status=AppointmentStatus.MOVED)


def _cancelled(fact: f.AppointmentCancelled, line: Line, _by: UUID) -> Line:
    return _appointment(line, fact.appointment, status=AppointmentStatus.CANCELLED)


def _appointment_missed(fact: f.AppointmentMissed, line: Line, _by: UUID) -> Line:
    return _appointment(line, fact.appointment, status=AppointmentStatus.MISSED)


def _taken(fact: f.TicketTaken, line: Line, _by: UUID) -> Line:
    ticket = Ticket(
        number=fact.number,
        serial=len(line.tickets) + 1,
        person=fact.person,
        matters=fact.matters,
        channel=fact.channel,
        has_priority=fact.has_priority,
        appointment=fact.appointment,
        since=fact.since,
        rank=fact.rank,
        group=fact.group,
    )
    line = replace(line, on=fact.on, group=fact.group, tickets={**line.tickets, fact.ticket: ticket})
    if fact.appointment is None:
        return line
    return _appointment(line, fact.appointment, status=AppointmentStatus.CAME, ticket=fact.ticket)


def _ticket(line: Line, id: UUID, **changes: Any) -> Line:
    return replace(line, tickets={**line.tickets, id: replace(line.tickets[id], **changes)})


def _prioritised(fact: f.TicketPrioritised, line: Line, _by: UUID) -> Line:
    return _ticket(line, fact.ticket, has_priority=True, rank=fact.rank)


def _called(fact: f.TicketCalled, line: Line, _by: UUID) -> Line:
    return _ticket(
        line, fact.ticket, status=TicketStatus.CALLED, counter=fact.counter, staff=fact.staff, calls=fact.call
    )


def _missed(fact: f.TicketMissed, line: Line, _by: UUID) -> Line:
    return _ticket(line, fact.ticket, status=TicketStatus.MISSED, counter="", calls=0)


def _rejoined(fact: f.TicketRejoined, line: Line, _by: UUID) -> Line:
    rejoins = line.tickets[fact.ticket].rejoins + 1
    return _ticket(line, fact.ticket, status=TicketStatus.WAITING, since=fact.since, rank=fact.rank, rejoins=rejoins)


def _started(fact: f.TicketStarted, line: Line, by: UUID) -> Line:
    served_by = (*line.tickets[fact.ticket].served_by, by)
    return _ticket(line, fact.ticket, status=TicketStatus.SERVING, served_by=served_by)


def _matter(fact: f.MatterAdded, line: Line, _by: UUID) -> Line:
    """A case takes the place of the same item without one."""
    matters = line.tickets[fact.ticket].matters
    bare = Matter(fact.matter.item)
    kept = tuple(fact.matter if matter == bare else matter for matter in matters)
    return _ticket(line, fact.ticket, matters=kept if fact.matter in kept else (*matters, fact.matter))


def _transferred(fact: f.TicketTransferred, line: Line, _by: UUID) -> Line:
    done = tuple(dict.fromkeys((*line.tickets[fact.ticket].done, *fact.done)))
    return _ticket(
        line,
        fact.ticket,
        status=TicketStatus.WAITING,
        counter=fact.counter,
        group=fact.group,
        done=done,
        calls=0,
    )


def _finished(fact: f.TicketFinished, line: Line, _by: UUID) -> Line:
    return _ticket(line, fact.ticket, status=TicketStatus.FINISHED)


def _left(fact: f.TicketLeft, line: Line, _by: UUID) -> Line:
    return _ticket(line, fact.ticket, status=TicketStatus.LEFT)


def _stopped(fact: f.LineStopped, line: Line, _by: UUID) -> Line:
    return replace(line, on=fact.on, group=fact.group, is_stopped=True)


def _resumed(_fact: f.LineResumed, line: Line, _by: UUID) -> Line:
    return replace(line, is_stopped=False)


def _closed(_fact: f.LineClosed, line: Line, _by: UUID) -> Line:
    return replace(line, is_closed=True)


_APPLY: dict[type[Fact], Callable[[Any, Line, UUID], Line]] = {
    f.AppointmentBooked: _booked,
    f.AppointmentMoved: _moved,
    f.AppointmentCancelled: _cancelled,
    f.AppointmentMissed: _appointment_missed,
    f.TicketTaken: _taken,
    f.TicketPrioritised: _prioritised,
    f.TicketCalled: _called,
    f.TicketMissed: _missed,
    f.TicketRejoined: _rejoined,
    f.TicketStarted: _started,
    f.MatterAdded: _matter,
    f.TicketTransferred: _transferred,
    f.TicketFinished: _finished,
    f.TicketLeft: _left,
    f.LineStopped: _stopped,
    f.LineResumed: _resumed,
    f.LineClosed: _closed,
}

FACTS = tuple(_APPLY)
"""Every kind of fact that stands on a line's stream."""
