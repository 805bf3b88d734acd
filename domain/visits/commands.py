"""Commands on visits, as devices send them.

The lane is the line of the day and group, the hall of the day, or the reception; documents carry these ids.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits

from domain.case.commands import Command, ShortText
from domain.visits.facts import Channel, Matter
from domain.visits.reception import Key, Openings, Plan

Matters = Annotated[tuple[Matter, ...], Limits(max_length=10)]
Public = Annotated[str, Limits(max_length=500)]


class PublishReception(Command, frozen=True, kw_only=True):
    """Publish arrangements for receiving people. Lane: the reception."""

    type: ClassVar[str] = "reception.publish@1"
    plan: Plan


class ChangeOfficeDay(Command, frozen=True, kw_only=True):
    """Give a single day other openings; appointments that then lie outside are cancelled. Lane: the reception.

    Attributes:
        openings: none closes the day; on the day itself whoever waits is sent home then.
        reason: public; must not be blank.
        basis: the notice or order on which it rests; must not be blank where the centre closes.
    """

    type: ClassVar[str] = "office-day.change@1"
    on: date
    openings: Annotated[Openings, Limits(max_length=10)] = ()
    reason: Public
    basis: Public = ""


class RestoreOfficeDay(Command, frozen=True, kw_only=True):
    """Take a change of a single day back; what was cancelled by it stays so. Lane: the reception."""

    type: ClassVar[str] = "office-day.restore@1"
    on: date
    reason: Public


class BookAppointment(Command, frozen=True, kw_only=True):
    """Book a place in a slot; residents for themselves, staff for anybody. Lane: the line.

    Attributes:
        appointment: id made on the device.
        starts: begin of the slot.
        person: whom staff book for, where that person has signed in before.
        name: of anybody else for whom staff book; with `phone`.
    """

    type: ClassVar[str] = "appointment.book@1"
    appointment: UUID
    on: date
    group: Key
    starts: datetime
    matters: Matters = ()
    channel: Channel = "app"
    person: UUID | None = None
    name: Annotated[str, Limits(max_length=50)] = ""
    phone: Annotated[str, Limits(max_length=30)] = ""


class MoveAppointment(Command, frozen=True, kw_only=True):
    """Move an appointment to another slot. Lane: the line of the new slot.

    Attributes:
        from_on: day on which it is booked now.
        from_group: group in which it is booked now.
    """

    type: ClassVar[str] = "appointment.move@1"
    appointment: UUID
    from_on: date
    from_group: Key
    on: date
    group: Key
    starts: datetime


class CancelAppointment(Command, frozen=True, kw_only=True):
    """Give an appointment up before its slot begins. Lane: the line."""

    type: ClassVar[str] = "appointment.cancel@1"
    appointment: UUID


class TakeTicket(Command, frozen=True, kw_only=True):
    """Take a number for today. Lane: the line.

    Attributes:
        ticket: id made on the device.
        matters: everything the visitor comes for; those of the appointment where none are named.
        has_priority: an elder, a disabled person, somebody pregnant or with a small child, a soldier: on their word.
        appointment: that is checked in.
        person: whom staff take it for, where that person has signed in before.
    """

    type: ClassVar[str] = "ticket.take@1"
    ticket: UUID
    on: date
    group: Key
    matters: Matters = ()
    channel: Channel = "app"
    has_priority: bool = False
    appointment: UUID | None = None
    person: UUID | None = None


class ReadContact(Command, frozen=True, kw_only=True):
    """See by which name and telephone somebody can be reached whose visit changes. Lane: the line.

    Attributes:
        visit: their appointment or ticket.
    """

    type: ClassVar[str] = "visit.contact@1"
    visit: UUID


class TicketCommand(Command, frozen=True, kw_only=True):
    """Something about one ticket. Lane: its line."""

    ticket: UUID


class PrioritiseTicket(TicketCommand, frozen=True, kw_only=True):
    """Let somebody who waits go first, as elders and disabled people may."""

    type: ClassVar[str] = "ticket.prioritise@1"


class RejoinLine(TicketCommand, frozen=True, kw_only=True):
    """Stand in the line again with a number that was missed."""

    type: ClassVar[str] = "ticket.rejoin@1"


class LeaveLine(TicketCommand, frozen=True, kw_only=True):
    """Give a number up."""

    type: ClassVar[str] = "ticket.leave@1"


class CallAgain(TicketCommand, frozen=True, kw_only=True):
    """Call a number again that did not come to the counter yet."""

    type: ClassVar[str] = "ticket.call-again@1"


class MissTicket(TicketCommand, frozen=True, kw_only=True):
    """Pass a number over that did not come, after it was called as often as the rules say."""

    type: ClassVar[str] = "ticket.miss@1"


class StartService(TicketCommand, frozen=True, kw_only=True):
    """The visitor has come to the counter."""

    type: ClassVar[str] = "ticket.start@1"


class AddMatter(TicketCommand, frozen=True, kw_only=True):
    """The visitor has another matter, or a case is worked on for one of them."""

    type: ClassVar[str] = "ticket.add-matter@1"
    matter: Matter


class TransferTicket(TicketCommand, frozen=True, kw_only=True):
    """Send the visitor on to another counter, or to the counters of a group; they keep their place in the order.

    Attributes:
        done: items that are dealt with.
        counter: an open counter, or empty.
        group: a group, or empty; one of both.
    """

    type: ClassVar[str] = "ticket.transfer@1"
    done: Annotated[tuple[ShortText, ...], Limits(max_length=10)] = ()
    counter: str = ""
    group: str = ""


class FinishService(TicketCommand, frozen=True, kw_only=True):
    """Everything that the visitor came for has been dealt with."""

    type: ClassVar[str] = "ticket.finish@1"


class CallNext(Command, frozen=True, kw_only=True):
    """Call whoever comes next to the counter at which the author sits. Lane: the hall.

    It is meant for this moment: a device that cannot reach the centre does not keep it.
    """

    type: ClassVar[str] = "ticket.call-next@1"
    on: date


class OpenCounter(Command, frozen=True, kw_only=True):
    """Sit down at a counter. Lane: the hall.

    Attributes:
        groups: what is called there; empty for everything that the counter can serve.
    """

    type: ClassVar[str] = "counter.open@1"
    on: date
    counter: Key
    groups: Annotated[tuple[str, ...], Limits(max_length=30)] = ()


class CloseCounter(Command, frozen=True, kw_only=True):
    """Leave a counter; a lead may close it for another, whose visitor then waits again. Lane: the hall."""

    type: ClassVar[str] = "counter.close@1"
    on: date
    counter: Key


class StopLine(Command, frozen=True, kw_only=True):
    """Give out no more numbers today, because who waits already fills the time that is left. Lane: the line."""

    type: ClassVar[str] = "line.stop@1"
    on: date
    group: Key
    reason: Literal["full", "system", "staff", "other"]


class ResumeLine(Command, frozen=True, kw_only=True):
    """Give out numbers again. Lane: the line."""

    type: ClassVar[str] = "line.resume@1"


BY_PERSONS: tuple[type[Command], ...] = (
    PublishReception,
    ChangeOfficeDay,
    RestoreOfficeDay,
    BookAppointment,
    MoveAppointment,
    CancelAppointment,
    TakeTicket,
    PrioritiseTicket,
    RejoinLine,
    LeaveLine,
    CallAgain,
    MissTicket,
    StartService,
    AddMatter,
    TransferTicket,
    ReadContact,
    FinishService,
    CallNext,
    OpenCounter,
    CloseCounter,
    StopLine,
    ResumeLine,
)
"""Commands that devices may give."""
