"""When a line or the hall asks for attention by time alone: appointments nobody came to, and the end of the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from enum import StrEnum
from uuid import UUID

from domain.case.commands import FireTimer
from domain.case.decide import Call, Decided
from domain.identity.erasure import PersonErased
from domain.timers import AFTER, Timer, timer
from domain.visits import facts as f
from domain.visits.bench import Recorded, VisitBench, settled
from domain.visits.hall import Hall
from domain.visits.line import AppointmentStatus, Line
from domain.visits.reception import Reception, at_local, hall_stream

KEPT_FOR_THE_DAY = "个人信息保护法第十九条：预约联系方式只保存到当天结束"


class VisitTimer(StrEnum):
    """What a timer of a line is for."""

    MISSED = "appointment-missed"
    DAY = "line-close"
    HALL = "hall-close"


def timers_of(stream: UUID, line: Line, reception: Reception) -> tuple[Timer[VisitTimer], ...]:
    """The timers that a line waits for now, the earliest first.

    Args:
        stream: the line.
        line: as it stands.
        reception: tells how long a slot is kept.
    """
    return tuple(sorted(_waiting(stream, line, reception), key=lambda one: (one.at, one.kind, one.about)))


def _waiting(stream: UUID, line: Line, reception: Reception) -> Iterator[Timer[VisitTimer]]:
    if line.on is None or line.is_closed:
        return
    plan = reception.plan(line.on)
    assert plan is not None
    for id, appointment in line.booked.items():
        yield timer(stream, VisitTimer.MISSED, appointment.kept_until(plan.rules) + AFTER, str(id))
    yield timer(stream, VisitTimer.DAY, _end_of_day(line.on))


def timers_of_hall(stream: UUID, hall: Hall) -> tuple[Timer[VisitTimer], ...]:
    """The timer of a hall in which counters are open: nobody is left sitting there overnight."""
    if hall.on is None or not hall.counters:
        return ()
    return (timer(stream, VisitTimer.HALL, _end_of_day(hall.on), hall.on.isoformat()),)


def _end_of_day(on: date) -> datetime:
    """The last second of the local day: everything of the day has happened by then."""
    return at_local(on, time(23, 59, 59))


def fire(command: FireTimer, call: Call, bench: VisitBench) -> Decided:
    """Decide a timer of a line anew on the state of the moment; one that is not due, or no more, records nothing."""
    if command.kind == VisitTimer.HALL:
        return _hall_over(command, call, bench)
    line = bench.line(call.lane)
    wanted = (command.kind, command.at.astimezone(UTC), command.about)
    timers = timers_of(call.lane, line, bench.reception())
    due = next((one for one in timers if (one.kind.value, one.at, one.about) == wanted), None)
    if due is None or bench.now < due.at:
        return []
    if due.kind is VisitTimer.MISSED:
        return _missed(call.lane, line, UUID(due.about))
    return _day_over(call.lane, line)


def _hall_over(command: FireTimer, call: Call, bench: VisitBench) -> Recorded:
    on = date.fromisoformat(command.about)
    if call.lane != hall_stream(on) or bench.now < _end_of_day(on):
        return []
    return [(call.lane, f.CounterClosed(counter=counter)) for counter in bench.hall(on).counters]


def _missed(stream: UUID, line: Line, id: UUID) -> Recorded:
    assert line.on is not None
    person = line.appointments[id].person
    return [*settled(person, id, line.on, "missed"), (stream, f.AppointmentMissed(appointment=id))]


def _day_over(stream: UUID, line: Line) -> Recorded:
    """Nothing of the day is left open: nobody waits overnight, and the next day begins with number 1."""
    assert line.on is not None
    facts: Recorded = []
    for id in line.booked:
        facts += _missed(stream, line, id)
    for id, ticket in line.open_tickets.items():
        facts += settled(ticket.person, id, line.on, "left")
        facts.append((stream, f.TicketLeft(ticket=id, why="day-over")))
    return [*_forgotten(line), *facts, (stream, f.LineClosed())]


def _forgotten(line: Line) -> Recorded:
    """Names and telephones that were asked for nothing but this day are kept no longer (PIPL art. 19)."""
    erased = PersonErased(reason="purpose-achieved", basis=KEPT_FOR_THE_DAY, open_cases=())
    return [
        (one.person, erased)
        for id, one in line.appointments.items()
        if one.status is not AppointmentStatus.MOVED and one.is_of_a_caller(id)
    ]
