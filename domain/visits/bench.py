"""What decisions on visits may look at, and what they ask before anything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.actors import Actor
from domain.case.decide import Bench, Call
from domain.facts import Fact
from domain.identity.identity import Person
from domain.refusals import Invalid, MatterUnknown, NotFound, OfficeClosed, PersonIsErased
from domain.rights.table import COUNTERS, require
from domain.visits.facts import Matter, VisitSettled
from domain.visits.hall import Hall, Visitor
from domain.visits.line import Line, Ticket
from domain.visits.reception import Group, Plan, Reception, line_stream, visitor_stream

Recorded = list[tuple[UUID, Fact]]


class VisitBench(Bench, Protocol):
    """The bench with visits on it."""

    def reception(self) -> Reception:
        """What is published about receiving people."""
        ...

    def line(self, stream: UUID) -> Line:
        """A line at the head; an empty one if nothing happened in it.

        Raises:
            NotFound: the stream is no line.
        """
        ...

    def hall(self, on: date) -> Hall:
        """The counters of a day at the head."""
        ...

    def visitor(self, person: UUID) -> Visitor:
        """What a person has open."""
        ...

    def person(self, stream: UUID) -> Person:
        """A resident at the head."""
        ...


class Place(NamedTuple):
    """A line that a command names, with what is in force for it."""

    plan: Plan
    group: Group
    line: Line


def place(call: Call, on: date, group_id: str, bench: VisitBench) -> Place:
    """The line that a command names by day and group.

    Raises:
        Invalid: the lane is not that line.
        OfficeClosed: nobody is received on that day in that group, as far as is published.
    """
    if call.lane != line_stream(on, group_id):
        raise Invalid(where="lane")
    plan = bench.reception().plan(on)
    group = plan.group(group_id) if plan else None
    if plan is None or group is None:
        raise OfficeClosed(on=on.isoformat())
    return Place(plan, group, bench.line(call.lane))


def plan_of(on: date, bench: VisitBench) -> Plan:
    """The plan of a day on which something has happened already."""
    plan = bench.reception().plan(on)
    if plan is None:
        raise OfficeClosed(on=on.isoformat())
    return plan


def lines_of(on: date, bench: VisitBench) -> dict[UUID, Line]:
    """Every line of a day by its stream, those included in which nothing has happened."""
    streams = {line_stream(on, group.id) for plan in bench.reception().plans for group in plan.groups}
    return {stream: bench.line(stream) for stream in sorted(streams)}


def is_receiving(actor: Actor) -> bool:
    """Whether somebody receives people."""
    return not actor.is_resident and not actor.roles.isdisjoint(COUNTERS)


def ticket_of(call: Call, id: UUID, bench: VisitBench) -> tuple[Line, Ticket]:
    """The ticket that a command names, for staff at counters, or for its own visitor.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    line = bench.line(call.lane)
    ticket = line.tickets.get(id)
    if ticket is None or not (is_receiving(call.by) or (call.by.is_resident and ticket.person == call.by.id)):
        raise NotFound
    return line, ticket


def require_matters(matters: Iterable[Matter], plan: Plan, bench: VisitBench, *, person: UUID | None) -> None:
    """Check what somebody comes for.

    Args:
        matters: items of any group of the plan, cases of their item.
        plan: in force.
        bench: knows the cases.
        person: whose cases they must be, where a resident says so themselves.

    Raises:
        MatterUnknown: an item is in no group.
        NotFound: there is no such case of theirs.
        Invalid: the case is about another item.
    """
    known = {item for group in plan.groups for item in group.items}
    for matter in matters:
        if matter.item and matter.item not in known:
            raise MatterUnknown(item=matter.item)
        if matter.case is None:
            continue
        case = bench.case(matter.case)
        if not case.is_filed or (person is not None and not case.belongs_to(person)):
            raise NotFound
        if case.item_id != matter.item:
            raise Invalid(where="matters")


def visiting(call: Call, person: UUID | None, bench: VisitBench) -> UUID | None:
    """Who a command is for: residents act for themselves, staff for somebody who has signed in, or for nobody known.

    Raises:
        Forbidden: a resident names somebody else, or another role acts.
        NotFound: nobody has signed in under that id.
        PersonIsErased: they were erased.
    """
    if call.by.is_resident:
        require(call.command.act, call.by, own=person in (None, call.by.id))
        return call.by.id
    if person is None:
        return None
    known = bench.person(person)
    if known.erased:
        raise PersonIsErased
    if not known.registered:
        raise NotFound
    return person


def settled(person: UUID | None, id: UUID, on: date, how: str) -> Recorded:
    """An appointment or ticket of a person is no longer open; nothing where nobody is known."""
    return [] if person is None else [(visitor_stream(person), VisitSettled(id=id, on=on, how=how))]
