"""Time limits: when something is due, and the day-by-day proof of why.

The start day never counts (Civil Code art. 201). A limit ends at close of business of its last day, because the centre
has business hours, and a last day that is a day off moves to the next working day (art. 203). Limits of the Licensing
Law are working days (art. 82). A make-up workday counts like any other.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI, Calendar, DayKind
from domain.exact import Exact

COUNTS_KEPT = 512
"""Limits whose days are remembered: those that begin on the same day are counted once."""


class DueRule(StrEnum):
    """The rule a due date comes from; the app has the words."""

    NOTICE = "notice-5-working-days"
    IMMEDIATE = "immediate-close-of-business"
    PROMISED = "promised-working-days"
    STATUTORY = "statutory-working-days"
    STATUTORY_CALENDAR = "statutory-calendar-days"
    STATUTORY_MONTHS = "statutory-months"
    CORRECTION = "correction-calendar-days"
    FILING = "filing-calendar-days"
    STEP = "step-working-hours"
    DELIVERY = "delivery-working-days"
    GAP = "gap-working-days"
    RECTIFICATION = "rectification-working-days"
    KEPT_PROMISE = "kept-promise"


class LimitUnit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAY = "working-day"
    CALENDAR_DAY = "calendar-day"
    MONTH = "month"
    WORKING_HOUR = "working-hour"
    CLOSE_OF_BUSINESS = "close-of-business"


Span = tuple[date, date]
"""First and last day of a suspension, both included."""


class Limit(Struct, frozen=True, kw_only=True):
    """What a due date was counted from: enough to count it again and to prove it day by day.

    Attributes:
        since: the instant that starts the clock, UTC.
        length: how many units; 0 for close of business.
        unit: what is counted.
        suspended: days that do not count, as first and last day (Licensing Law art. 45).
    """

    since: datetime
    length: float
    unit: LimitUnit
    suspended: tuple[Span, ...] = ()


class Due(Struct, frozen=True, kw_only=True):
    """When something is due.

    Attributes:
        at: the instant at which the limit ends, UTC.
        on: the local day of `at`.
        rule: the rule it comes from, one of `DueRule`.
        provisional: whether it rests on a year whose working days are not published yet (暂定).
        calendar_version: the calendar it was counted with.
        limit: what it was counted from; None on dates recorded before this was kept.
    """

    at: datetime
    on: date
    rule: str
    provisional: bool
    calendar_version: int
    limit: Limit | None = None


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
        minutes: working minutes counted on this day; None where days are counted.
    """

    on: date
    kind: CountedKind
    n: int | None
    is_due: bool
    minutes: int | None = None


class Tally(Struct, frozen=True):
    """How the days after the start day divide; together they are the interval from the start to the due day."""

    counted: int
    suspended: int
    not_counted: int


class Reckoning(Struct, frozen=True):
    """A due date with its proof: every day from the start to the due day."""

    due: Due
    days: tuple[CountedDay, ...]

    @property
    def tally(self) -> Tally:
        """The days after the start day by what they were in the count."""
        after = [day.kind for day in self.days[1:]]
        counted = sum(kind in _COUNTS for kind in after)
        suspended = sum(kind is CountedKind.SUSPENDED for kind in after)
        return Tally(counted, suspended, len(after) - counted - suspended)


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
    return local(at).date()


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
    _require_length(n)
    limit = _limit(start, n, LimitUnit.WORKING_DAY, suspended)
    return _since(_worked(Exact(calendar), local_day(start), n, str(rule), limit.suspended), limit)


def calendar_days(
    calendar: Calendar, start: datetime, n: int, *, rule: str, suspended: Sequence[Span] = ()
) -> Reckoning:
    """The limit of `n` natural days after the day of `start`, moved on where it would end on a day off.

    Args:
        calendar: the version to count with.
        start: the instant that starts the clock, aware.
        n: at least 1.
        rule: the rule the limit comes from.
        suspended: special procedures during which days do not count.

    Raises:
        ValueError: `n` is below 1, or `start` names no time zone.
    """
    _require_length(n)
    limit = _limit(start, n, LimitUnit.CALENDAR_DAY, suspended)
    return _since(_passed(Exact(calendar), local_day(start), n, str(rule), limit.suspended), limit)


def months(calendar: Calendar, start: datetime, n: int, *, rule: str, suspended: Sequence[Span] = ()) -> Reckoning:
    """The limit of `n` months: it ends on the day of the same number, or the month's last (Civil Code art. 202).

    Suspended days are added at the end, day by day; an end on a day off moves to the next working day.

    Args:
        calendar: the version to count with.
        start: the instant that starts the clock, aware.
        n: at least 1.
        rule: the rule the limit comes from.
        suspended: special procedures during which days do not count.

    Raises:
        ValueError: `n` is below 1, or `start` names no time zone.
    """
    _require_length(n)
    first = local_day(start)
    length = (_month_later(first, n) - first).days
    limit = _limit(start, n, LimitUnit.MONTH, suspended)
    return _since(_passed(Exact(calendar), first, length, str(rule), limit.suspended), limit)


