"""Decisions on the way of an accepted case through the offices: review, hand back, more time, another kind."""

from __future__ import annotations

from msgspec.structs import replace

from domain.calendar.limits import Due
from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding import dates
from domain.case.deciding.guards import Recorded, claimed, opened, reason, require_fresh, sealed_if_any
from domain.case.deciding.procedure import ended_now
from domain.case.standing import in_review
from domain.case.state import Case, due_step, evolve
from domain.catalogue.items import ServiceItem
from domain.refusals import (
    ExtensionOnce,
    ExtensionTooLong,
    ImmediateItem,
    NoStepBefore,
    NothingAsked,
    NotImmediate,
    OwnRequest,
    ProcedureRuns,
)


@decide.register
def _(command: c.ReviewCase, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    step = due_step(item, case)
    assert step is not None
    if any(procedure.step != step.step for procedure in case.running.values()):
        raise ProcedureRuns
    ended: Recorded = []
    for procedure in case.running:
        fact = ended_now(procedure, case, bench)
        ended.append((call.lane, fact))
        case = evolve(fact, case, by=call.by.id)
    reviewed = f.CaseReviewed(
        step=step.step,
        opinion=sealed_if_any(case, command.opinion),
        step_due=dates.review_due(item, case.reviews_done + 1, bench),
    )
    return [*before, *ended, (call.lane, reviewed)]


@decide.register
def _(command: c.HandBack, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    if case.reviews_done == 0:
        raise NoStepBefore
    if case.running:
        raise ProcedureRuns
    step, to = in_review(item, case.reviews_done), in_review(item, case.reviews_done - 1)
    handed_back = f.CaseHandedBack(
        step=step.step, to=to.step, words=reason(case, command.reason), step_due=dates.step_due(to, bench)
    )
    return [*before, (call.lane, handed_back)]


# More time


@decide.register
def _(command: c.AskExtension, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    _require_extendable(case, item, bench)
    if case.extension is not None:
        raise ExtensionOnce
    most = _most(item, bench)
    days = command.working_days or most
    if days > most:
        raise ExtensionTooLong(days=most)
    return [*before, (call.lane, f.ExtensionAsked(working_days=days, words=reason(case, command.reason)))]


def _most(item: ServiceItem, bench: Bench) -> int:
    if item.extension_working_days is not None:
        return item.extension_working_days
    return bench.centre().practice.extension_working_days


def _require_extendable(case: Case, item: ServiceItem, bench: Bench) -> None:
    if item.kind == "immediate" and not case.converted:
        raise ImmediateItem
    dates.require_running(case, bench)


@decide.register
def _(command: c.AnswerExtension, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    asked = case.extension
    if asked is None or asked.approved:
        raise NothingAsked
    if asked.asked_by == call.by.id:
        raise OwnRequest
    words = reason(case, command.reason)
    if not command.approved:
        return [(call.lane, f.ExtensionRefused(asked_by=asked.asked_by, words=words))]
    _require_extendable(case, item, bench)
    promised, statutory = _longer(case, asked.working_days, bench)
    approved = f.ExtensionApproved(
        working_days=asked.working_days, asked_by=asked.asked_by, words=words, promised=promised, statutory=statutory
    )
    return [(call.lane, approved)]


def _longer(case: Case, days: int, bench: Bench) -> tuple[Due | None, Due | None]:
    """Both dates; the promise never lies after the limit of the law."""
    statutory, promised = dates.longer(case.statutory, days, bench), dates.longer(case.promised, days, bench)
    if promised is not None and statutory is not None and promised.at > statutory.at:
        promised = replace(statutory, rule=promised.rule)
    return promised, statutory


@decide.register
def _(command: c.ConvertCase, call: Call, bench: Bench) -> Decided:
    case, item, before = claimed(call, bench)
    if item.kind != "immediate" or case.converted:
        raise NotImmediate
    dates.require_running(case, bench)
    days, promised = dates.converted(item, case.since or bench.now, bench)
    converted = f.CaseConverted(
        working_days=days, words=reason(case, command.reason), promised=promised, statutory=case.statutory
    )
    return [*before, (call.lane, converted)]


@decide.register
def _(command: c.TerminateCase, call: Call, bench: Bench) -> Decided:
    case, _item, before = claimed(call, bench)
    require_fresh(call, bench)
    return [*before, (call.lane, f.CaseTerminated(cause=command.cause, words=reason(case, command.reason)))]
