"""Decisions that time gives: deemed acceptance, timers that are due, dates counted anew."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from domain.calendar.calendar import Calendar
from domain.calendar.limits import Due
from domain.calendar.reckoning import has_passed, kept, recounted
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.guards import Recorded, item_of
from domain.case.deciding.window import acceptance
from domain.case.standing import clocks
from domain.case.state import Case
from domain.case.timers import Timer, TimerKind, timers_of
from domain.facts import Fact


@decide.register
def _(_command: c.DeemAccepted, call: Call, bench: Bench) -> Decided:
    return _deemed(bench.case(call.lane), call, bench)


def _deemed(case: Case, call: Call, bench: Bench) -> Recorded:
    """Acceptance from the day of receipt, where nobody answered in time; nothing otherwise (逾期视为受理)."""
    if case.status is not CaseStatus.RECEIVED or case.notice is None or not has_passed(case.notice, bench.now):
        return []
    item = item_of(case, bench)
    return [(call.lane, replace(acceptance(case, item, call.lane, bench), deemed=True))]


@decide.register
def _(command: c.FireTimer, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if not case.is_filed:
        return []
    at = command.at.astimezone(UTC)
    timers = timers_of(call.lane, case, bench.calendar())
    timer = next((one for one in timers if (one.kind, one.at, one.about) == (command.kind, at, command.about)), None)
    if timer is None or bench.now < timer.at:
        return []
    if timer.kind is TimerKind.NOTICE:
        return _deemed(case, call, bench)
    fact = _fired(timer, case)
    return [(call.lane, fact)] if fact else []


def _fired(timer: Timer, case: Case) -> Fact | None:
    """What is recorded when the timer is due. Archiving needs a digest, so that it is a command of its own."""
    match timer.kind:
        case TimerKind.LAPSE:
            return f.CaseLapsed(due=_due(case.lapses))
        case TimerKind.RETURN:
            return f.CaseReturned(due=_due(case.respond_by))
        case TimerKind.NEARED:
            return f.DeadlineNeared(clock=timer.about, share=timer.share, due=_due(getattr(case, timer.about)))
        case TimerKind.OVERDUE:
            return f.CaseOverdue(clock=timer.about, due=_due(getattr(case, timer.about)))
        case TimerKind.STEP:
            return f.StepOverdue(step=timer.about, due=_due(case.step_due))
        case TimerKind.PROCEDURE:
            return _overran(timer, case)
        case TimerKind.GAP:
            return f.GapOverdue(material=timer.about, due=case.gaps[timer.about].due)
        case TimerKind.CLAIM:
            assert case.claimed_by is not None
            return f.ClaimExpired(staff=case.claimed_by)
        case TimerKind.DELIVERY:
            return f.DeliveryOverdue(due=_due(case.deliver_by))
        case TimerKind.NOTICE:
            return None


def _overran(timer: Timer, case: Case) -> f.ProcedureOverran:
    procedure = next(id for id in case.running if str(id) == timer.about)
    return f.ProcedureOverran(procedure=procedure, ends_on=case.running[procedure].ends_on)


def _due(due: Due | None) -> Due:
    assert due is not None
    return due


@decide.register
def _(_command: c.RecomputeDeadlines, call: Call, bench: Bench) -> Decided:
    calendar = bench.calendar()
    moved = moved_by(calendar, bench.case(call.lane), now=bench.now)
    if not moved:
        return []
    return [(call.lane, f.DeadlineRecomputed(calendar_version=calendar.version, moved=moved))]


def moved_by(calendar: Calendar, case: Case, *, now: datetime) -> tuple[f.DateMoved, ...]:
    """The dates of a case that a newer calendar moves, or makes certain."""
    return tuple(
        f.DateMoved(clock, before, after)
        for clock, before in clocks(case).items()
        if _is_open(before, now) and before.calendar_version < calendar.version
        for after in [_recounted(clock, before, calendar, now)]
        if (after.at, after.provisional) != (before.at, before.provisional)
    )


def _is_open(due: Due, now: datetime) -> bool:
    """The past is never counted anew."""
    return not has_passed(due, now)


def _recounted(clock: str, due: Due, calendar: Calendar, now: datetime) -> Due:
    """The date under a newer calendar.

    What was promised to the applicant never gets later by itself, what was given to them never earlier; limits of the
    law follow the official calendar. A date is never moved into the past.
    """
    counted = recounted(calendar, due)
    if clock == "promised":
        counted = kept(due, counted)
    elif clock == "respond_by" or clock.startswith("gap:"):
        counted = counted if counted.at >= due.at else replace(due, provisional=counted.provisional)
    return counted if counted.at >= now else due
