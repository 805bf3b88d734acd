"""Limits within days: working hours of single steps, and the instants at which part of a limit has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from domain.calendar.calendar import SHANGHAI, Calendar
from domain.calendar.limits import (
    CountedDay,
    CountedKind,
    Due,
    DueRule,
    Limit,
    LimitUnit,
    Reckoning,
    Span,
    local,
    local_day,
    merged,
)

Stretch = tuple[datetime, datetime]
"""Beginning and end of an unbroken stretch of working time, local."""

MINUTE = timedelta(minutes=1)
SHARES = (50, 80)
"""Steps of the alarm ladder before a limit is due, in per cent of the time that counts."""


def working_hours(calendar: Calendar, start: datetime, hours: float) -> datetime:
    """The instant, UTC, at which `hours` of working time after `start` have passed.

    Only time inside the shifts of working days counts; this is for limits of single steps.

    Raises:
        ValueError: `hours` is not above 0, or `start` names no time zone.
    """
    return step_budget(calendar, start, hours).due.at


def step_budget(
    calendar: Calendar, start: datetime, hours: float, *, rule: str = DueRule.STEP, suspended: Sequence[Span] = ()
) -> Reckoning:
    """The limit of `hours` of working time, with the minutes that count on each day.

    Args:
        calendar: the version to count with; its shifts say what working time is.
        start: the instant that starts the clock, aware.
        hours: above 0.
        rule: the rule the limit comes from.
        suspended: special procedures during which no time counts.

    Raises:
        ValueError: `hours` is not above 0, or `start` names no time zone.
    """
    if hours <= 0:
        raise ValueError("a limit is above 0 hours")
    left = wanted = timedelta(hours=hours)
    at, spent = local(start), dict[date, timedelta]()
    for begins, ends in _stretches(calendar, local(start), suspended):
        taken = min(left, ends - begins)
        spent[begins.date()] = spent.get(begins.date(), timedelta()) + taken
        left -= taken
        at = begins + taken
        if not left:
            break
    days = tuple(_days(calendar, local_day(start), at.date(), spent, suspended))
    limit = Limit(
        since=start.astimezone(UTC),
        length=wanted / timedelta(hours=1),
        unit=LimitUnit.WORKING_HOUR,
        suspended=merged(suspended),
    )
    due = Due(
        at=at.astimezone(UTC),
        on=at.date(),
        rule=str(rule),
        provisional=any(calendar.provisional(day.on) for day in days),
        calendar_version=calendar.version,
        limit=limit,
    )
    return Reckoning(due, days)


def working_minutes(calendar: Calendar, start: datetime, end: datetime, *, suspended: Sequence[Span] = ()) -> int:
    """Whole minutes of working time between two instants; 0 where the second is not after the first.

    Raises:
        ValueError: an instant names no time zone.
    """
    stretches = _until(calendar, local(start), local(end), suspended)
    return sum((ends - begins for begins, ends in stretches), timedelta()) // MINUTE


def ladder(calendar: Calendar, due: Due) -> tuple[tuple[int, datetime], ...]:
    """When 50 % and 80 % of the time that counts towards a limit have passed, as (per cent, instant UTC).

    Working time is what counts for limits in working days and hours; all time does for natural days and months.
    Empty for a date without a limit, and where no time counts between start and end.
    """
    limit = due.limit
    if limit is None or due.at <= limit.since:
        return ()
    if limit.unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTH):
        return tuple((share, limit.since + (due.at - limit.since) * share / 100) for share in SHARES)
    stretches = list(_until(calendar, local(limit.since), local(due.at), limit.suspended))
    total = sum((ends - begins for begins, ends in stretches), timedelta()) // MINUTE
    return tuple((share, _after(stretches, MINUTE * total * share / 100)) for share in SHARES) if total else ()


def _after(stretches: Sequence[Stretch], left: timedelta) -> datetime:
    """When so much working time has passed, UTC."""
    for begins, ends in stretches:
        if left <= ends - begins:
            return (begins + left).astimezone(UTC)
        left -= ends - begins
    return stretches[-1][1].astimezone(UTC)


def _until(calendar: Calendar, start: datetime, last: datetime, suspended: Sequence[Span]) -> Iterator[Stretch]:
    """Working time from `start` to `last`."""
    for begins, ends in _stretches(calendar, start, suspended):
        if begins >= last:
            return
        yield begins, min(ends, last)


def _stretches(calendar: Calendar, start: datetime, suspended: Sequence[Span]) -> Iterator[Stretch]:
    """Working time from `start` on, without end."""
    on = start.date()
    while True:
        if calendar.is_workday(on) and not any(first <= on <= last for first, last in suspended):
            for shift in calendar.shifts.shifts:
                begins = max(start, datetime.combine(on, shift.starts, tzinfo=SHANGHAI))
                ends = datetime.combine(on, shift.ends, tzinfo=SHANGHAI)
                if begins < ends:
                    yield begins, ends
        on += timedelta(days=1)


def _days(
    calendar: Calendar, first: date, last: date, spent: dict[date, timedelta], suspended: Sequence[Span]
) -> Iterator[CountedDay]:
    on, before = first, timedelta()
    while on <= last:
        after = before + spent.get(on, timedelta())
        # Whole minutes of the sum, so that the days add up where the clock began within a minute.
        minutes, before = after // MINUTE - before // MINUTE, after
        kind = CountedKind.START if on == first else _kind(calendar, on, suspended)
        yield CountedDay(on, kind, None, is_due=on == last, minutes=minutes)
        on += timedelta(days=1)


def _kind(calendar: Calendar, on: date, suspended: Sequence[Span]) -> CountedKind:
    if any(begins <= on <= ends for begins, ends in suspended):
        return CountedKind.SUSPENDED
    return CountedKind(calendar.day(on).value if calendar.day(on) != "workday" else "counted")
