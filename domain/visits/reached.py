"""Visitors whom no channel reached: beside what the notices of a visit stand, and how staff reach them all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args
from uuid import UUID, uuid5

from domain.case.decide import Call, Decided
from domain.case.deciding import decide
from domain.centre.centre import views_stream
from domain.effects.notices import HandleNotice, Notices, Recorded, handled, notices_stream
from domain.refusals import NotFound, StateChanged
from domain.rights.looks import RecordUnmasked
from domain.visits.bench import VisitBench, is_receiving
from domain.visits.commands import ReadContact
from domain.visits.line import Line

Part = Literal["reminder", "cancelled", "soon"]


def beside(visit: UUID, part: Part) -> UUID:
    """Beside what a further notice about an appointment or ticket stands; the first one stands beside the visit."""
    return uuid5(visit, part)


def lanes_of(visit: UUID) -> tuple[UUID, ...]:
    """Everything beside which there may be notices about an appointment or ticket."""
    return (visit, *(beside(visit, part) for part in get_args(Part)))


@decide.register
def _(command: ReadContact, call: Call, bench: VisitBench) -> Decided:
    line = bench.line(call.lane)
    visit = line.appointments.get(command.visit) or line.tickets.get(command.visit)
    if visit is None or visit.person is None or not is_receiving(call.by):
        raise NotFound
    looked = RecordUnmasked(record=command.visit, what="contact", purpose="contact")
    return [(views_stream(command.visit), looked)]


def handle(command: HandleNotice, call: Call, line: Line, notices: Mapping[UUID, Notices]) -> Recorded:
    """Who receives people says how they told a visitor: this settles every notice of that step which reached nobody.

    Args:
        command: names the step and the visitor.
        call: its lane is the appointment or ticket.
        line: on which that stands, or stood before it was moved.
        notices: by `lanes_of` the visit.

    Raises:
        NotFound: it does not stand there, or the author receives nobody.
        ReasonMissing: nobody needs to be told, and it is not said why.
        StateChanged: the notices arrived after all, or somebody has looked after them.
    """
    visit = line.appointments.get(call.lane) or line.tickets.get(call.lane)
    if visit is None or visit.person != command.person or not is_receiving(call.by):
        raise NotFound
    fact = handled(command, command.person)
    about = (command.position, command.person)
    lanes = [lane for lane, one in notices.items() if about in one.unreached]
    if not lanes:
        raise StateChanged(status="notice-settled")
    return [(notices_stream(lane), fact) for lane in lanes]
