"""Documents about visits: plain data, ready to be sent. None of them holds a name or a telephone.

`lane` is the stream that commands about the document name. The TypeScript twin is generated from this module.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from msgspec import Struct

from domain.visits.facts import Matter
from projections.documents import Person, Sending, Text


class ToldBody(Struct, frozen=True, kw_only=True):
    """Something that a visitor was told of an appointment or a number.

    Attributes:
        kind: which words it has, one of `web/notices/texts.yaml`.
        position: of the fact that it tells of.
        at: when it appeared in the app; None where it was sent and does not stand there.
        sendings: how far it has come by each other channel.
        is_unreached: no channel reached them and nobody has told them otherwise: somebody should call
            (`notice.handle@1`).
        handled: `by-phone`, `in-person` or `not-needed`, empty while staff have not looked after it.
    """

    kind: str
    position: int
    person: UUID
    at: datetime | None
    sendings: tuple[Sending, ...]
    is_unreached: bool
    handled: str
    handled_at: datetime | None
    handled_by_name: str


class AppointmentBody(Struct, frozen=True, kw_only=True):
    """An appointment, for its person and for the office (row kind `appointment`); it is there until its day is over.

    Attributes:
        status: `booked`, `came`, `cancelled` or `missed`.
        why: of a cancelled one: `by-person`, `by-staff` or `office-closed`.
        ticket: with which it was checked in.
        has_contact: staff booked for somebody who never signed in; name and telephone are read one by one.
        told: what its person was told of it, the first first.
    """

    lane: UUID
    on: date
    group: str
    group_name: Text
    number: str
    starts: datetime
    ends: datetime
    check_in_from: datetime
    kept_until: datetime
    matters: tuple[Matter, ...]
    channel: str
    status: str
    why: str
    ticket: UUID | None
    has_contact: bool
    told: tuple[ToldBody, ...]


class TicketBody(Struct, frozen=True, kw_only=True):
    """A ticket of today, for the office (row kind `ticket`).

    Attributes:
        lane: of every command about it, also after a transfer.
        status: `waiting`, `called`, `serving` or `missed`; one that is over leaves.
        group: whose counters call it now.
        since: when the visitor came.
        counter: where it is called or served, or the one it was sent to.
        calls: how often it was called since it last waited.
        told: what its visitor was told of it, the first first.
    """

    lane: UUID
    number: str
    status: str
    group: str
    group_name: Text
    matters: tuple[Matter, ...]
    done: tuple[str, ...]
    has_priority: bool
    appointment: UUID | None
    since: datetime
    changed_at: datetime
    counter: str
    staff: Person | None
    calls: int
    rejoins: int
    told: tuple[ToldBody, ...]


class OwnTicketBody(Struct, frozen=True, kw_only=True):
    """A ticket, for its visitor (row kind `own-ticket`); it is there until its day is over.

    Attributes:
        status: as in `TicketBody`, and `finished` or `left`.
        ahead: how many are called before; 0 while it does not wait.
        wait_minutes: estimated from the day's pace; None while no counter of the group is open, or it does not wait.
        rejoins_left: how often it may join the line again.
        told: what its visitor was told of it, the first first.
    """

    lane: UUID
    on: date
    number: str
    status: str
    group: str
    group_name: Text
    matters: tuple[Matter, ...]
    done: tuple[str, ...]
    since: datetime
    counter: str
    counter_name: Text | None
    calls: int
    ahead: int
    wait_minutes: int | None
    rejoins_left: int
    told: tuple[ToldBody, ...]


class LineBody(Struct, frozen=True, kw_only=True):
    """Who waits for one group today, numbers only (row kind `line`).

    Attributes:
        waiting: numbers in the order in which they are called.
        counters: open counters that call them; none while somebody waits is for a lead to look at.
        seconds_each: pace of the day, or what the plan expects while there is none.
        wait_minutes: what somebody who came now would wait; None while no counter is open.
    """

    lane: UUID
    on: date
    group: str
    group_name: Text
    is_stopped: bool
    waiting: tuple[str, ...]
    counters: tuple[str, ...]
    seconds_each: int
    wait_minutes: int | None


class CounterBody(Struct, frozen=True, kw_only=True):
    """A counter that is open (row kind `counter`).

    Attributes:
        lane: the hall of the day.
        ticket: the number that is called or served there.
    """

    lane: UUID
    on: date
    counter: str
    name: Text
    staff: Person
    groups: tuple[str, ...]
    ticket: UUID | None
    number: str
    status: str


class PanelCall(Struct, frozen=True):
    """A line of the wall screen.

    Attributes:
        call: how often it was called; the screen rings again when it grows.
        is_serving: the visitor is at the counter.
    """

    number: str
    counter: str
    counter_name: Text
    call: int
    called_at: datetime
    is_serving: bool


class PanelLine(Struct, frozen=True):
    """How many wait for a group."""

    group_name: Text
    waiting: int
    is_stopped: bool


class PanelBody(Struct, frozen=True, kw_only=True):
    """The call panel of the day: numbers and counters, nobody's name (row kind `panel`), the last call first."""

    on: date
    calls: tuple[PanelCall, ...]
    lines: tuple[PanelLine, ...]


