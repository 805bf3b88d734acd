from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI
from domain.calendar.hours import step_budget
from domain.calendar.limits import (
    CountedKind,
    Due,
    DueRule,
    Limit,
    LimitUnit,
    Reckoning,
    Span,
    calendar_days,
    immediate,
    merged,
    months,
    working_days,
)
from domain.calendar.reckoning import has_passed, kept, proof, recounted
from tests.domain.calendar.shipped import shipped_calendar

CALENDAR = shipped_calendar()
MONDAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
SPANS = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2027, 3, 1)), st.integers(0, 12)).map(
        lambda span: (span[0], span[0] + timedelta(days=span[1]))
    ),
    max_size=4,
)


def months_after(start: datetime, n: int) -> date:
    return months(CALENDAR, start, n, rule=DueRule.STATUTORY_MONTHS).due.on


def test_a_month_ends_on_the_day_of_the_same_number_or_on_its_last() -> None:
    assert months_after(datetime(2026, 7, 15, 9, tzinfo=SHANGHAI), 1) == date(2026, 8, 17), "the 15th is a Saturday"
    assert months_after(datetime(2026, 3, 31, 9, tzinfo=SHANGHAI), 3) == date(2026, 6, 30)
    assert months_after(datetime(2026, 11, 30, 9, tzinfo=SHANGHAI), 3) == date(2027, 3, 1), "28 February is a Sunday"


def test_a_month_is_proved_by_its_natural_days_and_grows_by_suspended_ones() -> None:
    start = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
    plain = months(CALENDAR, start, 1, rule=DueRule.STATUTORY_MONTHS)
    longer = months(
        CALENDAR, start, 1, rule=DueRule.STATUTORY_MONTHS, suspended=[(date(2026, 6, 10), date(2026, 6, 11))]
    )

    assert (plain.due.on, plain.tally.counted) == (date(2026, 7, 1), 30)
    assert (longer.due.on, longer.tally.suspended) == (date(2026, 7, 3), 2)


Counting = Callable[[datetime, int, Sequence[Span]], Reckoning]
KINDS: dict[str, Counting] = {
    "working-days": lambda start, n, spans: working_days(CALENDAR, start, n, rule=DueRule.PROMISED, suspended=spans),
    "natural-days": lambda start, n, spans: calendar_days(
        CALENDAR, start, n, rule=DueRule.STATUTORY_CALENDAR, suspended=spans
    ),
    "months": lambda start, n, spans: months(
        CALENDAR, start, 1 + n % 4, rule=DueRule.STATUTORY_MONTHS, suspended=spans
    ),
    "hours": lambda start, n, spans: step_budget(CALENDAR, start, n, suspended=spans),
    "immediate": lambda start, n, spans: immediate(CALENDAR, start),
}


@pytest.mark.parametrize("kind", KINDS)
@given(start=INSTANTS, n=st.integers(1, 60), spans=SPANS)
def test_counted_and_suspended_and_other_days_are_the_interval_and_the_date_is_proved(
    kind: str, start: datetime, n: int, spans: list[Span]
) -> None:
    reckoning = KINDS[kind](start, n, spans)

    tally, first = reckoning.tally, start.astimezone(SHANGHAI).date()
    assert tally.counted + tally.suspended + tally.not_counted == (reckoning.due.on - first).days
    assert [day.on for day in reckoning.days] == [first + timedelta(days=i) for i in range(len(reckoning.days))]
    assert [day for day in reckoning.days if day.is_due] == [reckoning.days[-1]]
    assert proof(CALENDAR, reckoning.due) == reckoning
    if kind == "working-days":
        assert tally.counted == n


@given(start=INSTANTS, n=st.integers(1, 30), spans=SPANS)
def test_overlapping_suspensions_are_merged_and_never_shorten_a_limit(
    start: datetime, n: int, spans: list[Span]
) -> None:
    plain = working_days(CALENDAR, start, n, rule=DueRule.PROMISED)
    suspended = working_days(CALENDAR, start, n, rule=DueRule.PROMISED, suspended=spans)
    twice = working_days(CALENDAR, start, n, rule=DueRule.PROMISED, suspended=[*spans, *spans])

    assert twice == suspended
    assert suspended.due.at >= plain.due.at
    assert suspended.due.limit is not None
    assert suspended.due.limit.suspended == merged(spans)


def test_adjoining_suspensions_are_one() -> None:
    day = date(2026, 11, 5)
    week = (day, day + timedelta(days=6))

    assert merged([(day + timedelta(days=7), day + timedelta(days=8)), week]) == ((day, day + timedelta(days=8)),)
    assert merged([(day, day - timedelta(days=1))]) == ()


def test_a_date_says_what_it_was_counted_from() -> None:
    due = working_days(CALENDAR, MONDAY, 5, rule=DueRule.NOTICE).due

    assert due.limit == Limit(since=MONDAY.astimezone(UTC), length=5, unit=LimitUnit.WORKING_DAY)
    assert proof(CALENDAR, replace(due, limit=None)) is None


def test_a_limit_is_counted_again_longer_or_with_other_suspensions() -> None:
    due = working_days(CALENDAR, MONDAY, 5, rule=DueRule.PROMISED).due
    spans = [(date(2026, 11, 24), date(2026, 11, 24))]

    assert recounted(CALENDAR, due, longer=5) == working_days(CALENDAR, MONDAY, 10, rule=DueRule.PROMISED).due
    assert (
        recounted(CALENDAR, due, suspended=spans)
        == working_days(CALENDAR, MONDAY, 5, rule=DueRule.PROMISED, suspended=spans).due
    )
    assert recounted(CALENDAR, immediate(CALENDAR, MONDAY).due, longer=3) == immediate(CALENDAR, MONDAY).due
    plain = replace(due, limit=None)
    assert recounted(CALENDAR, plain) == plain


def test_a_promise_never_gets_later_by_itself_and_is_marked_where_the_count_is_later() -> None:
    shown = working_days(CALENDAR, MONDAY, 5, rule=DueRule.PROMISED).due
    earlier = working_days(CALENDAR, MONDAY, 4, rule=DueRule.PROMISED).due
    later = working_days(CALENDAR, MONDAY, 6, rule=DueRule.PROMISED).due

    assert kept(shown, earlier) == earlier
    promise = kept(shown, later)
    assert (promise.at, promise.rule) == (shown.at, DueRule.KEPT_PROMISE)
    explained = proof(CALENDAR, promise)
    assert explained is not None
    assert explained.due == later


def test_a_limit_has_passed_only_after_its_last_instant() -> None:
    due: Due = immediate(CALENDAR, MONDAY).due

    assert not has_passed(due, due.at)
    assert has_passed(due, due.at + timedelta(microseconds=1))


def test_a_limit_whose_last_natural_day_is_suspended_or_off_ends_on_a_day_that_is_neither() -> None:
    start = datetime(2026, 9, 28, 9, tzinfo=SHANGHAI)

    reckoning = calendar_days(
        CALENDAR, start, 7, rule=DueRule.STATUTORY_CALENDAR, suspended=[(date(2026, 10, 8), date(2026, 10, 8))]
    )

    assert reckoning.due.on == date(2026, 10, 9)
    assert [day.kind for day in reckoning.days[-2:]] == [CountedKind.SUSPENDED, CountedKind.DUE_ROLLED]
