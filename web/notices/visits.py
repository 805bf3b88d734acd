"""What visitors are told: of their appointments, and that their number comes up.

A reminder goes out on the day before, to whoever is expected then. Who waits is told once that few are ahead of them,
and once a call that they are called; after a few minutes neither is worth telling.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import cast
from uuid import UUID

from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import local_day
from domain.effects.notices import Notices, notices_stream
from domain.facts import Envelope, tag_of
from domain.visits import facts as f
from domain.visits.line import AppointmentStatus, Line, TicketStatus
from domain.visits.order import in_order
from domain.visits.reached import beside
from domain.visits.reception import RECEPTION_STREAM, Reception, Rules, at_local, line_stream
from store.centre import Centre
from store.states import LINE, NOTICES, RECEPTION
from web.notices.telling import STALE, Later, Telling
from web.visitors import contact_of

TOLD = (f.AppointmentBooked, f.AppointmentCancelled, f.TicketTaken, f.TicketRejoined, f.TicketCalled)
"""Facts of which somebody is told."""
MOVES_ON = (
    f.TicketPrioritised,
    f.TicketMissed,
    f.TicketStarted,
    f.TicketTransferred,
    f.TicketFinished,
    f.TicketLeft,
    f.LineClosed,
)
"""Facts after which somebody may be nearer to the front."""
WATCHED = frozenset(tag_of(kind) for kind in (*TOLD, *MOVES_ON))

REMINDS_AT = time(10)
"""On the day before, local time."""
SOON = 2
"""Told is who has so many or fewer ahead."""
SETTLED_IN = timedelta(minutes=3)
"""Who has only just taken a number knows where they stand."""
CALL_LASTS = timedelta(minutes=10)
_WEEKDAYS = tuple(zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def appointment_telling(envelope: Envelope, centre: Centre) -> Telling | None:
    """What is told of an appointment that was booked, moved or given up by somebody else."""
    fact = envelope.fact
    assert isinstance(fact, f.AppointmentBooked | f.AppointmentCancelled)
    if isinstance(fact, f.AppointmentBooked):
        kind, lane = ("appointment-moved" if fact.moved_from else "appointment-booked"), fact.appointment
    elif fact.why == "by-person":
        return None
    else:
        lane = beside(fact.appointment, "cancelled")
        kind = "appointment-closed" if fact.why == "office-closed" else "appointment-cancelled"
    return _of_appointment(kind, envelope, lane, centre, until=envelope.meta.recorded_at + STALE)


def reminder_of(envelope: Envelope, centre: Centre) -> Telling | None:
    """What somebody is told on the day before their appointment."""
    fact = envelope.fact
    assert isinstance(fact, f.AppointmentBooked)
    return _of_appointment(
        "appointment-reminder", envelope, reminder_lane(fact.appointment), centre, until=at_local(fact.on, time())
    )


def reminder_lane(appointment: UUID) -> UUID:
    """Beside which a reminder is recorded: it tells of the same fact as the confirmation."""
    return beside(appointment, "reminder")


def reminded_at(now: datetime) -> datetime:
    """When on the local day of `now` reminders go out, UTC."""
    return at_local(local_day(now), REMINDS_AT)


def booked_tomorrow(centre: Centre, now: datetime) -> Iterator[tuple[int, Envelope]]:
    """The bookings of whoever is expected tomorrow and has not booked after today's reminders, with positions."""
    on = local_day(now) + timedelta(days=1)
    for stream in _lines(centre, on):
        line = _line(centre, stream)
        for envelope in centre.read(stream) if line.booked else ():
            fact = envelope.fact
            if (
                isinstance(fact, f.AppointmentBooked)
                and _holds(fact, line)
                and envelope.meta.recorded_at < reminded_at(now)
            ):
                yield centre.position_of(stream, envelope.originator_version), envelope


def soon_telling(position: int, envelope: Envelope, centre: Centre, now: datetime) -> Telling | Later | None:
    """Whether somebody who waits is to be told that few are ahead of them."""
    fact = envelope.fact
    assert isinstance(fact, f.TicketTaken | f.TicketRejoined)
    line = _line(centre, envelope.originator_id)
    ticket = line.tickets[fact.ticket]
    if ticket.person is None or line.on is None:
        return None
    lane = beside(fact.ticket, "soon")
    told = cast("Notices", centre.state(notices_stream(lane), NOTICES)).state
    is_told = any(key[0] == position for key in told)
    waits = ticket.status is TicketStatus.WAITING and ticket.since == fact.since and not line.is_closed
    if not waits and not is_told:
        return None
    if not is_told:
        if _ahead(fact.ticket, line, centre) > SOON:
            return Later(now + STALE)
        if now < fact.since + SETTLED_IN:
            return Later(fact.since + SETTLED_IN)
    until = now + CALL_LASTS if waits else now
    return _of_ticket("ticket-soon", envelope, fact.ticket, lane, centre, until=until)


