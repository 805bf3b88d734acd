"""One way from what a limit was counted from to its date and proof, with any version of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from domain.calendar import limits
from domain.calendar.calendar import Calendar
from domain.calendar.hours import step_budget
from domain.calendar.limits import Due, DueRule, Limit, LimitUnit, Reckoning, Span


def reckon(calendar: Calendar, limit: Limit, *, rule: str) -> Reckoning:
    """Count `limit` with `calendar`."""
    length, spans = int(limit.length), limit.suspended
    match limit.unit:
        case LimitUnit.WORKING_DAY:
            return limits.working_days(calendar, limit.since, length, rule=rule, suspended=spans)
        case LimitUnit.CALENDAR_DAY:
            return limits.calendar_days(calendar, limit.since, length, rule=rule, suspended=spans)
        case LimitUnit.MONTH:
            return limits.months(calendar, limit.since, length, rule=rule, suspended=spans)
        case LimitUnit.WORKING_HOUR:
            return step_budget(calendar, limit.since, limit.length, rule=rule, suspended=spans)
        case LimitUnit.CLOSE_OF_BUSINESS:
            return limits.immediate(calendar, limit.since)


def proof(calendar: Calendar, due: Due) -> Reckoning | None:
    """The day-by-day proof of a recorded date, None where nothing says what it was counted from.

    The proof of a kept promise ends on the later day that the count gives.

    Args:
        calendar: the version that `due` names.
        due: as recorded.
    """
    return reckon(calendar, due.limit, rule=_counted_rule(due)) if due.limit else None


def recounted(calendar: Calendar, due: Due, *, suspended: Sequence[Span] | None = None, longer: float = 0) -> Due:
    """The date that the same limit has with another calendar, other suspensions, or so many units more.

    A limit that ends at close of business is not suspended and not made longer; it comes back counted anew.
    """
    if due.limit is None:
        return due
    limit = replace(due.limit, length=due.limit.length + longer if due.limit.length else 0)
    if suspended is not None and limit.unit is not LimitUnit.CLOSE_OF_BUSINESS:
        limit = replace(limit, suspended=limits.merged(suspended))
    return reckon(calendar, limit, rule=_counted_rule(due)).due


def kept(shown: Due, counted: Due) -> Due:
    """What is promised when a new calendar gives `counted`: the date shown never gets later by itself."""
    if counted.at <= shown.at:
        return counted
    return replace(
        shown,
        rule=DueRule.KEPT_PROMISE.value,
        provisional=counted.provisional,
        calendar_version=counted.calendar_version,
        limit=counted.limit,
    )


def _counted_rule(due: Due) -> str:
    return DueRule.PROMISED.value if due.rule == DueRule.KEPT_PROMISE else due.rule


def has_passed(due: Due, now: datetime) -> bool:
    """Whether a limit has ended by `now`."""
    return now > due.at
