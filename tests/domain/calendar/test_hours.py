from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar.calendar import SHANGHAI, CalendarIsWrong, Shift, working_hours_from_source
from domain.calendar.hours import ladder, step_budget, working_hours, working_minutes
from domain.calendar.limits import CountedKind, DueRule, calendar_days, immediate, working_days
from tests.domain.calendar.shipped import shipped_calendar, shipped_hours

CALENDAR = shipped_calendar()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def test_working_hours_are_those_of_the_catalogue() -> None:
    hours = shipped_hours()

    assert [(str(shift.starts), str(shift.ends)) for shift in hours.shifts] == [
        ("09:00:00", "12:00:00"),
        ("13:00:00", "17:00:00"),
    ]
    assert CALENDAR.shifts == hours


def test_other_working_hours_give_other_dates() -> None:
    morning = working_hours_from_source(["08:30-12:30"])
    calendar = type(CALENDAR)(version=1, years=CALENDAR.years, shifts=morning)

    assert immediate(calendar, MONDAY).due.at == datetime(2026, 11, 23, 12, 30, tzinfo=SHANGHAI)
    assert working_hours(calendar, MONDAY, 4) == datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
    assert morning.shifts == (Shift(datetime(2026, 1, 1, 8, 30).time(), datetime(2026, 1, 1, 12, 30).time()),)  # noqa: DTZ001


@pytest.mark.parametrize("shifts", [[], ["9-12"], ["12:00-09:00"], ["09:00-12:00", "11:00-17:00"], ["morning"]])
def test_shifts_that_make_no_day_are_refused(shifts: list[str]) -> None:
    with pytest.raises(CalendarIsWrong):
        working_hours_from_source(shifts)


@given(start=INSTANTS, minutes=st.integers(1, 6_000))
def test_the_minutes_of_a_step_add_up_and_end_within_working_time(start: datetime, minutes: int) -> None:
    reckoning = step_budget(CALENDAR, start, minutes / 60)

    assert sum(day.minutes or 0 for day in reckoning.days) == minutes
    assert working_minutes(CALENDAR, start, reckoning.due.at) == minutes
    tally = reckoning.tally
    interval = (reckoning.due.on - start.astimezone(SHANGHAI).date()).days
    assert tally.counted + tally.suspended + tally.not_counted == interval
    assert [day.is_due for day in reckoning.days] == [False] * interval + [True]


def test_a_step_stands_still_while_a_procedure_does() -> None:
    span = (date(2026, 11, 24), date(2026, 11, 25))

    reckoning = step_budget(CALENDAR, MONDAY, 8, suspended=[span])

    assert reckoning.due.at == datetime(2026, 11, 26, 11, tzinfo=SHANGHAI)
    assert [day.kind for day in reckoning.days] == [
        CountedKind.START,
        CountedKind.SUSPENDED,
        CountedKind.SUSPENDED,
        CountedKind.COUNTED,
    ]


def test_no_time_passes_backwards_or_outside_the_shifts() -> None:
    assert working_minutes(CALENDAR, MONDAY, MONDAY - timedelta(hours=5)) == 0
    assert working_minutes(CALENDAR, MONDAY.replace(hour=12), MONDAY.replace(hour=13)) == 0
    assert working_minutes(CALENDAR, MONDAY, MONDAY + timedelta(days=1)) == 7 * 60


def test_the_alarms_of_a_limit_in_working_days_come_after_half_and_four_fifths_of_its_working_time() -> None:
    due = working_days(CALENDAR, MONDAY.replace(hour=17), 10, rule=DueRule.PROMISED).due

    assert ladder(CALENDAR, due) == (
        (50, datetime(2026, 11, 30, 17, tzinfo=SHANGHAI)),
        (80, datetime(2026, 12, 3, 17, tzinfo=SHANGHAI)),
    )


def test_the_alarms_of_natural_days_follow_the_clock_on_the_wall() -> None:
    due = calendar_days(CALENDAR, MONDAY.replace(hour=17), 10, rule=DueRule.STATUTORY_CALENDAR).due

    assert ladder(CALENDAR, due)[0] == (50, datetime(2026, 11, 28, 17, tzinfo=SHANGHAI))


def test_suspended_days_move_the_alarms_too() -> None:
    span = (date(2026, 11, 24), date(2026, 11, 25))
    due = working_days(CALENDAR, MONDAY.replace(hour=17), 2, rule=DueRule.PROMISED, suspended=[span]).due

    assert ladder(CALENDAR, due)[0] == (50, datetime(2026, 11, 26, 17, tzinfo=SHANGHAI))


@given(start=INSTANTS, n=st.integers(1, 40))
def test_alarms_lie_between_start_and_end_in_order(start: datetime, n: int) -> None:
    due = working_days(CALENDAR, start, n, rule=DueRule.PROMISED).due

    instants = [start, *(at for _, at in ladder(CALENDAR, due)), due.at]

    assert instants == sorted(instants)
