"""Decisions on who works on a case: claim, hand over, recall, send back, ask for it, keep it, break, reassign."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.calendar.hours import working_hours
from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.guards import claim, is_qualified, opened, reason, require_qualified, sealed_if_any
from domain.case.state import Case, due_step
from domain.catalogue.items import ServiceItem
from domain.refusals import AlreadyAsked, AlreadyClaimed, ColleagueUnfit, NotHandedOver, NothingAsked, StateChanged


@decide.register
def _(_command: c.ClaimCase, call: Call, bench: Bench) -> Decided:
    case, item, before = opened(call, bench)
    if case.claimed_by not in (None, call.by.id):
        raise AlreadyClaimed(by=str(case.claimed_by), mine=False)
    require_qualified(call, case, item, bench)
    taken = claim(call.by.id, bench)
    if case.claimed_by == call.by.id and not _is_longer(taken, case):
        raise AlreadyClaimed(by=str(case.claimed_by), mine=True)
    return [*before, (call.lane, taken)]


def _is_longer(taken: f.CaseClaimed, case: Case) -> bool:
    """Whether claiming again gives more time; the same moment's claim twice says nothing new."""
    return case.claim_until is None or (taken.until is not None and taken.until > case.claim_until)


@decide.register
def _(_command: c.ReleaseCase, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if case.withdrawn_from != call.by.id:
        _require_holder(call, case)
    return [(call.lane, f.CaseReleased())]


def _require_holder(call: Call, case: Case) -> None:
    if case.claimed_by is None:
        raise StateChanged(status=str(case.status))
    if case.claimed_by != call.by.id:
        raise AlreadyClaimed(by=str(case.claimed_by))


@decide.register
def _(command: c.HandOver, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    _require_holder(call, case)
    require_fit(command.to, case, item, bench, holder=call.by.id)
    words = sealed_if_any(case, command.words)
    return [(call.lane, f.CaseHandedOver(to=command.to, words=words, until=_until(bench)))]


@decide.register
def _(_command: c.RecallHandOver, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    given = case.handed_over
    if given is None or given.sender != call.by.id or given.opened or case.claimed_by != given.to:
        raise NotHandedOver
    return [(call.lane, f.HandOverRecalled(until=_until(bench)))]


@decide.register
def _(command: c.SendBack, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    given = case.handed_over
    if given is None or given.to != call.by.id or case.claimed_by != given.to:
        raise NotHandedOver
    require_fit(given.sender, case, item, bench, holder=call.by.id)
    words = sealed_if_any(case, command.words)
    return [(call.lane, f.HandOverReturned(to=given.sender, words=words, until=_until(bench)))]


@decide.register
def _(command: c.AskTakeOver, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    if case.claimed_by is None:
        raise StateChanged(status=str(case.status))
    if case.claimed_by == call.by.id:
        raise AlreadyClaimed(by=str(case.claimed_by), mine=True)
    if case.take_over not in (None, call.by.id):
        raise AlreadyAsked(by=str(case.take_over))
    require_qualified(call, case, item, bench)
    return [(call.lane, f.TakeOverAsked(words=sealed_if_any(case, command.words)))]


@decide.register
def _(command: c.KeepCase, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    _require_holder(call, case)
    if case.take_over is None:
        raise NothingAsked
    return [(call.lane, f.TakeOverDeclined(asked_by=case.take_over, words=sealed_if_any(case, command.words)))]


@decide.register
def _(command: c.BreakClaim, call: Call, bench: Bench) -> Decided:
    case, _item, _ = opened(call, bench)
    if case.claimed_by is None:
        raise StateChanged(status=str(case.status))
    return [(call.lane, f.ClaimBroken(staff=case.claimed_by, words=reason(case, command.reason)))]


@decide.register
def _(command: c.ReassignCase, call: Call, bench: Bench) -> Decided:
    case, item, _ = opened(call, bench)
    require_fit(command.to, case, item, bench, holder=case.claimed_by)
    words = reason(case, command.reason)
    return [(call.lane, f.CaseReassigned(to=command.to, words=words, until=_until(bench)))]


def require_fit(to: UUID, case: Case, item: ServiceItem, bench: Bench, *, holder: UUID | None) -> None:
    """A colleague can take the due step: by role, certificate and presence.

    Raises:
        ColleagueUnfit: they cannot; `why`, and the `substitute` of somebody absent.
    """
    if to == holder:
        raise ColleagueUnfit(why="same")
    who, step = bench.staff(to), due_step(item, case)
    if who.id is None or step is None or step.role not in who.roles:
        raise ColleagueUnfit(why="role")
    if away := who.absence(bench.today):
        raise ColleagueUnfit(why="absent", substitute=str(away.substitute) if away.substitute else None)
    if step.role == "window-clerk" and not is_qualified(who, item, bench):
        raise ColleagueUnfit(why="certificate")


def _until(bench: Bench) -> datetime:
    return working_hours(bench.calendar(), bench.now, bench.centre().practice.claim_working_hours)
