"""Appointments, tickets and counters as people see them: how each fact changes a day and which documents it touches."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec.structs import replace

from domain.effects import notices as n
from domain.facts import Fact
from domain.visits import facts as f
from domain.visits import hall as halls
from domain.visits import line as lines
from domain.visits.line import AppointmentStatus, Line, Ticket
from domain.visits.reception import USUAL_MINUTES, Rules, hall_stream, line_stream
from projections.cases.view import At
from projections.documents import Text
from projections.ledgers import Book, Key, Ledger
from projections.telling import SENT, Sent, has_failed, sent_on
from projections.visit_bodies import ToldBody
from projections.visit_days import OFFICE, PACE_OF, PANEL, Day, Stand, Told, counter_id
from projections.visit_documents import BUILDERS

TOLD_OF = f.AppointmentBooked | f.AppointmentCancelled | f.TicketTaken | f.TicketRejoined | f.TicketCalled
"""Facts of which people are told."""


def _on_line(fact: Fact, at: At, book: Book) -> None:
    stream = at.envelope.originator_id
    stand = _stand(fact, stream, book)
    day = book.view("day", stand.on.isoformat(), Day) or Day(on=stand.on)
    if at.position <= day.position:
        return
    day = _met(replace(day, position=at.position), stand.group, at)
    before = day.lines.get(stand.group, Line())
    line = lines.evolve(fact, before, by=at.meta.actor)
    day = replace(day, lines={**day.lines, stand.group: line})
    ticket: UUID | None = getattr(fact, "ticket", None)
    if ticket is not None:
        day = _ticket_changed(fact, ticket, before, _met(day, line.tickets[ticket].group, at), at)
    appointment: UUID | None = getattr(fact, "appointment", None)
    if appointment is not None:
        day = _appointment_changed(fact, appointment, day)
    if isinstance(fact, TOLD_OF):
        concerned = fact.appointment if isinstance(fact, f.AppointmentBooked | f.AppointmentCancelled) else fact.ticket
        day = replace(day, about={**day.about, at.position: concerned})
    _keep(book, day)
    touch = _Touch(book, day, at.position)
    if appointment is not None and not isinstance(fact, f.AppointmentMoved):
        touch.appointment(appointment, line)
    if ticket is not None:
        touch.ticket(ticket, before.tickets.get(ticket))
    if isinstance(fact, f.LineClosed):
        touch.everything(line)
    touch.line(stand.group)
    touch.panel()


def _stand(fact: Fact, stream: UUID, book: Book) -> Stand:
    """Where a fact belongs; the first of a stream says it."""
    known = book.view("stand", str(stream), Stand)
    if known is not None:
        return known
    assert isinstance(fact, f.AppointmentBooked | f.TicketTaken | f.LineStopped | f.CounterOpened)
    stand = Stand(fact.on, "" if isinstance(fact, f.CounterOpened) else fact.group)
    book.keep("stand", str(stream), stand)
    return stand


def _keep(book: Book, day: Day) -> None:
    book.keep("day", day.on.isoformat(), day)


def _met(day: Day, group_id: str, at: At) -> Day:
    """The day with a group known as it was called when it was first met."""
    if group_id in day.groups:
        return day
    plan = at.lookups.reception.plan(day.on)
    group = plan.group(group_id) if plan else None
    rules = plan.rules if plan else Rules()
    name = Text(group.name_zh, group.name_en) if group else Text(group_id, group_id)
    told = Told(name=name, seconds=(group.minutes if group else USUAL_MINUTES) * 60, rules=rules)
    return replace(day, groups={**day.groups, group_id: told})


def _ticket_changed(fact: Fact, id: UUID, before: Line, day: Day, at: At) -> Day:
    day = replace(day, changed_at={**day.changed_at, id: at.when})
    match fact:
        case f.TicketCalled():
            names = {**day.names, fact.staff: at.by_name()}
            return replace(day, called_at={**day.called_at, id: at.when}, names=names)
        case f.TicketStarted():
            return replace(day, started_at={**day.started_at, id: at.when})
        case f.TicketFinished() | f.TicketTransferred() if id in day.started_at:
            group = before.tickets[id].group
            seconds = int((at.when - day.started_at[id]).total_seconds())
            paces = (*day.paces.get(group, ()), seconds)[-PACE_OF:]
            started = {each: since for each, since in day.started_at.items() if each != id}
            return replace(day, started_at=started, paces={**day.paces, group: paces})
        case _:
            return day


def _appointment_changed(fact: Fact, id: UUID, day: Day) -> Day:
    match fact:
        case f.AppointmentBooked() if fact.contact is not None:
            return replace(day, contacts=tuple(dict.fromkeys((*day.contacts, id))))
        case f.AppointmentCancelled():
            return replace(day, why={**day.why, id: fact.why})
        case _:
            return day


def _in_hall(fact: f.CounterOpened | f.CounterClosed, at: At, book: Book) -> None:
    stand = _stand(fact, at.envelope.originator_id, book)
    day = book.view("day", stand.on.isoformat(), Day) or Day(on=stand.on)
    if at.position <= day.position:
        return
    before = day.hall
    day = replace(day, position=at.position, hall=halls.evolve(fact, before))
    opened = day.hall.counters.get(fact.counter)
    if opened is not None:
        day = replace(day, names={**day.names, opened.staff: at.by_name()})
        if fact.counter not in day.counters:
            day = replace(day, counters={**day.counters, fact.counter: _counter_name(fact.counter, day.on, at)})
    _keep(book, day)
    touch = _Touch(book, day, at.position)
    touch.counter(fact.counter)
    touch.panel()
    was = before.counters.get(fact.counter)
    groups = {*(was.groups if was else ()), *(opened.groups if opened else ())}
    for group in sorted(groups):
        touch.line(group)
        touch.own_tickets(group)


def _counter_name(counter: str, on: date, at: At) -> Text:
    plan = at.lookups.reception.plan(on)
    place = plan.counter(counter) if plan else None
    return Text(place.name_zh, place.name_en) if place else Text(counter, counter)


def _told(fact: n.NoticeGiven | n.NoticeHandled | Sent, of: UUID, at: At, book: Book) -> None:
    """A notice about something on the line `of`; any other is not shown here."""
    stand = book.view("stand", str(of), Stand)
    day = book.view("day", stand.on.isoformat(), Day) if stand else None
    id = day.about.get(fact.position) if day else None
    if stand is None or day is None or id is None or at.position <= day.position:
        return
    key = f"{at.envelope.originator_id}:{fact.position}"
    known = day.told.get(id, {})
    before = known.get(key) or _untold(fact.position, fact.person)
    now = _as_told(fact, before, at)
    day = replace(day, position=at.position, told={**day.told, id: {**known, key: now}})
    _keep(book, day)
    touch = _Touch(book, day, at.position)
    for line in day.lines.values():
        if id in line.appointments and line.appointments[id].status is not AppointmentStatus.MOVED:
            touch.appointment(id, line)
        if id in line.tickets:
            touch.office_ticket(id)
            touch.own_ticket(id, line)


def _untold(position: int, person: UUID) -> ToldBody:
    return ToldBody(
        kind="",
        position=position,
        person=person,
        at=None,
        sendings=(),
        is_unreached=False,
        handled="",
        handled_at=None,
        handled_by_name="",
    )


def _as_told(fact: n.NoticeGiven | n.NoticeHandled | Sent, before: ToldBody, at: At) -> ToldBody:
    match fact:
        case n.NoticeGiven():
            return replace(before, kind=fact.kind, at=at.when)
        case n.NoticeHandled():
            name = at.by_name()
            return replace(before, is_unreached=False, handled=fact.how, handled_at=at.when, handled_by_name=name)
        case _:
            sendings = sent_on(fact, before.sendings, at=at.when)
            return replace(before, sendings=sendings, is_unreached=has_failed(sendings) and not before.handled)


class _Touch:
    """Says which documents of a day a fact touches."""

    def __init__(self, book: Book, day: Day, position: int) -> None:
        self._book = book
        self._day = day
        self._position = position

    def _touch(self, scope: str, kind: str, id: UUID) -> None:
        self._book.touch(Key(scope, kind, str(id)), self._position, self._day.on.isoformat())

    def appointment(self, id: UUID, line: Line) -> None:
        self._touch(OFFICE, "appointment", id)
        self._touch(f"person:{line.appointments[id].person}", "appointment", id)

    def ticket(self, id: UUID, before: Ticket | None) -> None:
        """A ticket, with the lines, counters and people who wait that it concerns."""
        now = self._day.line_with(id).tickets[id]
        self.office_ticket(id)
        if now.person is not None:
            self._touch(f"person:{now.person}", "own-ticket", id)
        for counter in sorted({now.counter, before.counter if before else ""} - {""}):
            self.counter(counter)
        for group in sorted({now.group, before.group if before else now.group}):
            self.line(group)
            self.own_tickets(group)

    def office_ticket(self, id: UUID) -> None:
        """A ticket as the counters see it."""
        self._touch(OFFICE, "ticket", id)

    def own_ticket(self, id: UUID, line: Line) -> None:
        """A ticket as its visitor sees it, where one is known."""
        if line.tickets[id].person is not None:
            self._touch(f"person:{line.tickets[id].person}", "own-ticket", id)

    def own_tickets(self, group: str) -> None:
        """Everybody who waits for a group and looks at their own place."""
        for line in self._day.lines.values():
            for id, ticket in line.open_tickets.items():
                if ticket.group == group and ticket.person is not None:
                    self._touch(f"person:{ticket.person}", "own-ticket", id)

    def line(self, group: str) -> None:
        self._touch(OFFICE, "line", line_stream(self._day.on, group))

    def counter(self, counter: str) -> None:
        self._touch(OFFICE, "counter", counter_id(self._day.on, counter))

    def panel(self) -> None:
        self._touch(PANEL, "panel", hall_stream(self._day.on))
        self._touch(OFFICE, "panel", hall_stream(self._day.on))

    def everything(self, line: Line) -> None:
        """A line is closed: nothing of it is shown any more."""
        for id, appointment in line.appointments.items():
            if appointment.status is not AppointmentStatus.MOVED:
                self.appointment(id, line)
        for id in line.tickets:
            self.ticket(id, None)
        for group in self._day.groups:
            self.line(group)


LEDGER = Ledger(
    views={"day": Day, "stand": Stand},
    handlers={
        **dict.fromkeys(lines.FACTS, _on_line),
        f.CounterOpened: _in_hall,
        f.CounterClosed: _in_hall,
    },
    builders=dict(BUILDERS),
    forget={},
    told=dict.fromkeys((n.NoticeGiven, n.NoticeHandled, *SENT), _told),
)
"""Nothing personal is opened for these views, so that an erasure finds nothing to take out of them."""
