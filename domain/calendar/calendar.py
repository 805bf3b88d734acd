"""Which days are working days, year by year, as the State Council's notices set them.

The base is Monday to Friday; a notice takes days off away and adds make-up workdays (调休上班), which are Saturdays and
Sundays that count in full. All dates are local to Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from itertools import pairwise
from typing import Any, Literal

import msgspec
from msgspec import Struct

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The one time zone of the country; a fixed offset, since there has been no summer time after 1991."""

SATURDAY = 5


class DayKind(StrEnum):
    """What a day is for the counting of time limits."""

    WORKDAY = "workday"
    MAKE_UP_WORKDAY = "make-up-workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class CalendarYear(Struct, frozen=True, kw_only=True):
    """The days of one year that differ from the plain week.

    Attributes:
        status: `official` once the notice for the year is out; until then `provisional`, statutory days only.
        days_off: every day off that the notice names, weekends among them included.
        make_up_workdays: Saturdays and Sundays that are worked.
        source: where the days come from, in words.
        published_on: date of the notice.
    """

    status: Literal["official", "provisional"]
    days_off: frozenset[date]
    make_up_workdays: frozenset[date] = frozenset()
    source: str = ""
    published_on: date | None = None


class Shift(Struct, frozen=True):
    """One unbroken stretch of working time within a day, local."""

    starts: time
    ends: time


class WorkingHours(Struct, frozen=True):
    """The shifts of a working day, in order.

    Attributes:
        shifts: at least one; the end of the last is close of business.
    """

    shifts: tuple[Shift, ...]

    @property
    def close(self) -> time:
        """Close of business, local."""
        return self.shifts[-1].ends


def working_hours_from_source(shifts: Sequence[str]) -> WorkingHours:
    """The working hours of a catalogue, whose source writes each shift as `HH:MM-HH:MM`.

    Evening and Saturday openings of the window are none of them: limits are not counted in those.

    Raises:
        CalendarIsWrong: a shift is not written so, ends before it starts, or overlaps the one before.
    """
    read: list[Shift] = []
    for text in shifts:
        starts, _, ends = text.partition("-")
        try:
            shift = Shift(time.fromisoformat(starts), time.fromisoformat(ends))
        except ValueError as error:
            raise CalendarIsWrong(f"{text} is no shift") from error
        if shift.ends <= shift.starts or (read and shift.starts < read[-1].ends):
            raise CalendarIsWrong(f"{text} is out of order")
        read.append(shift)
    if not read:
        raise CalendarIsWrong("a working day has at least one shift")
    return WorkingHours(tuple(read))


class Calendar(Struct, frozen=True):
    """One version of the working-day calendar.

    Attributes:
        version: from 1; every due date names the version it was counted with.
        years: by year. A year that is absent is counted by the plain week and is provisional.
        shifts: working hours of every working day.
    """

    version: int
    years: dict[int, CalendarYear]
    shifts: WorkingHours

    def day(self, on: date) -> DayKind:
        """What `on` is."""
        year = self.years.get(on.year)
        if year and on in year.make_up_workdays:
            return DayKind.MAKE_UP_WORKDAY
        if year and on in year.days_off:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if on.weekday() >= SATURDAY else DayKind.WORKDAY

    def is_workday(self, on: date) -> bool:
        """Whether `on` counts as a working day, make-up workdays included."""
        return self.day(on) in (DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY)

    def provisional(self, on: date) -> bool:
        """Whether the working days of the year of `on` are not published yet (暂定)."""
        year = self.years.get(on.year)
        return year is None or year.status == "provisional"

    def next_workday(self, after: date) -> date:
        """The first working day after `after`."""
        on = after + timedelta(days=1)
        while not self.is_workday(on):
            on += timedelta(days=1)
        return on

    def end_of_day(self, on: date) -> datetime:
        """The instant, UTC, at which the day `on` is over."""
        return datetime.combine(on + timedelta(days=1), time(), tzinfo=SHANGHAI).astimezone(UTC)

    def close_of_business(self, on: date) -> datetime:
        """The instant, in local time, at which the working day `on` ends."""
        return datetime.combine(on, self.shifts.close, tzinfo=SHANGHAI)


class CalendarIsWrong(ValueError):
    """A calendar source names a day outside its year, twice, or a make-up workday that is no weekend day."""


def calendar_from_source(raw: dict[str, Any], *, version: int, hours: WorkingHours) -> Calendar:
    """Build a calendar from the parsed source file.

    Args:
        raw: `{source, years: {year: {status, days_off, make_up_workdays}}}` with ISO dates.
        version: number of this version, from 1.
        hours: the shifts of a working day.

    Raises:
        CalendarIsWrong: a day contradicts its year or another day.
        msgspec.ValidationError: the shape is not that of a calendar.
    """
    source = str(raw.get("source", ""))
    sources = msgspec.convert(raw["years"], dict[int, dict[str, Any]], strict=False)
    years = {year: msgspec.convert({"source": source} | days, CalendarYear) for year, days in sources.items()}
    for number, year in years.items():
        _check_year(number, year)
    return Calendar(version=version, years=years, shifts=hours)


def calendar_faults(calendar: Calendar) -> tuple[str, ...]:
    """What contradicts itself in a calendar, each as a sentence; nothing for a sound one."""
    days = [fault for number in sorted(calendar.years) for fault in _year_faults(number, calendar.years[number])]
    shifts = calendar.shifts.shifts
    late = [shift.starts for shift in shifts if shift.ends <= shift.starts]
    late += [after.starts for before, after in pairwise(shifts) if after.starts < before.ends]
    hours = [f"the shift from {starts:%H:%M} is out of order" for starts in late]
    return (*days, *hours, *(() if shifts else ("a working day has at least one shift",)))


def _check_year(number: int, year: CalendarYear) -> None:
    for fault in _year_faults(number, year):
        raise CalendarIsWrong(fault)


def _year_faults(number: int, year: CalendarYear) -> Iterator[str]:
    for on in sorted(year.days_off | year.make_up_workdays):
        if on.year != number:
            yield f"{on} is listed under {number}"
    for on in sorted(year.make_up_workdays):
        if on.weekday() < SATURDAY or on in year.days_off:
            yield f"{on} cannot be a make-up workday"
