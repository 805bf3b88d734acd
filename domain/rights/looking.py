"""Decisions on looking at a case: numbers shown in full, things printed, glass broken."""

from __future__ import annotations

from uuid import UUID

from domain.actors import Actor
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.state import Case, handled_item
from domain.centre.centre import views_stream
from domain.refusals import NotFound
from domain.rights.cases import may_see
from domain.rights.glass import BreakGlass, broken, glass_stream
from domain.rights.looks import PrintRecord, RecordPrinted, RecordUnmasked, UnmaskRecord


def visible_to(by: Actor, case_id: UUID, bench: Bench) -> Case | None:
    """The case, if the person may see it now; None if there is none, or none that they may know of."""
    case = bench.case(case_id)
    if not case.is_filed:
        return None
    item = handled_item(bench.item(case.item_id, case.item_version), case)
    if may_see(by, case, item) or may_see(by, case, item, through=is_through(by, case_id, bench)):
        return case
    return None


def is_through(by: Actor, case_id: UUID, bench: Bench) -> bool:
    """Whether the person has broken the glass for the case, and may see it for that."""
    return not by.is_resident and bench.glass(case_id).is_open(by.id, now=bench.now)


def _seen(call: Call, bench: Bench) -> Case:
    """The case of the call.

    Raises:
        NotFound: there is none, or none that the author may know of.
    """
    case = visible_to(call.by, call.lane, bench)
    if case is None:
        raise NotFound
    return case


@decide.register
def _(command: UnmaskRecord, call: Call, bench: Bench) -> Decided:
    _seen(call, bench)
    unmasked = RecordUnmasked(record=call.lane, what=command.what, purpose=command.purpose)
    return [(views_stream(call.lane), unmasked)]


@decide.register
def _(command: PrintRecord, call: Call, bench: Bench) -> Decided:
    _seen(call, bench)
    return [(views_stream(call.lane), RecordPrinted(record=call.lane, what=command.what))]


@decide.register
def _(command: BreakGlass, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if not case.is_filed or case.applicant is None:
        raise NotFound
    if visible_to(call.by, call.lane, bench) is not None:
        return []
    return [(glass_stream(call.lane), broken(command, call.lane, applicant=case.applicant, now=bench.now))]
