"""The dates that decisions give, from the item, the centre's practice and the calendar in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.calendar import limits
from domain.calendar.hours import step_budget
from domain.calendar.limits import Due, DueRule, LimitUnit, Span
from domain.calendar.reckoning import has_passed, recounted
from domain.case.decide import Bench
from domain.case.standing import Case, in_review
from domain.catalogue.items import RouteStep, ServiceItem
from domain.refusals import LimitHasPassed

ONE_DAY = timedelta(days=1)
USUAL_WORKING_DAYS = 20
"""Licensing Law art. 42: the limit where no other is set."""


def answer_by(item: ServiceItem, bench: Bench) -> Due:
    """By when the centre must answer a set that is complete now."""
    told = notice(bench)
    if item.kind != "immediate":
        return told
    return min(told, limits.immediate(bench.calendar(), bench.now).due, key=lambda due: due.at)


def notice(bench: Bench) -> Due:
    """By when the centre must accept, decline or tell all defects of a set that is complete now."""
    days = bench.centre().practice.notice_working_days
    return limits.working_days(bench.calendar(), bench.now, days, rule=DueRule.NOTICE).due


def respond_by(bench: Bench) -> Due:
    """By when the applicant should answer a notice given now."""
    days = bench.centre().practice.correction_calendar_days
    return limits.calendar_days(bench.calendar(), bench.now, days, rule=DueRule.CORRECTION).due


def lapses(bench: Bench) -> Due:
    """When a filing made now lapses if its files do not arrive."""
    days = bench.centre().practice.filing_calendar_days
    return limits.calendar_days(bench.calendar(), bench.now, days, rule=DueRule.FILING).due


def gap_due(working_days: int | None, bench: Bench) -> Due:
    """By when a material promised now is due."""
    days = working_days or bench.centre().practice.gap_working_days
    return limits.working_days(bench.calendar(), bench.now, days, rule=DueRule.GAP).due


def deliver_by(item: ServiceItem, bench: Bench) -> Due | None:
    """By when a result granted now must be delivered (art. 44)."""
    if item.result.kind == "none":
        return None
    days = bench.centre().practice.delivery_working_days
    return limits.working_days(bench.calendar(), bench.now, days, rule=DueRule.DELIVERY).due


def promised(item: ServiceItem, since: datetime, bench: Bench) -> Due:
    """The promised limit of a case whose limits begin at `since` (Civil Code arts. 201, 203)."""
    if item.promised_working_days == 0:
        return limits.immediate(bench.calendar(), since).due
    return _promise(since, item.promised_working_days, bench)


def statutory(item: ServiceItem, since: datetime, bench: Bench) -> Due | None:
    """The limit of the law, the earliest where there are several; None where none is known."""
    calendar, found = bench.calendar(), list[Due]()
    if item.statutory_working_days:
        found.append(limits.working_days(calendar, since, item.statutory_working_days, rule=DueRule.STATUTORY).due)
    if item.statutory_calendar_days:
        days = item.statutory_calendar_days
        found.append(limits.calendar_days(calendar, since, days, rule=DueRule.STATUTORY_CALENDAR).due)
    if item.statutory_months:
        found.append(limits.months(calendar, since, item.statutory_months, rule=DueRule.STATUTORY_MONTHS).due)
    return min(found, key=lambda due: due.at, default=None)


def converted(item: ServiceItem, since: datetime, bench: Bench) -> tuple[int, Due]:
    """The promise of an immediate case that becomes a promised one: what the law allows, in its unit.

    Returns:
        How many working days that is, and the date.
    """
    calendar, by_law = bench.calendar(), statutory(item, since, bench)
    if by_law is None:
        return USUAL_WORKING_DAYS, _promise(since, USUAL_WORKING_DAYS, bench)
    if item.statutory_working_days and by_law.rule == DueRule.STATUTORY:
        return item.statutory_working_days, _promise(since, item.statutory_working_days, bench)
    first, last = limits.local_day(since), by_law.on
    return sum(calendar.is_workday(first + n * ONE_DAY) for n in range(1, (last - first).days + 1)), by_law


def _promise(since: datetime, working_days: int, bench: Bench) -> Due:
    return limits.working_days(bench.calendar(), since, working_days, rule=DueRule.PROMISED).due


def step_due(step: RouteStep, bench: Bench) -> Due | None:
    """By when a step that begins now should be done; None where it has no working time of its own."""
    if not step.working_hours:
        return None
    return step_budget(bench.calendar(), bench.now, step.working_hours).due


def review_due(item: ServiceItem, reviews_done: int, bench: Bench) -> Due | None:
    """By when the step should be done that begins now, with so many reviews complete."""
    return step_due(in_review(item, reviews_done), bench)


def suspended(due: Due | None, spans: Sequence[Span], bench: Bench) -> Due | None:
    """A date with other suspensions; one that has passed stays as it is."""
    if due is None or has_passed(due, bench.now):
        return due
    return recounted(bench.calendar(), due, suspended=spans)


def longer(due: Due | None, working_days: int, bench: Bench) -> Due | None:
    """A date with so many working days more; limits in other units stay as the law has them."""
    if due is None or due.limit is None or due.limit.unit is not LimitUnit.WORKING_DAY:
        return due
    return recounted(bench.calendar(), due, longer=working_days)


def require_running(case: Case, bench: Bench) -> None:
    """The limits of the decision run.

    Raises:
        LimitHasPassed: one has passed.
    """
    if any(due is not None and has_passed(due, bench.now) for due in (case.promised, case.statutory)):
        raise LimitHasPassed
