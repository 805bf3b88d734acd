"""Decisions on tickets before they are called: take a number, check in, go first, join the line again, leave."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.refusals import (
    AppointmentOver,
    DayIsOver,
    Invalid,
    LineIsStopped,
    NotFound,
    OfficeClosed,
    RejoinsUsedUp,
    TicketHeld,
    TicketsNotNow,
    TicketStateChanged,
    TooEarly,
)
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.bench import (
    Place,
    VisitBench,
    is_receiving,
    place,
    plan_of,
    require_matters,
    settled,
    ticket_of,
    visiting,
)
from domain.visits.line import Appointment, AppointmentStatus, TicketStatus
from domain.visits.order import rank
from domain.visits.reception import at_local, visitor_stream


@decide.register
def _(command: c.TakeTicket, call: Call, bench: VisitBench) -> Decided:
    at = place(call, command.on, command.group, bench)
    person = visiting(call, command.person, bench)
    if command.ticket in at.line.tickets:
        raise Invalid(where="ticket")
    _require_open(at, command, bench)
    appointment = _checked_in(command, call, at, bench)
    if appointment is not None:
        person = appointment.person
    elif at.line.is_stopped:
        raise LineIsStopped
    if person is not None:
        _require_none_held(person, bench)
    matters = command.matters or (appointment.matters if appointment else ())
    require_matters(matters, at.plan, bench, person=call.by.id if call.by.is_resident else None)
    taken = f.TicketTaken(
        ticket=command.ticket,
        on=command.on,
        group=command.group,
        number=f"{at.group.letter}{len(at.line.tickets) + 1:03d}",
        person=person,
        matters=matters,
        channel="app" if call.by.is_resident else command.channel,
        has_priority=command.has_priority,
        appointment=command.appointment,
        since=bench.now,
        rank=rank(
            at.plan.rules,
            bench.now,
            slot=appointment.starts if appointment else None,
            has_priority=command.has_priority,
        ),
    )
    if person is None:
        return [(call.lane, taken)]
    counted = f.VisitCounted(what="ticket", id=command.ticket, on=command.on, group=command.group)
    came = settled(person, command.appointment, command.on, "came") if command.appointment else []
    return [*came, (visitor_stream(person), counted), (call.lane, taken)]


def _require_open(at: Place, command: c.TakeTicket, bench: VisitBench) -> None:
    """Numbers are given out from a while before the first opening to the end of the last."""
    if command.on != bench.today or at.line.is_closed:
        raise DayIsOver
    openings = bench.reception().openings(command.on, bench.calendar())
    if not openings:
        raise OfficeClosed(on=command.on.isoformat())
    opens = at_local(command.on, openings[0].starts) - timedelta(minutes=at.plan.rules.tickets_minutes)
    closes = at_local(command.on, openings[-1].ends)
    if not opens <= bench.now < closes:
        raise TicketsNotNow(opens=opens.isoformat(), closes=closes.isoformat())


def _checked_in(command: c.TakeTicket, call: Call, at: Place, bench: VisitBench) -> Appointment | None:
    """The appointment that is checked in, while its slot is kept."""
    if command.appointment is None:
        return None
    appointment = at.line.appointments.get(command.appointment)
    if appointment is None or (call.by.is_resident and appointment.person != call.by.id):
        raise NotFound
    if appointment.status is not AppointmentStatus.BOOKED or bench.now > appointment.kept_until(at.plan.rules):
        raise AppointmentOver(status=appointment.status.value)
    early = appointment.check_in_from(at.plan.rules)
    if bench.now < early:
        raise TooEarly(since=early.isoformat())
    return appointment


def _require_none_held(person: UUID, bench: VisitBench) -> None:
    """One number at a time; one of a day that is over does not count, even where nobody has closed that day yet."""
    if any(visit.on == bench.today for visit in bench.visitor(person).has("ticket").values()):
        raise TicketHeld


@decide.register
def _(command: c.PrioritiseTicket, call: Call, bench: VisitBench) -> Decided:
    line, ticket = ticket_of(call, command.ticket, bench)
    if ticket.status not in (TicketStatus.WAITING, TicketStatus.MISSED):
        raise TicketStateChanged(status=ticket.status.value)
    if ticket.has_priority:
        return []
    assert line.on is not None
    earlier = timedelta(minutes=plan_of(line.on, bench).rules.priority_minutes)
    first = min(ticket.rank, ticket.since - earlier)
    return [(call.lane, f.TicketPrioritised(ticket=command.ticket, rank=first))]


@decide.register
def _(command: c.RejoinLine, call: Call, bench: VisitBench) -> Decided:
    line, ticket = ticket_of(call, command.ticket, bench)
    if ticket.status is not TicketStatus.MISSED or line.is_closed:
        raise TicketStateChanged(status=ticket.status.value)
    assert line.on is not None
    rules = plan_of(line.on, bench).rules
    if ticket.rejoins >= rules.rejoins:
        raise RejoinsUsedUp(limit=rules.rejoins)
    now = rank(rules, bench.now, has_priority=ticket.has_priority)
    return [(call.lane, f.TicketRejoined(ticket=command.ticket, since=bench.now, rank=now))]


@decide.register
def _(command: c.LeaveLine, call: Call, bench: VisitBench) -> Decided:
    line, ticket = ticket_of(call, command.ticket, bench)
    if ticket.is_over or (ticket.status is TicketStatus.SERVING and not is_receiving(call.by)):
        raise TicketStateChanged(status=ticket.status.value)
    assert line.on is not None
    left = f.TicketLeft(ticket=command.ticket, why="by-person" if call.by.is_resident else "by-staff")
    return [*settled(ticket.person, command.ticket, line.on, "left"), (call.lane, left)]


@decide.register
def _(command: c.StopLine, call: Call, bench: VisitBench) -> Decided:
    at = place(call, command.on, command.group, bench)
    if command.on != bench.today or at.line.is_closed:
        raise DayIsOver
    if at.line.is_stopped:
        return []
    return [(call.lane, f.LineStopped(on=command.on, group=command.group, reason=command.reason))]


@decide.register
def _(_command: c.ResumeLine, call: Call, bench: VisitBench) -> Decided:
    line = bench.line(call.lane)
    if line.on is None:
        raise NotFound
    if line.is_closed:
        raise DayIsOver
    return [(call.lane, f.LineResumed())] if line.is_stopped else []
