from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import msgspec
import pytest

from domain.calendar.calendar import Calendar, CalendarIsWrong, DayKind, calendar_from_source
from tests.domain.calendar.shipped import shipped_calendar, shipped_hours, shipped_source

CALENDAR = shipped_calendar()
# The package has no type information at all; a module imported by name is Any to both checkers.
IS_WORKDAY: Callable[[date], bool] = import_module("chinese_calendar").is_workday


def days_of(year: int) -> list[date]:
    first, days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return [first + timedelta(days=i) for i in range(days)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_shipped_days_are_those_of_the_state_council_notices(year: int) -> None:
    differing = [day for day in days_of(year) if CALENDAR.is_workday(day) is not IS_WORKDAY(day)]

    assert differing == []
    assert not any(CALENDAR.provisional(day) for day in days_of(year))


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_each_year_has_as_many_working_days_as_its_source_says(year: int) -> None:
    assert sum(map(CALENDAR.is_workday, days_of(year))) == shipped_source()["years"][year]["working_days"]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 23), DayKind.WORKDAY),
        (date(2026, 11, 21), DayKind.WEEKEND),
        (date(2026, 10, 1), DayKind.HOLIDAY),
        (date(2026, 10, 4), DayKind.HOLIDAY),
        (date(2026, 10, 10), DayKind.MAKE_UP_WORKDAY),
    ],
)
def test_a_day_is_one_of_four_kinds(day: date, kind: DayKind) -> None:
    assert CALENDAR.day(day) == kind


def test_a_year_without_a_notice_is_provisional() -> None:
    assert CALENDAR.provisional(date(2027, 3, 1))
    assert CALENDAR.provisional(date(2031, 3, 1))
    assert CALENDAR.is_workday(date(2031, 3, 3))


def test_a_calendar_survives_being_stored() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CALENDAR), type=Calendar) == CALENDAR


@pytest.mark.parametrize(
    "days",
    [
        {"days_off": ["2025-01-01"]},
        {"days_off": [], "make_up_workdays": ["2026-11-23"]},
        {"days_off": ["2026-11-21"], "make_up_workdays": ["2026-11-21"]},
    ],
)
def test_a_source_that_contradicts_itself_is_refused(days: dict[str, Any]) -> None:
    with pytest.raises(CalendarIsWrong):
        calendar_from_source({"years": {2026: {"status": "official", **days}}}, version=1, hours=shipped_hours())
