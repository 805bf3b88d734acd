"""Random days in the hall: everybody does anything at any time, and what must hold holds after every step."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import TypeVar
from uuid import UUID

import pytest

from domain.refusals import NobodyWaits, Refusal
from domain.visits import commands as c
from domain.visits.facts import Matter
from domain.visits.line import AT_COUNTER, AppointmentStatus, TicketStatus
from domain.visits.order import head_start, in_order, may_call
from domain.visits.reception import line_stream
from domain.visits.timers import VisitTimer
from tests.cast import FATHER, HARDSHIP, HE, LEASE, LIN, STRANGER, SUN, TANG, ZHOU
from tests.domain.visits.office import GRANNY, MONDAY, MOTHER, PLAN, Office

GROUPS = ("housing", "welfare")
LINES = tuple(line_stream(MONDAY, group) for group in GROUPS)
CLERKS = (ZHOU, LIN, TANG, HE)
PEOPLE = (FATHER, MOTHER, GRANNY, STRANGER)
MATTERS: tuple[tuple[Matter, ...], ...] = (
    (),
    (Matter(LEASE.id),),
    (Matter(HARDSHIP.id), Matter(LEASE.id)),
    (Matter(),),
)
Value = TypeVar("Value")
SEEDS = range(25)
STEPS = 160


class Day:
    """One random day."""

    def __init__(self, seed: int) -> None:
        """Begin at half past eight."""
        self.office = Office().at("08:30")
        self.pick = Random(seed)
        self.refused: Counter[str] = Counter()

    def step(self) -> None:
        """Let a little time pass and somebody do something."""
        self.office.now += timedelta(minutes=self.pick.randrange(6))
        acts: list[Callable[[], object]] = [self.book, self.take, self.take, self.check_in, self.call, self.call]
        acts += [self.at_counter] * 6 + [self.visitor, self.sit, self.leave, self.move, self.ring]
        try:
            self.pick.choice(acts)()
        except Refusal as refusal:
            self.refused[refusal.code] += 1

    def book(self) -> None:
        clock = f"{self.pick.randrange(9, 18):02d}:{self.pick.choice(('00', '30'))}"
        matters = self.pick.choice(MATTERS)
        if self.pick.random() < 0.5:
            self.office.book(clock, by=self.pick.choice(PEOPLE), group=self.pick.choice(GROUPS), matters=matters)
        else:
            self.office.book(clock, by=ZHOU, group=self.pick.choice(GROUPS), name="张三", phone="027-66666666")

    def move(self) -> None:
        for id, one in self.pick.sample(*_all(self.office.line_of().booked)):
            clock = f"{self.pick.randrange(9, 18):02d}:00"
            self.office.move(id, clock, by=ZHOU, group=self.pick.choice(GROUPS))
            assert one.status is AppointmentStatus.BOOKED

    def take(self) -> None:
        self.office.take(
            by=self.pick.choice((*PEOPLE, ZHOU, ZHOU, ZHOU)),
            group=self.pick.choice(GROUPS),
            has_priority=self.pick.random() < 0.3,
            matters=self.pick.choice(MATTERS),
        )

    def check_in(self) -> None:
        group = self.pick.choice(GROUPS)
        for id, _ in self.pick.sample(*_all(self.office.line_of(group=group).booked)):
            self.office.take(group=group, appointment=id)

    def sit(self) -> None:
        groups = self.pick.choice(((), ("housing",), ("welfare",)))
        self.office.sit(self.pick.choice("123"), by=self.pick.choice(CLERKS), groups=groups)

    def leave(self) -> None:
        self.office.leave(self.pick.choice("123"), by=self.pick.choice(CLERKS))

    def call(self) -> None:
        clerk = self.pick.choice(CLERKS)
        hall = self.office.hall(MONDAY)
        counter = hall.counter_of(clerk.id)
        before = in_order({stream: self.office.line(stream) for stream in LINES})
        called = self.office.ticket(self.office.call(by=clerk))
        assert counter is not None
        suits = partial(self.office.staff(clerk.id).is_qualified, on=MONDAY)
        for one in before:
            if one.ticket.number != called.number and may_call(
                counter, hall.counters[counter], one.ticket, hall, suits
            ):
                assert called.rank <= one.ticket.rank
                assert called.since <= one.ticket.rank + head_start(PLAN.rules, PLAN.groups[0])

    def at_counter(self) -> None:
        for stream in LINES:
            for id, ticket in self.office.line(stream).open_tickets.items():
                if ticket.status in AT_COUNTER:
                    clerk = next(one for one in CLERKS if one.id == ticket.staff)
                    self.office.give(self._act(id, ticket.status), by=clerk, lane=stream)
                    return

    def _act(self, id: UUID, status: TicketStatus) -> c.TicketCommand:
        if status is TicketStatus.CALLED:
            return self.pick.choice((c.StartService, c.StartService, c.CallAgain, c.MissTicket))(ticket=id)
        sent = c.TransferTicket(ticket=id, group=self.pick.choice(GROUPS))
        sent_to = c.TransferTicket(ticket=id, counter=self.pick.choice("123"))
        matter = c.AddMatter(ticket=id, matter=Matter(self.pick.choice((LEASE.id, HARDSHIP.id))))
        return self.pick.choice((c.FinishService(ticket=id), c.FinishService(ticket=id), sent, sent_to, matter))

    def visitor(self) -> None:
        stream = self.pick.choice(LINES)
        for id, _ in self.pick.sample(*_all(self.office.line(stream).open_tickets)):
            act = self.pick.choice((c.LeaveLine, c.RejoinLine, c.RejoinLine, c.PrioritiseTicket))
            self.office.give(act(ticket=id), by=ZHOU, lane=stream)

    def ring(self) -> None:
        for group in GROUPS:
            for timer in self.office.clocks(group=group):
                if timer.at <= self.office.now:
                    self.office.ring(timer)

    def check(self) -> None:
        """What must hold at any moment."""
        numbers: Counter[str] = Counter()
        at_counters: Counter[str] = Counter()
        held: Counter[UUID] = Counter()
        for group in PLAN.groups:
            line = self.office.line_of(group=group.id)
            for slot in self.office.reception().slots(group, MONDAY, self.office.calendar()):
                assert line.taken(slot.starts) <= group.bookable
            numbers.update(ticket.number for ticket in line.tickets.values())
            numbers.update(one.number for one in line.appointments.values() if one.takes_place)
            at_counters.update(one.counter for one in line.tickets.values() if one.status in AT_COUNTER)
            held.update(one.person for one in line.open_tickets.values() if one.person)
        assert [number for number, times in numbers.items() if times > 1] == []
        assert [counter for counter, times in at_counters.items() if times > 1] == []
        assert set(at_counters) <= set(self.office.hall(MONDAY).counters), (
            "somebody stands at a counter without a clerk"
        )
        for person in PEOPLE:
            open_tickets = self.office.visitor(person.id).has("ticket")
            assert held[person.id] == len(open_tickets) <= 1
            assert len(self.office.visitor(person.id).has("appointment")) <= PLAN.rules.appointments


def _all(found: dict[UUID, Value]) -> tuple[list[tuple[UUID, Value]], int]:
    return list(found.items()), min(len(found), 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_slot_is_overbooked_no_number_given_twice_and_the_order_is_fair_whatever_happens(seed: int) -> None:
    day = Day(seed)

    for _ in range(STEPS):
        day.step()
        day.check()


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_who_waits_is_called_in_the_end_and_nothing_is_open_after_the_day(seed: int) -> None:
    day = Day(seed)
    for _ in range(STEPS // 2):
        day.step()
    office = day.office
    for counter in list(office.hall(MONDAY).counters):
        office.leave(counter, by=SUN)
    office.sit(by=ZHOU)

    assert _served_to_the_end(office) == {"others": 0}
    for group in GROUPS:
        if office.clocks(group=group):
            office.wait_for(VisitTimer.DAY, group=group)
        assert office.line_of(group=group).open_tickets == {}
        assert office.line_of(group=group).booked == {}
    assert [office.visitor(person.id).open for person in PEOPLE] == [{}] * len(PEOPLE)


def _served_to_the_end(office: Office) -> dict[str, object]:
    """Serve one after the other; says how many are left who wait for somebody else."""
    while True:
        try:
            office.through()
        except NobodyWaits as nobody:
            return nobody.params


def test_the_walks_meet_every_act_that_can_be_refused_and_every_one_that_can_be_done() -> None:
    refused: Counter[str] = Counter()
    statuses: set[TicketStatus] = set()
    for seed in SEEDS:
        day = Day(seed)
        for _ in range(STEPS):
            day.step()
        refused += day.refused
        statuses |= {ticket.status for stream in LINES for ticket in day.office.line(stream).tickets.values()}

    assert {"slot-full", "ticket-held", "counter-busy", "counter-taken", "nobody-waits", "call-again-first"} <= {
        *refused
    }
    assert statuses == {*TicketStatus}
