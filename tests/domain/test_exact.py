"""Caches by object: what is remembered of one value is never taken for another's."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from domain.calendar import limits
from domain.calendar.calendar import Calendar, CalendarYear, calendar_from_source, working_hours_from_source
from domain.calendar.limits import DueRule
from domain.exact import Exact

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def plain() -> Calendar:
    """A calendar that knows no holiday."""
    return calendar_from_source({"years": {}}, version=1, hours=working_hours_from_source(["09:00-17:00"]))


def test_a_value_equals_itself_and_no_copy() -> None:
    one, copy = plain(), plain()

    assert one == copy
    assert Exact(one) == Exact(one)
    assert hash(Exact(one)) == hash(Exact(one))
    assert Exact(one) != Exact(copy)
    assert Exact(one) != one


def test_a_limit_is_counted_with_its_own_calendar_though_another_has_the_same_version() -> None:
    without = plain()
    holiday = CalendarYear(status="official", days_off=frozenset({date(2026, 11, 24)}))
    with_one = replace(without, years={2026: holiday})

    found = [limits.working_days(each, MONDAY, 1, rule=DueRule.NOTICE).due.on for each in (without, with_one, without)]

    assert found == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 24)]


def test_limits_of_one_day_keep_their_own_instants() -> None:
    calendar, later = plain(), MONDAY.replace(hour=5)

    dues = [limits.working_days(calendar, since, 5, rule=DueRule.NOTICE).due for since in (MONDAY, later)]

    assert [due.limit and due.limit.since for due in dues] == [MONDAY, later]
    assert dues[0].at == dues[1].at
