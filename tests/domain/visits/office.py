"""A service hall in memory: plan, people and the words that tests use."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.case.commands import Command, FireTimer
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.identity.identity import Person
from domain.timers import Timer
from domain.visits import commands as c
from domain.visits.facts import Channel, Matter, TicketCalled
from domain.visits.line import Appointment, Line, Ticket
from domain.visits.reception import (
    RECEPTION_STREAM,
    Group,
    Opening,
    OpeningKind,
    Place,
    Plan,
    Rules,
    at_local,
    hall_stream,
    line_stream,
)
from domain.visits.timers import VisitTimer, timers_of
from tests.cast import CENTRE, FATHER, HARDSHIP, LEASE, STRANGER, SUN, ZHOU, resident
from tests.domain.case.desk import Desk

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)
SUNDAY = date(2026, 11, 29)
MORNING = Opening(time(9), time(12))
NOON = Opening(time(12), time(13), OpeningKind.NOON)
AFTERNOON = Opening(time(13), time(17))
EVENING = Opening(time(17), time(18, 30), OpeningKind.EXTENDED)
SATURDAY_MORNING = Opening(time(9), time(12), OpeningKind.WEEKEND)
WEEKDAY = (MORNING, AFTERNOON)

HOUSING = Group(id="housing", letter="A", name_zh="房屋", name_en="Housing", items=(LEASE.id,), capacity=4)
"""Two of the four places of a slot can be booked."""
WELFARE = Group(id="welfare", letter="B", name_zh="民生", name_en="Welfare", items=(HARDSHIP.id,), capacity=2)
"""One place of the two can be booked."""

PLAN = Plan(
    version=1,
    since=date(2026, 11, 1),
    week=((*WEEKDAY, EVENING), (MORNING, NOON, AFTERNOON), WEEKDAY, WEEKDAY, WEEKDAY, (SATURDAY_MORNING,), ()),
    make_up=WEEKDAY,
    groups=(HOUSING, WELFARE),
    counters=(
        Place(id="1", name_zh="1号综合窗口", name_en="Counter 1"),
        Place(id="2", name_zh="2号综合窗口", name_en="Counter 2"),
        Place(id="3", name_zh="3号民生窗口", name_en="Counter 3", groups=("welfare",)),
    ),
    rules=Rules(days_ahead=14),
)

MOTHER = resident("mother")
GRANNY = resident("granny")
SIGNED_IN = (FATHER, MOTHER, GRANNY, STRANGER)


def local(clock: str, on: date = MONDAY) -> datetime:
    """An instant of a day, from its local time."""
    return at_local(on, time.fromisoformat(clock))


class Office(Desk):
    """A desk whose hall is open; it is Monday, ten o'clock."""

    def __init__(self, plan: Plan = PLAN) -> None:
        """Open with `plan` in force."""
        super().__init__()
        self._made = 0
        for person in SIGNED_IN:
            self._people[person.id] = Person(registered=True)
        self.give(c.PublishReception(plan=plan), by=CENTRE, lane=RECEPTION_STREAM)

    def id(self) -> UUID:
        """An id as a device makes it."""
        self._made += 1
        return UUID(int=uuid5(NAMESPACE, f"visit:{self._made}").int & ~(0xF << 76) | 7 << 76)

    def give(self, command: Command, *, by: Actor, lane: UUID) -> list[Fact]:
        """Give a command about visits."""
        return self.do(command, by=by, case=lane)

    def at(self, clock: str, on: date = MONDAY) -> Office:
        """Let it be that time of a day."""
        self.now = local(clock, on)
        return self

    # Appointments

    def book(
        self,
        clock: str = "11:00",
        *,
        by: Actor = FATHER,
        on: date = MONDAY,
        group: str = "housing",
        matters: tuple[Matter, ...] = (),
        channel: Channel = "app",
        person: UUID | None = None,
        name: str = "",
        phone: str = "",
    ) -> UUID:
        """Book the slot that begins at a local time; returns the appointment."""
        id = self.id()
        command = c.BookAppointment(
            appointment=id,
            on=on,
            group=group,
            starts=local(clock, on),
            matters=matters,
            channel=channel,
            person=person,
            name=name,
            phone=phone,
        )
        self.give(command, by=by, lane=line_stream(on, group))
        return id

    def move(
        self, id: UUID, clock: str, *, by: Actor = FATHER, on: date = MONDAY, group: str = "housing"
    ) -> list[Fact]:
        """Move an appointment of Monday's housing line."""
        command = c.MoveAppointment(
            appointment=id, from_on=MONDAY, from_group="housing", on=on, group=group, starts=local(clock, on)
        )
        return self.give(command, by=by, lane=line_stream(on, group))

    def cancel(self, id: UUID, *, by: Actor = FATHER, on: date = MONDAY, group: str = "housing") -> list[Fact]:
        """Give an appointment up."""
        return self.give(c.CancelAppointment(appointment=id), by=by, lane=line_stream(on, group))

    def appointment(self, id: UUID, on: date = MONDAY, group: str = "housing") -> Appointment:
        """An appointment as it stands."""
        return self.line_of(on, group).appointments[id]

    # Tickets

    def take(
        self,
        *,
        by: Actor = ZHOU,
        group: str = "housing",
        on: date = MONDAY,
        has_priority: bool = False,
        appointment: UUID | None = None,
        matters: tuple[Matter, ...] = (),
        person: UUID | None = None,
    ) -> UUID:
        """Take a number; returns the ticket."""
        id = self.id()
        command = c.TakeTicket(
            ticket=id,
            on=on,
            group=group,
            matters=matters,
            has_priority=has_priority,
            appointment=appointment,
            person=person,
            channel="kiosk",
        )
        self.give(command, by=by, lane=line_stream(on, group))
        return id

    def ticket(self, id: UUID) -> Ticket:
        """A ticket as it stands."""
        return self.line(self.lane(id)).tickets[id]

    def lane(self, ticket: UUID, on: date = MONDAY) -> UUID:
        """The line on which a ticket stands."""
        return next(s for s in (line_stream(on, g.id) for g in PLAN.groups) if ticket in self.line(s).tickets)

    def of(self, kind: type[c.TicketCommand], ticket: UUID, *, by: Actor = ZHOU) -> list[Fact]:
        """Do something with a ticket."""
        return self.give(kind(ticket=ticket), by=by, lane=self.lane(ticket))

    # Counters

    def sit(
        self, counter: str = "1", *, by: Actor = ZHOU, groups: tuple[str, ...] = (), on: date = MONDAY
    ) -> list[Fact]:
        """Sit down at a counter."""
        return self.give(c.OpenCounter(on=on, counter=counter, groups=groups), by=by, lane=hall_stream(on))

    def leave(self, counter: str = "1", *, by: Actor = ZHOU, on: date = MONDAY) -> list[Fact]:
        """Close a counter."""
        return self.give(c.CloseCounter(on=on, counter=counter), by=by, lane=hall_stream(on))

    def call(self, *, by: Actor = ZHOU, on: date = MONDAY) -> UUID:
        """Call whoever comes next; returns the ticket."""
        (called,) = self.give(c.CallNext(on=on), by=by, lane=hall_stream(on))
        assert isinstance(called, TicketCalled)
        return called.ticket

    def serve(self, *, by: Actor = ZHOU) -> UUID:
        """Call whoever comes next, and begin."""
        ticket = self.call(by=by)
        self.of(c.StartService, ticket, by=by)
        return ticket

    def through(self, *, by: Actor = ZHOU) -> UUID:
        """Call whoever comes next, serve and finish."""
        ticket = self.serve(by=by)
        self.of(c.FinishService, ticket, by=by)
        return ticket

    def line_of(self, on: date = MONDAY, group: str = "housing") -> Line:
        """A line as it stands."""
        return self.line(line_stream(on, group))

    # Days and time

    def change_day(
        self, on: date, *openings: Opening, reason: str = "停电", basis: str = "供电通知", by: Actor = SUN
    ) -> list[Fact]:
        """Give a day other openings."""
        command = c.ChangeOfficeDay(on=on, openings=openings, reason=reason, basis=basis)
        return self.give(command, by=by, lane=RECEPTION_STREAM)

    def clocks(self, on: date = MONDAY, group: str = "housing") -> tuple[Timer[VisitTimer], ...]:
        """What a line waits for."""
        return timers_of(line_stream(on, group), self.line_of(on, group), self.reception())

    def ring(self, one: Timer[VisitTimer]) -> list[Fact]:
        """Let a timer go off, at its time or later."""
        self.now = max(self.now, one.at)
        return self.give(FireTimer(kind=one.kind.value, at=one.at, about=one.about), by=CENTRE, lane=one.stream)

    def wait_for(self, kind: VisitTimer, on: date = MONDAY, group: str = "housing") -> list[Fact]:
        """Wait for the next timer of a kind."""
        return self.ring(next(one for one in self.clocks(on, group) if one.kind is kind))
