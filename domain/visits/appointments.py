"""Decisions on appointments: a slot is never overbooked, and nobody is ever made to have one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.facts import Sealed
from domain.refusals import (
    AppointmentOver,
    BookingBarred,
    ContactMissing,
    Invalid,
    NotFound,
    SlotFull,
    SlotIsOver,
    SlotUnknown,
    TooManyAppointments,
)
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.bench import (
    Place,
    Recorded,
    VisitBench,
    is_receiving,
    place,
    require_matters,
    settled,
    visiting,
)
from domain.visits.hall import Visitor
from domain.visits.line import Appointment, AppointmentStatus, caller_of
from domain.visits.reception import Rules, Slot, line_stream, visitor_stream


@decide.register
def _(command: c.BookAppointment, call: Call, bench: VisitBench) -> Decided:
    at = place(call, command.on, command.group, bench)
    person = visiting(call, command.person, bench)
    if command.appointment in at.line.appointments:
        raise Invalid(where="appointment")
    require_matters(command.matters, at.plan, bench, person=call.by.id if call.by.is_resident else None)
    slot = _free_slot(at, command.on, command.starts, bench)
    contact = None
    if person is None:
        person = caller_of(command.appointment)
        contact = _contact(command, person)
    visitor = bench.visitor(person)
    _require_within_limit(visitor, at.plan.rules)
    if call.by.is_resident:
        _require_not_barred(visitor, at.plan.rules, bench.today)
    booked = f.AppointmentBooked(
        appointment=command.appointment,
        on=command.on,
        group=command.group,
        starts=slot.starts,
        ends=slot.ends,
        number=_number(at),
        person=person,
        matters=command.matters,
        channel="app" if call.by.is_resident else command.channel,
        contact=contact,
    )
    counted = f.VisitCounted(what="appointment", id=command.appointment, on=command.on, group=command.group)
    return [(visitor_stream(person), counted), (call.lane, booked)]


def _contact(command: c.BookAppointment, person: UUID) -> Sealed:
    if not command.name.strip() or not command.phone.strip():
        raise ContactMissing
    return Sealed(person, value={"name": command.name.strip(), "phone": command.phone.strip()})


def _number(at: Place) -> str:
    """To be said at the counter; told from a ticket's by the letter Y (预约)."""
    return f"{at.group.letter}Y{at.line.bookings + 1:03d}"


@decide.register
def _(command: c.MoveAppointment, call: Call, bench: VisitBench) -> Decided:
    at = place(call, command.on, command.group, bench)
    old_stream = line_stream(command.from_on, command.from_group)
    old = _theirs(call, bench.line(old_stream).appointments.get(command.appointment))
    _require_booked(old, bench.now)
    if old_stream == call.lane and old.starts == command.starts:
        return []
    slot = _free_slot(at, command.on, command.starts, bench)
    booked = f.AppointmentBooked(
        appointment=command.appointment,
        on=command.on,
        group=command.group,
        starts=slot.starts,
        ends=slot.ends,
        number=_number(at) if old_stream != call.lane else old.number,
        person=old.person,
        matters=old.matters,
        channel=old.channel,
        moved_from=old_stream,
    )
    visits = visitor_stream(old.person)
    counted = f.VisitCounted(what="appointment", id=command.appointment, on=command.on, group=command.group)
    left = f.AppointmentMoved(appointment=command.appointment, to=call.lane)
    return [(visits, counted), (old_stream, left), (call.lane, booked)]


@decide.register
def _(command: c.CancelAppointment, call: Call, bench: VisitBench) -> Decided:
    line = bench.line(call.lane)
    appointment = _theirs(call, line.appointments.get(command.appointment))
    _require_booked(appointment, bench.now)
    assert line.on is not None
    why = "by-person" if call.by.is_resident else "by-staff"
    cancelled = f.AppointmentCancelled(appointment=command.appointment, why=why)
    before = settled(appointment.person, command.appointment, line.on, "cancelled")
    return [*before, (call.lane, cancelled)]


def cancelled_by_centre(stream: UUID, on: date, appointments: dict[UUID, Appointment]) -> Recorded:
    """Appointments that the centre cannot keep."""
    facts: Recorded = []
    for id, appointment in appointments.items():
        facts += settled(appointment.person, id, on, "cancelled")
        facts.append((stream, f.AppointmentCancelled(appointment=id, why="office-closed")))
    return facts


def _free_slot(at: Place, on: date, starts: datetime, bench: VisitBench) -> Slot:
    if on > bench.today + timedelta(days=at.plan.rules.days_ahead):
        raise SlotUnknown(days_ahead=at.plan.rules.days_ahead)
    slots = bench.reception().slots(at.group, on, bench.calendar())
    slot = next((one for one in slots if one.starts == starts), None)
    if slot is None:
        raise SlotUnknown(days_ahead=at.plan.rules.days_ahead)
    if slot.starts <= bench.now or at.line.is_closed:
        raise SlotIsOver
    if at.line.taken(slot.starts) >= at.group.bookable:
        raise SlotFull
    return slot


def _require_within_limit(visitor: Visitor, rules: Rules) -> None:
    if len(visitor.has("appointment")) >= rules.appointments:
        raise TooManyAppointments(limit=rules.appointments)


def _require_not_barred(visitor: Visitor, rules: Rules, today: date) -> None:
    """Who has missed too many appointments books at the counter or by telephone for a while, or takes a number."""
    recent = [on for on in visitor.missed if on > today - timedelta(days=rules.missed_days)]
    if len(recent) < rules.missed:
        return
    until = recent[-1] + timedelta(days=rules.barred_days)
    if today <= until:
        raise BookingBarred(until=until.isoformat())


def _theirs(call: Call, appointment: Appointment | None) -> Appointment:
    """The appointment, if it may be touched: by its person, or by staff who receive people."""
    if appointment is None or not (is_receiving(call.by) or (call.by.is_resident and appointment.person == call.by.id)):
        raise NotFound
    return appointment


def _require_booked(appointment: Appointment, now: datetime) -> None:
    if appointment.status is not AppointmentStatus.BOOKED:
        raise AppointmentOver(status=appointment.status.value)
    if appointment.starts <= now:
        raise SlotIsOver
