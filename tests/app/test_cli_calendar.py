"""`doorstep calendar publish`: a year's working days from a file, on a centre of either engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from domain.calendar.calendar import Calendar, DayKind
from domain.centre.centre import CALENDAR_STREAM
from domain.centre.commands import PublishCalendar
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CALENDAR

OFFICIAL = """
source: 国务院办公厅通知
years:
  2027:
    status: official
    published_on: 2026-11-30
    days_off: [2027-01-01, 2027-01-04]
    make_up_workdays: [2027-01-09]
"""


@pytest.fixture
def centre(home: Home) -> Home:
    """A centre with a calendar in which 2027 is provisional."""
    with home.opened():
        pass
    return home


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The notice for 2027."""
    path = tmp_path / "2027.yaml"
    path.write_text(OFFICIAL, encoding="utf-8")
    return path


def test_a_year_comes_into_force_beside_the_others_once(centre: Home, file: Path) -> None:
    first = centre.types("calendar", "publish", str(file))
    again = centre.types("calendar", "publish", str(file))

    assert (first.code, first.out) == (0, "Calendar 2 is in force: 2027 (official).\n")
    assert (again.code, again.out) == (0, "Everything in it is in force already.\n")
    with centre.opened() as premises:
        calendar = premises.centre.calendar()
    assert calendar.years[2026] == CALENDAR.years[2026]
    assert calendar.day(date(2027, 1, 9)) is DayKind.MAKE_UP_WORKDAY
    assert not calendar.provisional(date(2027, 1, 9))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("years: {2027: {status: official, days_off: [2026-01-01]}}", "2026-01-01 is listed under 2027"),
        ("years: {2027: {status: official, days_off: [], make_up_workdays: [2027-01-11]}}", "2027-01-11 cannot be"),
        ("years: {2027: {days_off: []}}", "status"),
        ("items: []", "holds no years"),
        ("{", "is no YAML"),
    ],
)
def test_a_file_that_contradicts_itself_changes_nothing(centre: Home, file: Path, text: str, why: str) -> None:
    file.write_text(text, encoding="utf-8")

    said = centre.types("calendar", "publish", str(file))

    assert said.code == 1
    assert why in said.err
    with centre.opened() as premises:
        assert premises.centre.calendar() == CALENDAR


def test_a_version_that_cases_may_name_is_never_published_with_other_content(centre: Home) -> None:
    other = Calendar(version=1, years={}, shifts=CALENDAR.shifts)
    with centre.opened() as premises:
        answers = [
            premises.centre.by_itself(PublishCalendar(calendar=one), lane=CALENDAR_STREAM, id=uuid4())
            for one in (other, CALENDAR)
        ]

        assert [(one.verdict, one.code) for one in answers] == [("refused", "plan-wrong"), ("applied", None)]
        assert premises.centre.calendar() == CALENDAR