def immediate(calendar: Calendar, received: datetime) -> Reckoning:
    """The limit of an immediate item 即办件: close of business of the day the complete set arrived.

    What arrives after close of business, or on a day off, is due at the end of the next working day.

    Args:
        calendar: the version to count with.
        received: when the complete set arrived, aware.

    Raises:
        ValueError: `received` names no time zone.
    """
    at = local(received)
    on = at.date()
    limit = _limit(received, 0, LimitUnit.CLOSE_OF_BUSINESS, ())
    if calendar.is_workday(on) and at < calendar.close_of_business(on):
        days = [CountedDay(on, CountedKind.START, None, is_due=True)]
        return _since(_reckoning(calendar, days, rule=DueRule.IMMEDIATE, rests_on=days), limit)
    return _since(working_days(calendar, received, 1, rule=DueRule.IMMEDIATE), limit)


def local(at: datetime) -> datetime:
    """An instant in local time.

    Raises:
        ValueError: `at` names no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(SHANGHAI)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Suspensions in order, with overlapping and adjoining ones made one."""
    out: list[Span] = []
    for first, last in sorted(spans):
        if last < first:
            continue
        if out and first <= out[-1][1] + timedelta(days=1):
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return tuple(out)


def _limit(start: datetime, length: float, unit: LimitUnit, suspended: Sequence[Span]) -> Limit:
    return Limit(since=start.astimezone(UTC), length=length, unit=unit, suspended=merged(suspended))


def _month_later(first: date, n: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _require_length(n: int) -> None:
    if n < 1:
        raise ValueError("a limit is at least 1 day")


def _since(counted: Reckoning, limit: Limit) -> Reckoning:
    return Reckoning(replace(counted.due, limit=limit), counted.days)


@lru_cache(maxsize=COUNTS_KEPT)
def _worked(calendar: Exact[Calendar], first: date, n: int, rule: str, suspended: tuple[Span, ...]) -> Reckoning:
    """Working days after `first`, until `n` of them have been counted."""
    days = [_start_on(first)]
    on, counted = first, 0
    while counted < n:
        on += timedelta(days=1)
        kind = CountedKind.SUSPENDED if _within(on, suspended) else _OF_WORKDAY[calendar.value.day(on)]
        if kind in _COUNTS:
            counted += 1
        days.append(CountedDay(on, kind, counted if kind in _COUNTS else None, counted == n))
    return _reckoning(calendar.value, days, rule=rule, rests_on=days[1:])


@lru_cache(maxsize=COUNTS_KEPT)
def _passed(calendar: Exact[Calendar], first: date, n: int, rule: str, suspended: tuple[Span, ...]) -> Reckoning:
    """Natural days after `first`, until `n` of them have been counted, and on to a working day."""
    return _rolled(calendar.value, _natural(first, n, suspended), rule=rule, suspended=suspended)


def _start_on(first: date) -> CountedDay:
    return CountedDay(first, CountedKind.START, None, is_due=False)


def _within(on: date, spans: Sequence[Span]) -> bool:
    return bool(spans) and any(first <= on <= last for first, last in spans)  # most limits have none


def _natural(first: date, n: int, suspended: Sequence[Span]) -> list[CountedDay]:
    """Natural days from the start on, until `n` of them have been counted."""
    days = [_start_on(first)]
    on, counted = first, 0
    while counted < n:
        on += timedelta(days=1)
        if _within(on, suspended):
            days.append(CountedDay(on, CountedKind.SUSPENDED, None, is_due=False))
            continue
        counted += 1
        days.append(CountedDay(on, CountedKind.COUNTED, counted, is_due=False))
    return days


def _rolled(calendar: Calendar, days: list[CountedDay], *, rule: str, suspended: Sequence[Span]) -> Reckoning:
    """Natural days up to a working day that is not suspended, to which a limit that ends on a day off moves."""
    last = days[-1]
    if calendar.is_workday(last.on):
        ended = [*days[:-1], replace(last, is_due=True)]
        return _reckoning(calendar, ended, rule=rule, rests_on=ended[-1:])
    after: list[CountedDay] = []
    on = last.on
    while not (after and after[-1].is_due):
        on += timedelta(days=1)
        if _within(on, suspended):
            after.append(CountedDay(on, CountedKind.SUSPENDED, None, is_due=False))
        elif calendar.is_workday(on):
            after.append(CountedDay(on, CountedKind.DUE_ROLLED, None, is_due=True))
        else:
            after.append(CountedDay(on, _OF_WORKDAY[calendar.day(on)], None, is_due=False))
    # Only the end looks at working days, so a provisional year matters from the last natural day on.
    return _reckoning(calendar, [*days, *after], rule=rule, rests_on=[last, *after])


def _reckoning(calendar: Calendar, days: list[CountedDay], *, rule: str, rests_on: list[CountedDay]) -> Reckoning:
    """The date and its proof; what it was counted from comes with `_since`."""
    on = days[-1].on
    due = Due(
        at=calendar.close_of_business(on).astimezone(UTC),
        on=on,
        rule=str(rule),
        provisional=any(calendar.provisional(day.on) for day in rests_on),
        calendar_version=calendar.version,
    )
    return Reckoning(due, tuple(days))
