"""Decisions on special procedures 特别程序: they stop the clock to the day, and no longer than they were planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from msgspec.structs import replace

from domain.calendar.limits import Span
from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates
from domain.case.deciding.guards import claimed, reason, sealed_if_any
from domain.case.standing import Procedure
from domain.case.state import Case, due_step, evolve
from domain.catalogue.items import RouteStep, ServiceItem
from domain.facts import Sealed
from domain.refusals import (
    ImmediateItem,
    ProcedureCounts,
    ProcedureNeedsLead,
    ProcedureRuns,
    ProcedureTooLong,
    UnknownProcedure,
)
from domain.rights.table import may

ONE_DAY = timedelta(days=1)
LONGEST = 366
"""Calendar days that may be planned ahead at once where the item's list has no limit: a mistyped year is none."""

BY_LAW = frozenset(
    {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert-review"}
)
"""What does not count for any item (Licensing Law art. 45); an on-site check is not among it."""


@decide.register
def _(command: c.BeginProcedure, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    if item.kind == "immediate" and not case.converted:
        raise ImmediateItem
    step = due_step(item, case)
    assert step is not None
    listed = step.clock == "excluded" and command.kind not in BY_LAW
    _require_planned(command, bench, listed=listed)
    if listed:
        _require_within_list(command, call, case, step, bench)
    begun = _begun(command, call, bench, case=case, step=step.step if listed else "")
    return [*before, (call.lane, begun)]


def _require_planned(command: c.BeginProcedure, bench: Bench, *, listed: bool) -> None:
    if not listed and command.kind not in BY_LAW:
        raise ProcedureCounts(kind=command.kind)
    if command.ends_on < bench.today:
        raise ProcedureTooLong(days=None)
    _require_near(command.ends_on, bench)


def _require_near(ends_on: date, bench: Bench) -> None:
    if ends_on > bench.today + timedelta(days=LONGEST):
        raise ProcedureTooLong(days=LONGEST)


def _require_within_list(command: c.BeginProcedure, call: Call, case: Case, step: RouteStep, bench: Bench) -> None:
    """What the item's list names is done once and takes no longer than the list says, but where a lead lets it.

    Raises:
        ProcedureRuns: it goes on.
        ProcedureNeedsLead: it was done before, or would take longer than its days.
    """
    same = [one for one in case.procedures.values() if one.step == step.step]
    if any(one.ended_on is None for one in same):
        raise ProcedureRuns
    if same or _is_longer(((bench.today, command.ends_on),), step.calendar_days):
        _require_lead(call, step.calendar_days)


def _is_longer(spans: Sequence[Span], most: int | None) -> bool:
    """Whether spans together hold more days than the list gives; the day on which it begins is not one of them."""
    return most is not None and sum((last - first).days + 1 for first, last in spans) > most + 1


def _require_lead(call: Call, most: int | None) -> None:
    if not may("procedure.beyond-list", call.by):
        raise ProcedureNeedsLead(days=most)


def _begun(command: c.BeginProcedure, call: Call, bench: Bench, *, case: Case, step: str) -> f.ProcedureBegun:
    spans = (*case.suspended, (bench.today, command.ends_on))
    return f.ProcedureBegun(
        procedure=call.id,
        kind=command.kind,
        step=step,
        basis=command.basis,
        begins_on=bench.today,
        ends_on=command.ends_on,
        words=reason(case, command.notice),
        promised=dates.suspended(case.promised, spans, bench),
        statutory=dates.suspended(case.statutory, spans, bench),
    )


def _running(case: Case, procedure: UUID) -> Procedure:
    if procedure not in case.running:
        raise UnknownProcedure
    return case.running[procedure]


@decide.register
def _(command: c.ProlongProcedure, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    known = _running(case, command.procedure)
    if command.ends_on <= known.ends_on or command.ends_on < bench.today:
        raise ProcedureTooLong(days=None)
    _require_near(command.ends_on, bench)
    plan = f.ProcedureProlonged(
        procedure=command.procedure,
        begins_on=max(known.ends_on + ONE_DAY, bench.today),
        ends_on=command.ends_on,
        words=reason(case, command.reason),
        promised=case.promised,
        statutory=case.statutory,
    )
    after = evolve(plan, case, by=call.by.id)
    spans, most = after.suspended, _days_listed(item, known)
    if _is_longer(after.procedures[command.procedure].spans, most):
        _require_lead(call, most)
    prolonged = replace(
        plan,
        promised=dates.suspended(case.promised, spans, bench),
        statutory=dates.suspended(case.statutory, spans, bench),
    )
    return [*before, (call.lane, prolonged)]


def _days_listed(item: ServiceItem, procedure: Procedure) -> int | None:
    """The days that the item's list gives to the procedure; None where it does not name it, or gives no limit."""
    return next((step.calendar_days for step in item.route if step.step == procedure.step), None)


@decide.register
def _(command: c.EndProcedure, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    _running(case, command.procedure)
    ended = ended_now(command.procedure, case, bench, findings=sealed_if_any(case, command.findings))
    still = any(id != command.procedure and one.protects for id, one in case.running.items())
    step = due_step(item, case)
    if step is not None and not still:
        ended = replace(ended, step_due=dates.step_due(step, bench))
    return [*before, (call.lane, ended)]


def ended_now(procedure: UUID, case: Case, bench: Bench, *, findings: Sealed | None = None) -> f.ProcedureEnded:
    """The end of a running procedure today, with the dates that follow."""
    plan = f.ProcedureEnded(
        procedure=procedure,
        ended_on=bench.today,
        findings=findings,
        promised=case.promised,
        statutory=case.statutory,
    )
    spans = evolve(plan, case, by=procedure).suspended
    return replace(
        plan,
        promised=dates.suspended(case.promised, spans, bench),
        statutory=dates.suspended(case.statutory, spans, bench),
    )