def called_telling(envelope: Envelope, centre: Centre) -> Telling | None:
    """What somebody is told who is called to a counter for the first time since they last waited."""
    fact = envelope.fact
    assert isinstance(fact, f.TicketCalled)
    if fact.call > 1:
        return None
    until = envelope.meta.recorded_at + CALL_LASTS
    return _of_ticket("ticket-called", envelope, fact.ticket, fact.ticket, centre, until=until, counter=fact.counter)


def _of_appointment(kind: str, envelope: Envelope, lane: UUID, centre: Centre, *, until: datetime) -> Telling | None:
    stream, particulars = envelope.originator_id, centre.particulars()
    fact = envelope.fact
    assert isinstance(fact, f.AppointmentBooked | f.AppointmentCancelled)
    line, id = _line(centre, stream), fact.appointment
    one = line.appointments[id]
    if particulars is None or line.on is None:
        return None
    holds = _holds(fact, line) if isinstance(fact, f.AppointmentBooked) else True
    rules = _rules(centre, line.on)
    return Telling(
        kind=kind,
        persons=(one.person,),
        values={
            "number": one.number,
            "phone": particulars.phone,
            "early": str(rules.early_minutes),
            **moment(one.starts),
        },
        lane=lane,
        until=min(until, one.starts) if holds else envelope.meta.recorded_at,
        url="/visits",
        phone_of=partial(_contact, centre, stream, id),
    )


def _of_ticket(
    kind: str, envelope: Envelope, ticket: UUID, lane: UUID, centre: Centre, *, until: datetime, counter: str = ""
) -> Telling | None:
    stream = envelope.originator_id
    line = _line(centre, stream)
    one = line.tickets[ticket]
    if one.person is None or line.on is None:
        return None
    plan = _reception(centre).plan(line.on)
    place = plan.counter(counter) if plan else None
    return Telling(
        kind=kind,
        persons=(one.person,),
        values={
            "number": one.number,
            "ahead": str(SOON),
            "counter_zh": place.name_zh if place else counter,
            "counter_en": place.name_en if place else counter,
        },
        lane=lane,
        until=until,
        url="/visits",
        phone_of=partial(_contact, centre, stream, one.appointment),
    )


def moment(at: datetime) -> dict[str, str]:
    """A local day and time as the words name them."""
    here = at.astimezone(SHANGHAI)
    zh, en = _WEEKDAYS[here.weekday()]
    return {
        "day_zh": f"{here.month}月{here.day}日周{zh}",
        "day_en": f"{en} {here.date().isoformat()}",
        "time": f"{here:%H:%M}",
    }


def _holds(fact: f.AppointmentBooked, line: Line) -> bool:
    """Whether it is still booked as the fact says."""
    one = line.appointments.get(fact.appointment)
    return one is not None and one.status is AppointmentStatus.BOOKED and one.starts == fact.starts


def _contact(centre: Centre, stream: UUID, appointment: UUID | None, _: UUID) -> str | None:
    """The telephone that staff wrote down."""
    contact = contact_of(centre, stream, appointment)
    return contact.phone if contact else None


def _ahead(ticket: UUID, line: Line, centre: Centre) -> int:
    """How many are called before a ticket that waits."""
    assert line.on is not None
    lines = {stream: _line(centre, stream) for stream in _lines(centre, line.on)}
    lines[line_stream(line.on, line.group)] = line
    group = line.tickets[ticket].group
    return [one.id for one in in_order(lines) if one.ticket.group == group].index(ticket)


def _lines(centre: Centre, on: date) -> list[UUID]:
    plan = _reception(centre).plan(on)
    return [line_stream(on, group.id) for group in plan.groups] if plan else []


def _rules(centre: Centre, on: date) -> Rules:
    plan = _reception(centre).plan(on)
    return plan.rules if plan else Rules()


def _reception(centre: Centre) -> Reception:
    return cast("Reception", centre.state(RECEPTION_STREAM, RECEPTION))


def _line(centre: Centre, stream: UUID) -> Line:
    return cast("Line", centre.state(stream, LINE))
