"""Documents about visits, made of a day.

Waiting times are derived here and promised nowhere: how many are called before, times the pace of the day, over the
counters that are open for the group.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.visits.line import AT_COUNTER, AppointmentStatus, Line, Ticket, TicketStatus
from domain.visits.reception import Reception, hall_stream, line_stream
from projections.documents import Person, Text
from projections.ledgers import Book, Key
from projections.visit_bodies import (
    AppointmentBody,
    CounterBody,
    LineBody,
    OwnTicketBody,
    PanelBody,
    PanelCall,
    PanelLine,
    SlotBody,
    SlotsBody,
    TicketBody,
)
from projections.visit_days import OFFICE, Day, counter_id


def _day_of(view: str, book: Book) -> Day:
    day = book.view("day", view, Day)
    assert day is not None
    return day


def _appointment(key: Key, view: str, book: Book) -> AppointmentBody | None:
    day, id = _day_of(view, book), UUID(key.id)
    found = next(((group, line) for group, line in day.lines.items() if _is_here(id, line)), None)
    if found is None:
        return None  # it has left its line; what comes next in the log puts it into another
    group, line = found
    one, told = line.appointments[id], day.groups[group]
    if line.is_closed:
        return None
    if key.scope == OFFICE and one.status is AppointmentStatus.CANCELLED:
        return None
    return AppointmentBody(
        lane=line_stream(day.on, group),
        on=day.on,
        group=group,
        group_name=told.name,
        number=one.number,
        starts=one.starts,
        ends=one.ends,
        check_in_from=one.check_in_from(told.rules),
        kept_until=one.kept_until(told.rules),
        matters=one.matters,
        channel=one.channel,
        status=one.status.value,
        why=day.why.get(id, "") if one.status is AppointmentStatus.CANCELLED else "",
        ticket=one.ticket,
        has_contact=id in day.contacts,
        told=day.told_of(id),
    )


def _is_here(id: UUID, line: Line) -> bool:
    return id in line.appointments and line.appointments[id].status is not AppointmentStatus.MOVED


def _found(id: UUID, day: Day) -> tuple[str, Line, Ticket]:
    group, line = next((group, line) for group, line in day.lines.items() if id in line.tickets)
    return group, line, line.tickets[id]


def _ticket(key: Key, view: str, book: Book) -> TicketBody | None:
    day, id = _day_of(view, book), UUID(key.id)
    group, _line, one = _found(id, day)
    if one.is_over:
        return None
    return TicketBody(
        lane=line_stream(day.on, group),
        number=one.number,
        status=one.status.value,
        group=one.group,
        group_name=day.groups[one.group].name,
        matters=one.matters,
        done=one.done,
        has_priority=one.has_priority,
        appointment=one.appointment,
        since=one.since,
        changed_at=day.changed_at[id],
        counter=one.counter,
        staff=Person(one.staff, day.names.get(one.staff, "")) if one.staff else None,
        calls=one.calls,
        rejoins=one.rejoins,
        told=day.told_of(id),
    )


def _own_ticket(key: Key, view: str, book: Book) -> OwnTicketBody | None:
    day, id = _day_of(view, book), UUID(key.id)
    group, line, one = _found(id, day)
    if line.is_closed:
        return None
    is_waiting = one.status is TicketStatus.WAITING
    order = [each for each, _ in day.waiting(one.group)] if is_waiting else []
    ahead = order.index(id) if is_waiting else 0
    return OwnTicketBody(
        lane=line_stream(day.on, group),
        on=day.on,
        number=one.number,
        status=one.status.value,
        group=one.group,
        group_name=day.groups[one.group].name,
        matters=one.matters,
        done=one.done,
        since=one.since,
        counter=one.counter,
        counter_name=day.counters.get(one.counter),
        calls=one.calls,
        ahead=ahead,
        wait_minutes=day.wait_minutes(one.group, ahead) if is_waiting else None,
        rejoins_left=max(day.groups[group].rules.rejoins - one.rejoins, 0),
        told=day.told_of(id),
    )


def _line(key: Key, view: str, book: Book) -> LineBody | None:
    day = _day_of(view, book)
    group = next((id for id in day.groups if str(line_stream(day.on, id)) == key.id), None)
    if group is None:
        return None
    line = day.lines.get(group, Line())
    if line.is_closed or day.is_over:
        return None
    waiting = day.waiting(group)
    return LineBody(
        lane=line_stream(day.on, group),
        on=day.on,
        group=group,
        group_name=day.groups[group].name,
        is_stopped=line.is_stopped,
        waiting=tuple(ticket.number for _, ticket in waiting),
        counters=day.open_for(group),
        seconds_each=day.seconds_each(group),
        wait_minutes=day.wait_minutes(group, len(waiting)),
    )


def _counter(key: Key, view: str, book: Book) -> CounterBody | None:
    day = _day_of(view, book)
    found = next((id for id in day.counters if str(counter_id(day.on, id)) == key.id), None)
    one = day.hall.counters.get(found) if found else None
    if found is None or one is None:
        return None
    at_it = next(((id, ticket) for id, ticket in _at_counters(day) if ticket.counter == found), None)
    return CounterBody(
        lane=hall_stream(day.on),
        on=day.on,
        counter=found,
        name=day.counters[found],
        staff=Person(one.staff, day.names.get(one.staff, "")),
        groups=one.groups,
        ticket=at_it[0] if at_it else None,
        number=at_it[1].number if at_it else "",
        status=at_it[1].status.value if at_it else "free",
    )


def _at_counters(day: Day) -> Iterator[tuple[UUID, Ticket]]:
    for line in day.lines.values():
        yield from ((id, ticket) for id, ticket in line.tickets.items() if ticket.status in AT_COUNTER)


def _panel(_key: Key, view: str, book: Book) -> PanelBody | None:
    day = _day_of(view, book)
    if day.is_over:
        return None
    calls = [
        PanelCall(
            ticket.number,
            ticket.counter,
            day.counters.get(ticket.counter, Text(ticket.counter, ticket.counter)),
            ticket.calls,
            day.called_at[id],
            ticket.status is TicketStatus.SERVING,
        )
        for id, ticket in _at_counters(day)
    ]
    return PanelBody(
        on=day.on,
        calls=tuple(sorted(calls, key=lambda call: (call.called_at, call.number), reverse=True)),
        lines=tuple(
            PanelLine(told.name, len(day.waiting(group)), day.lines.get(group, Line()).is_stopped)
            for group, told in sorted(day.groups.items())
        ),
    )


def slots_of(reception: Reception, calendar: Calendar, line: Line, *, on: date, group_id: str) -> SlotsBody | None:
    """What can be booked in a group on a day; None if nobody is received in it.

    Args:
        reception: what is published.
        calendar: in force.
        line: of that day and group, an empty one if nothing was booked.
        on: the day.
        group_id: the group.
    """
    plan = reception.plan(on)
    group = plan.group(group_id) if plan else None
    if group is None:
        return None
    changed = reception.days.get(on)
    return SlotsBody(
        lane=line_stream(on, group_id),
        on=on,
        group=group_id,
        group_name=Text(group.name_zh, group.name_en),
        closed_because=changed.reason if changed else "",
        slots=tuple(
            SlotBody(slot.starts, slot.ends, group.bookable, max(group.bookable - line.taken(slot.starts), 0))
            for slot in reception.slots(group, on, calendar)
        ),
    )


BUILDERS = {
    "appointment": _appointment,
    "ticket": _ticket,
    "own-ticket": _own_ticket,
    "line": _line,
    "counter": _counter,
    "panel": _panel,
}
"""Kind of row to what its document is made by."""