class SlotBody(Struct, frozen=True):
    """A slot; `left` is how many more appointments it takes."""

    starts: datetime
    ends: datetime
    bookable: int
    left: int


class SlotsBody(Struct, frozen=True, kw_only=True):
    """What can be booked in one group on one day; made when it is asked for.

    Attributes:
        closed_because: public words, where a single day differs from the plan.
    """

    lane: UUID
    on: date
    group: str
    group_name: Text
    closed_because: str
    slots: tuple[SlotBody, ...]


class OpeningBody(Struct, frozen=True):
    """A stretch of a day in which people are received, local time; `kind` says why the doors are open."""

    starts: time
    ends: time
    kind: str


class OfficeDayBody(Struct, frozen=True):
    """A local day of the centre; no openings where it is closed.

    Attributes:
        because: public words, where the day differs from the plan.
    """

    on: date
    openings: tuple[OpeningBody, ...]
    because: str


class GroupBody(Struct, frozen=True, kw_only=True):
    """Matters that wait in one line, with how it stands today; nothing waits where nobody has come yet.

    Attributes:
        lane: today's line.
        items: ids of service items; other matters fit every group.
        is_stopped: no more numbers are given out today.
        wait_minutes: what somebody who came now would wait; None while no counter is open.
    """

    id: str
    lane: UUID
    name: Text
    items: tuple[str, ...]
    waiting: int
    wait_minutes: int | None
    is_stopped: bool


class PlaceBody(Struct, frozen=True, kw_only=True):
    """A counter of the hall, open or not.

    Attributes:
        groups: what can be served there; empty for everything.
    """

    id: str
    name: Text
    groups: tuple[str, ...]


class DoorsBody(Struct, frozen=True, kw_only=True):
    """Whether people are received now.

    Attributes:
        until: when the doors close; a noon opening without a break does not close them. None while they are closed.
        opens: when they open next; None while they are open, and where no day is known on which they will.
    """

    open: bool
    until: datetime | None
    opens: datetime | None


class ReceptionBody(Struct, frozen=True, kw_only=True):
    """How people are received from today on; made when it is asked for.

    Attributes:
        hall: lane of today's commands about counters.
        days: from today to the last day on which a slot can be booked.
        tickets_from: from when on numbers are given out today; None on a day without openings.
        tickets_until: until when.
        appointments: how many open appointments a person may have.
    """

    on: date
    doors: DoorsBody
    hall: UUID
    days: tuple[OfficeDayBody, ...]
    groups: tuple[GroupBody, ...]
    counters: tuple[PlaceBody, ...]
    tickets_from: datetime | None
    tickets_until: datetime | None
    appointments: int
