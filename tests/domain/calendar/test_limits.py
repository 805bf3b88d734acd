from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from domain.calendar.calendar import SHANGHAI
from domain.calendar.hours import working_hours
from domain.calendar.limits import (
    CountedDay,
    CountedKind,
    Due,
    DueRule,
    Limit,
    LimitUnit,
    calendar_days,
    immediate,
    local_day,
    working_days,
)
from tests.domain.calendar.shipped import shipped_calendar


class DateCase(Struct, frozen=True):
    name: str
    limit: str
    start: datetime
    n: int
    due_on: date
    provisional: bool
    suspended: tuple[tuple[date, date], ...] = ()


class InstantCase(Struct, frozen=True):
    name: str
    limit: str
    start: datetime
    due_at: datetime
    hours: float = 0


class Vectors(Struct, frozen=True):
    extra_years: dict[int, Any]
    dates: tuple[DateCase, ...]
    instants: tuple[InstantCase, ...]


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "vectors/calendar.json").read_bytes(), type=Vectors)
CALENDAR = shipped_calendar(VECTORS.extra_years)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)


def at(month: int, day: int) -> date:
    return date(2026, month, day)


@pytest.mark.parametrize("case", VECTORS.dates, ids=lambda case: case.name)
def test_a_limit_in_days_ends_on_the_day_of_the_vector(case: DateCase) -> None:
    if case.limit == "working-days":
        reckoning = working_days(CALENDAR, case.start, case.n, rule=DueRule.PROMISED, suspended=case.suspended)
    else:
        reckoning = calendar_days(CALENDAR, case.start, case.n, rule=DueRule.CORRECTION)

    assert (reckoning.due.on, reckoning.due.provisional) == (case.due_on, case.provisional)
    assert reckoning.due.at.astimezone(SHANGHAI) == datetime.combine(case.due_on, CALENDAR.shifts.close, SHANGHAI)


@pytest.mark.parametrize("case", VECTORS.instants, ids=lambda case: case.name)
def test_a_limit_within_days_ends_at_the_instant_of_the_vector(case: InstantCase) -> None:
    if case.limit == "immediate":
        assert immediate(CALENDAR, case.start).due.at == case.due_at
    else:
        assert working_hours(CALENDAR, case.start, case.hours) == case.due_at


def test_the_proof_shows_every_day_from_the_start_to_the_due_day() -> None:
    start = datetime(2026, 9, 29, 15, tzinfo=SHANGHAI)

    reckoning = working_days(CALENDAR, start, 3, rule=DueRule.PROMISED)

    assert reckoning.days == (
        CountedDay(at(9, 29), CountedKind.START, None, is_due=False),
        CountedDay(at(9, 30), CountedKind.COUNTED, 1, is_due=False),
        *(CountedDay(at(10, day), CountedKind.HOLIDAY, None, is_due=False) for day in range(1, 8)),
        CountedDay(at(10, 8), CountedKind.COUNTED, 2, is_due=False),
        CountedDay(at(10, 9), CountedKind.COUNTED, 3, is_due=True),
    )


def test_the_proof_names_make_up_days_weekends_and_suspended_days() -> None:
    start = datetime(2026, 10, 9, 9, tzinfo=SHANGHAI)

    reckoning = working_days(CALENDAR, start, 2, rule=DueRule.STATUTORY, suspended=[(at(10, 12), at(10, 13))])

    assert [(day.kind, day.n) for day in reckoning.days] == [
        (CountedKind.START, None),
        (CountedKind.MAKE_UP_WORKDAY, 1),
        (CountedKind.WEEKEND, None),
        (CountedKind.SUSPENDED, None),
        (CountedKind.SUSPENDED, None),
        (CountedKind.COUNTED, 2),
    ]


def test_natural_days_that_end_on_a_day_off_roll_to_the_next_working_day() -> None:
    start = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI)

    reckoning = calendar_days(CALENDAR, start, 5, rule=DueRule.CORRECTION)

    assert reckoning.days[5:] == (
        CountedDay(at(10, 5), CountedKind.COUNTED, 5, is_due=False),
        CountedDay(at(10, 6), CountedKind.HOLIDAY, None, is_due=False),
        CountedDay(at(10, 7), CountedKind.HOLIDAY, None, is_due=False),
        CountedDay(at(10, 8), CountedKind.DUE_ROLLED, None, is_due=True),
    )


def test_an_immediate_item_within_hours_is_due_the_same_day() -> None:
    reckoning = immediate(CALENDAR, MONDAY)

    assert reckoning.days == (CountedDay(at(11, 23), CountedKind.START, None, is_due=True),)
    assert reckoning.due == Due(
        at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        on=at(11, 23),
        rule="immediate-close-of-business",
        provisional=False,
        calendar_version=1,
        limit=Limit(since=MONDAY, length=0, unit=LimitUnit.CLOSE_OF_BUSINESS),
    )


def test_an_immediate_item_after_hours_shows_the_days_in_between() -> None:
    reckoning = immediate(CALENDAR, datetime(2026, 11, 20, 18, 40, tzinfo=SHANGHAI))

    assert [(day.on, day.kind, day.is_due) for day in reckoning.days] == [
        (at(11, 20), CountedKind.START, False),
        (at(11, 21), CountedKind.WEEKEND, False),
        (at(11, 22), CountedKind.WEEKEND, False),
        (at(11, 23), CountedKind.COUNTED, True),
    ]


def test_a_due_date_survives_being_stored() -> None:
    due = working_days(CALENDAR, MONDAY, 5, rule=DueRule.NOTICE).due

    assert msgspec.json.decode(msgspec.json.encode(due), type=Due) == due


def test_the_local_day_of_a_late_evening_in_utc_is_the_next_one() -> None:
    assert local_day(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == at(11, 23)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        immediate(CALENDAR, MONDAY.replace(tzinfo=None))


@pytest.mark.parametrize("days", [0, -1])
def test_a_limit_of_no_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least 1 day"):
        working_days(CALENDAR, MONDAY, days, rule=DueRule.PROMISED)
    with pytest.raises(ValueError, match="at least 1 day"):
        calendar_days(CALENDAR, MONDAY, days, rule=DueRule.CORRECTION)
    with pytest.raises(ValueError, match="above 0 hours"):
        working_hours(CALENDAR, MONDAY, days)
