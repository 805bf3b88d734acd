"""What is recorded of appointments, tickets and counters.

Appointments and tickets of one day and group stand on one stream, so that a slot is never overbooked and no number is
given twice. A person's own stream counts what they have open.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.facts import Fact, Sealed

Channel = Literal["app", "phone", "counter", "kiosk"]
"""How somebody came by an appointment or a ticket."""


class Matter(Struct, frozen=True):
    """Something that a visitor comes for.

    Attributes:
        item: id of the service item; empty for a question or a result to be collected.
        case: the case that is worked on, once there is one.
    """

    item: str = ""
    case: UUID | None = None


class AppointmentBooked(Fact, frozen=True, kw_only=True, tag="appointment.booked"):
    """A place in a slot was given to a person (预约).

    Attributes:
        number: to be said at the counter; unique in the day and group.
        contact: `{"name", "phone"}` of somebody for whom staff booked, sealed under that person's key.
        moved_from: the line on which the same appointment stood before.
    """

    appointment: UUID
    on: date
    group: str
    starts: datetime
    ends: datetime
    number: str
    person: UUID
    matters: tuple[Matter, ...]
    channel: str
    contact: Sealed | None = None
    moved_from: UUID | None = None


class AppointmentMoved(Fact, frozen=True, kw_only=True, tag="appointment.moved"):
    """An appointment left its slot for another one, and goes on there under the same id.

    Attributes:
        to: the line on which it is booked now.
    """

    appointment: UUID
    to: UUID


class AppointmentCancelled(Fact, frozen=True, kw_only=True, tag="appointment.cancelled"):
    """An appointment was given up.

    Attributes:
        why: `by-person`, `by-staff` on the person's word, or `office-closed`.
    """

    appointment: UUID
    why: str


class AppointmentMissed(Fact, frozen=True, kw_only=True, tag="appointment.missed"):
    """Nobody came while the slot was kept (爽约)."""

    appointment: UUID


class TicketTaken(Fact, frozen=True, kw_only=True, tag="ticket.taken"):
    """Somebody took a number (取号); one who has an appointment is checked in by it.

    Attributes:
        person: who it is, where they signed in or had an appointment.
        has_priority: an elder, a disabled person or another who goes first; the ground is asked for and not recorded.
        since: when they came, UTC.
        rank: the instant by which the line is ordered: when they came, or before it by a fixed credit.
    """

    ticket: UUID
    on: date
    group: str
    number: str
    person: UUID | None
    matters: tuple[Matter, ...]
    channel: str
    has_priority: bool
    appointment: UUID | None
    since: datetime
    rank: datetime


class TicketPrioritised(Fact, frozen=True, kw_only=True, tag="ticket.prioritised"):
    """Staff saw that somebody who waits is to go first.

    Attributes:
        rank: as of now.
    """

    ticket: UUID
    rank: datetime


class TicketCalled(Fact, frozen=True, kw_only=True, tag="ticket.called"):
    """A number was called to a counter (叫号); the same one may be called again.

    Attributes:
        call: from 1.
    """

    ticket: UUID
    number: str
    counter: str
    staff: UUID
    call: int


class TicketMissed(Fact, frozen=True, kw_only=True, tag="ticket.missed"):
    """Nobody came to the counter when called (过号)."""

    ticket: UUID


class TicketRejoined(Fact, frozen=True, kw_only=True, tag="ticket.rejoined"):
    """A missed number stands in the line again, as if taken now.

    Attributes:
        since: now, UTC.
        rank: as of now.
    """

    ticket: UUID
    since: datetime
    rank: datetime


class TicketStarted(Fact, frozen=True, kw_only=True, tag="ticket.started"):
    """The visitor came to the counter and is served."""

    ticket: UUID


class MatterAdded(Fact, frozen=True, kw_only=True, tag="ticket.matter_added"):
    """It turned out that the visitor has another matter, or a case was opened for one of them."""

    ticket: UUID
    matter: Matter


class TicketTransferred(Fact, frozen=True, kw_only=True, tag="ticket.transferred"):
    """The visitor waits again, for another counter or group, at their old place in the order.

    Attributes:
        done: items that are dealt with.
        counter: the only counter that calls them while it is open, empty for any.
        group: whose counters may call them.
        why: `elsewhere`, or `counter-closed` while they were served.
    """

    ticket: UUID
    done: tuple[str, ...]
    counter: str
    group: str
    why: str


class TicketFinished(Fact, frozen=True, kw_only=True, tag="ticket.finished"):
    """The visit is over and everything it was for was dealt with."""

    ticket: UUID


class TicketLeft(Fact, frozen=True, kw_only=True, tag="ticket.left"):
    """A number ended without its visitor being served.

    Attributes:
        why: `by-person`, `by-staff`, `office-closed` or `day-over`.
    """

    ticket: UUID
    why: str


class LineStopped(Fact, frozen=True, kw_only=True, tag="line.stopped"):
    """No more numbers are given out in this line today (停止取号); who waits is served.

    Attributes:
        reason: public words.
    """

    on: date
    group: str
    reason: str


class LineResumed(Fact, frozen=True, kw_only=True, tag="line.resumed"):
    """Numbers are given out again."""


class LineClosed(Fact, frozen=True, kw_only=True, tag="line.closed"):
    """The day is over; nothing happens in this line any more."""


class CounterOpened(Fact, frozen=True, kw_only=True, tag="counter.opened"):
    """A member of staff sits at a counter and calls numbers of these groups."""

    on: date
    counter: str
    staff: UUID
    groups: tuple[str, ...]


class CounterClosed(Fact, frozen=True, kw_only=True, tag="counter.closed"):
    """Nobody calls numbers from this counter any more."""

    counter: str


class VisitCounted(Fact, frozen=True, kw_only=True, tag="visit.counted"):
    """A person has an appointment or a ticket more.

    Attributes:
        what: `appointment` or `ticket`.
        id: of the appointment or ticket.
    """

    what: str
    id: UUID
    on: date
    group: str


class VisitSettled(Fact, frozen=True, kw_only=True, tag="visit.settled"):
    """An appointment or a ticket of a person is no longer open.

    Attributes:
        how: `came`, `cancelled`, `missed`, `finished` or `left`.
    """

    id: UUID
    on: date
    how: str
