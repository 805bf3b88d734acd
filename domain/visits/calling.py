"""Decisions at the counters: open, call, call again, pass over, serve, send on, finish, close."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from uuid import UUID

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.facts import Fact
from domain.refusals import (
    CallAgainFirst,
    CounterBusy,
    CounterNotOpen,
    CounterTaken,
    CounterUnknown,
    DayIsOver,
    Invalid,
    NobodyWaits,
    NothingToSendOn,
    TicketElsewhere,
    TicketStateChanged,
)
from domain.rights.table import require
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.bench import (
    VisitBench,
    lines_of,
    plan_of,
    require_matters,
    settled,
    ticket_of,
)
from domain.visits.hall import Hall
from domain.visits.line import AT_COUNTER, Line, Ticket, TicketStatus
from domain.visits.order import Waiting, in_order, may_call
from domain.visits.reception import hall_stream


@decide.register
def _(command: c.OpenCounter, call: Call, bench: VisitBench) -> Decided:
    hall = _hall_today(command.on, call, bench)
    plan = plan_of(command.on, bench)
    place = plan.counter(command.counter)
    if place is None:
        raise CounterUnknown(counter=command.counter)
    served = place.groups or tuple(group.id for group in plan.groups)
    groups = command.groups or served
    if not set(groups) <= set(served):
        raise Invalid(where="groups")
    taken = hall.counters.get(command.counter)
    if taken is not None and taken.staff != call.by.id:
        raise CounterTaken(by=str(taken.staff))
    other = hall.counter_of(call.by.id)
    if other not in (None, command.counter):
        raise CounterBusy(counter=other)
    if taken is not None and taken.groups == groups:
        return []
    opened = f.CounterOpened(on=command.on, counter=command.counter, staff=call.by.id, groups=groups)
    return [(call.lane, opened)]


@decide.register
def _(command: c.CloseCounter, call: Call, bench: VisitBench) -> Decided:
    hall = _hall_today(command.on, call, bench)
    counter = hall.counters.get(command.counter)
    if counter is None:
        return []
    require(command.act, call.by, own=counter.staff == call.by.id)
    at_counter = list(_at_counter(command.counter, lines_of(command.on, bench)))
    if at_counter and counter.staff == call.by.id:
        raise CounterBusy(counter=command.counter)
    again = [(one.line, _waits_again(one)) for one in at_counter]
    return [*again, (call.lane, f.CounterClosed(counter=command.counter))]


def _waits_again(one: Waiting) -> Fact:
    """Whoever was at the counter waits at their old place, for any counter of their group."""
    return f.TicketTransferred(ticket=one.id, done=(), counter="", group=one.ticket.group, why="counter-closed")


def _at_counter(counter: str, lines: dict[UUID, Line]) -> Iterator[Waiting]:
    for stream, line in lines.items():
        for id, ticket in line.tickets.items():
            if ticket.counter == counter and ticket.status in AT_COUNTER:
                yield Waiting(stream, id, ticket)


@decide.register
def _(command: c.CallNext, call: Call, bench: VisitBench) -> Decided:
    hall = _hall_today(command.on, call, bench)
    counter_id = hall.counter_of(call.by.id)
    if counter_id is None:
        raise CounterNotOpen
    lines = lines_of(command.on, bench)
    if any(_at_counter(counter_id, lines)):
        raise CounterBusy(counter=counter_id)
    counter = hall.counters[counter_id]
    staff = bench.staff(call.by.id)
    waiting = in_order(lines)
    suits = partial(staff.is_qualified, on=bench.today)
    found = next((one for one in waiting if may_call(counter_id, counter, one.ticket, hall, suits)), None)
    if found is None:
        raise NobodyWaits(others=len(waiting))
    return [(found.line, _call_of(found.id, found.ticket, counter_id, call.by.id))]


def _call_of(id: UUID, ticket: Ticket, counter: str, staff: UUID) -> f.TicketCalled:
    return f.TicketCalled(ticket=id, number=ticket.number, counter=counter, staff=staff, call=ticket.calls + 1)


def _hall_today(on: date, call: Call, bench: VisitBench) -> Hall:
    if call.lane != hall_stream(on):
        raise Invalid(where="lane")
    if on != bench.today:
        raise DayIsOver
    return bench.hall(on)


# What the counter does with the number that it has called


@decide.register
def _(command: c.CallAgain, call: Call, bench: VisitBench) -> Decided:
    _line, ticket = _mine(command.ticket, TicketStatus.CALLED, call, bench)
    return [(call.lane, _call_of(command.ticket, ticket, ticket.counter, call.by.id))]


@decide.register
def _(command: c.MissTicket, call: Call, bench: VisitBench) -> Decided:
    line, ticket = _mine(command.ticket, TicketStatus.CALLED, call, bench)
    calls = plan_of(_day(line), bench).rules.calls
    if ticket.calls < calls:
        raise CallAgainFirst(calls=calls)
    return [(call.lane, f.TicketMissed(ticket=command.ticket))]


@decide.register
def _(command: c.StartService, call: Call, bench: VisitBench) -> Decided:
    _mine(command.ticket, TicketStatus.CALLED, call, bench)
    return [(call.lane, f.TicketStarted(ticket=command.ticket))]


@decide.register
def _(command: c.AddMatter, call: Call, bench: VisitBench) -> Decided:
    line, ticket = _mine(command.ticket, TicketStatus.SERVING, call, bench)
    require_matters((command.matter,), plan_of(_day(line), bench), bench, person=None)
    if command.matter in ticket.matters:
        return []
    return [(call.lane, f.MatterAdded(ticket=command.ticket, matter=command.matter))]


@decide.register
def _(command: c.TransferTicket, call: Call, bench: VisitBench) -> Decided:
    line, ticket = _mine(command.ticket, TicketStatus.SERVING, call, bench)
    day = _day(line)
    _require_done(command.done, ticket)
    group = command.group or ticket.group
    if bool(command.counter) == bool(command.group) or plan_of(day, bench).group(group) is None:
        raise Invalid(where="counter")
    if command.counter and command.counter not in bench.hall(day).counters:
        raise CounterNotOpen
    if command.counter == ticket.counter:
        raise Invalid(where="counter")
    sent = f.TicketTransferred(
        ticket=command.ticket, done=command.done, counter=command.counter, group=group, why="elsewhere"
    )
    return [(call.lane, sent)]


@decide.register
def _(command: c.FinishService, call: Call, bench: VisitBench) -> Decided:
    line, ticket = _mine(command.ticket, TicketStatus.SERVING, call, bench)
    finished = f.TicketFinished(ticket=command.ticket)
    return [*settled(ticket.person, command.ticket, _day(line), "finished"), (call.lane, finished)]


def _require_done(done: tuple[str, ...], ticket: Ticket) -> None:
    if not set(done) <= {matter.item for matter in ticket.matters}:
        raise Invalid(where="done")
    if ticket.matters and not set(ticket.open_items) - set(done) and all(matter.item for matter in ticket.matters):
        raise NothingToSendOn


def _mine(id: UUID, status: TicketStatus, call: Call, bench: VisitBench) -> tuple[Line, Ticket]:
    """A ticket that stands at the counter of the author, in the state that the act needs."""
    line, ticket = ticket_of(call, id, bench)
    if ticket.status is not status:
        raise TicketStateChanged(status=ticket.status.value)
    counter = bench.hall(_day(line)).counters.get(ticket.counter)
    if counter is None or counter.staff != call.by.id:
        raise TicketElsewhere(counter=ticket.counter)
    return line, ticket


def _day(line: Line) -> date:
    assert line.on is not None
    return line.on
