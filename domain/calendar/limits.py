"""Time limits: when something is due, and the day-by-day proof of why.

The start day never counts (Civil Code art. 201). A limit ends at close of business of its last day, because the centre
has business hours, and a last day that is a day off moves to the next working day (art. 203). Limits of the Licensing
Law are working days (art. 82). A make-up workday counts like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from domain.calendar.calendar import SHANGHAI, Calendar, DayKind


class DueRule(StrEnum):
    """The rule a due date comes from; the app has the words."""

    NOTICE = "notice-5-working-days"
    IMMEDIATE = "immediate-close-of-business"
    PROMISED = "promised-working-days"
    STATUTORY = "statutory-working-days"
    STATUTORY_CALENDAR = "statutory-calendar-days"
    CORRECTION = "correction-calendar-days"


class Due(Struct, frozen=True, kw_only=True):
    """When something is due.

    Attributes:
        at: the instant at which the limit ends, UTC.
        on: the local day of `at`.
        rule: the rule it comes from, one of `DueRule`.
        provisional: whether it rests on a year whose working days are not published yet (暂定).
        calendar_version: the calendar it was counted with.
    """

    at: datetime
    on: date
    rule: str
    provisional: bool
    calendar_version: int


class CountedKind(StrEnum):
    """What a day is in the count of one limit."""

    START = "start"
    COUNTED = "counted"
    MAKE_UP_WORKDAY = "make-up-workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    DUE_ROLLED = "due-rolled"


class CountedDay(Struct, frozen=True):
    """One day in the proof of a due date.

    Attributes:
        on: the day, local.
        kind: what the day is in this count.
        n: how many days have been counted up to and with this one; None on a day that does not count.
        is_due: whether the limit ends on this day.
    """

    on: date
    kind: CountedKind
    n: int | None
    is_due: bool


class Reckoning(Struct, frozen=True):
    """A due date with its proof: every day from the start to the due day."""

    due: Due
    days: tuple[CountedDay, ...]


Span = tuple[date, date]
"""First and last day of a suspension, both included."""

_OF_WORKDAY = {
    DayKind.WORKDAY: CountedKind.COUNTED,
    DayKind.MAKE_UP_WORKDAY: CountedKind.MAKE_UP_WORKDAY,
    DayKind.WEEKEND: CountedKind.WEEKEND,
    DayKind.HOLIDAY: CountedKind.HOLIDAY,
}
_COUNTS = (CountedKind.COUNTED, CountedKind.MAKE_UP_WORKDAY)


def local_day(at: datetime) -> date:
    """The local day of an instant.

    Raises:
        ValueError: `at` names no time zone.
    """
    return _local(at).date()


def working_days(
    calendar: Calendar, start: datetime, n: int, *, rule: str, suspended: Sequence[Span] = ()
) -> Reckoning:
    """The limit of `n` working days after the day of `start`.

    Args:
        calendar: the version to count with.
        start: the instant that starts the clock, aware.
        n: at least 1.
        rule: the rule the limit comes from.
        suspended: special procedures during which days do not count (Licensing Law art. 45); overlapping ones are
            merged, not added.

    Raises:
        ValueError: `n` is below 1, or `start` names no time zone.
    """
    _require_days(n)
    days = [_start_of(start)]
    on, counted = days[0].on, 0
    while counted < n:
        on += timedelta(days=1)
        kind = CountedKind.SUSPENDED if _within(on, suspended) else _OF_WORKDAY[calendar.day(on)]
        if kind in _COUNTS:
            counted += 1
        days.append(CountedDay(on, kind, counted if kind in _COUNTS else None, counted == n))
    return _reckoning(calendar, days, rule=rule, rests_on=days[1:])


def calendar_days(calendar: Calendar, start: datetime, n: int, *, rule: str) -> Reckoning:
    """The limit of `n` natural days after the day of `start`, moved on where it would end on a day off.

    Args:
        calendar: the version to count with.
        start: the instant that starts the clock, aware.
        n: at least 1.
        rule: the rule the limit comes from.

    Raises:
        ValueError: `n` is below 1, or `start` names no time zone.
    """
    _require_days(n)
    days = [_start_of(start)]
    first = days[0].on
    days += [CountedDay(first + timedelta(days=i), CountedKind.COUNTED, i, is_due=False) for i in range(1, n + 1)]
    last = days[-1]
    if calendar.is_workday(last.on):
        days[-1] = CountedDay(last.on, last.kind, last.n, is_due=True)
    else:
        days += _rolled_on(calendar, last.on)
    # Only the end looks at working days, so a provisional year matters from the last natural day on.
    return _reckoning(calendar, days, rule=rule, rests_on=days[n:])


def immediate(calendar: Calendar, received: datetime) -> Reckoning:
    """The limit of an immediate item 即办件: close of business of the day the complete set arrived.

    What arrives after close of business, or on a day off, is due at the end of the next working day.

    Args:
        calendar: the version to count with.
        received: when the complete set arrived, aware.

    Raises:
        ValueError: `received` names no time zone.
    """
    local = _local(received)
    on = local.date()
    if calendar.is_workday(on) and local < calendar.close_of_business(on):
        days = [CountedDay(on, CountedKind.START, None, is_due=True)]
        return _reckoning(calendar, days, rule=DueRule.IMMEDIATE, rests_on=days)
    return working_days(calendar, received, 1, rule=DueRule.IMMEDIATE)


def working_hours(calendar: Calendar, start: datetime, hours: float) -> datetime:
    """The instant, UTC, at which `hours` of working time after `start` have passed.

    Only time inside the shifts of working days counts; this is for limits of single steps.

    Raises:
        ValueError: `hours` is not above 0, or `start` names no time zone.
    """
    if hours <= 0:
        raise ValueError("a limit is above 0 hours")
    left = timedelta(hours=hours)
    begin = _local(start)
    on = begin.date() if calendar.is_workday(begin.date()) else calendar.next_workday(begin.date())
    while True:
        for shift in calendar.shifts.shifts:
            opens = max(begin, datetime.combine(on, shift.starts, tzinfo=SHANGHAI))
            span = datetime.combine(on, shift.ends, tzinfo=SHANGHAI) - opens
            if span >= left:
                return (opens + left).astimezone(UTC)
            left -= max(span, timedelta())
        on = calendar.next_workday(on)


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(SHANGHAI)


def _require_days(n: int) -> None:
    if n < 1:
        raise ValueError("a limit is at least 1 day")


def _start_of(start: datetime) -> CountedDay:
    return CountedDay(local_day(start), CountedKind.START, None, is_due=False)


def _within(on: date, spans: Sequence[Span]) -> bool:
    return any(first <= on <= last for first, last in spans)


def _rolled_on(calendar: Calendar, last: date) -> list[CountedDay]:
    """The days after a natural-day limit that ended on a day off, up to the working day it moves to."""
    due = calendar.next_workday(last)
    between = [last + timedelta(days=i) for i in range(1, (due - last).days)]
    off = [CountedDay(on, _OF_WORKDAY[calendar.day(on)], None, is_due=False) for on in between]
    return [*off, CountedDay(due, CountedKind.DUE_ROLLED, None, is_due=True)]


def _reckoning(calendar: Calendar, days: list[CountedDay], *, rule: str, rests_on: list[CountedDay]) -> Reckoning:
    on = days[-1].on
    due = Due(
        at=calendar.close_of_business(on).astimezone(UTC),
        on=on,
        rule=str(rule),
        provisional=any(calendar.provisional(day.on) for day in rests_on),
        calendar_version=calendar.version,
    )
    return Reckoning(due, tuple(days))
