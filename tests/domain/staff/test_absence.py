from datetime import date, timedelta

import pytest

from domain.actors import Actor
from domain.refusals import AbsenceWrong, Forbidden, NotFound
from domain.staff.absence import BeAbsent, EndAbsence
from domain.staff.staff import Absence, StaffAbsent, StaffBack
from tests.cast import CASE, FATHER, LI, LIN, SUN, ZHOU
from tests.domain.case.desk import Desk

MONDAY = date(2026, 11, 23)
WEEK = BeAbsent(first=MONDAY, last=MONDAY + timedelta(days=4), substitute=LIN.id)


def test_a_person_or_a_lead_says_that_they_are_away_and_who_stands_in() -> None:
    for by in (ZHOU, SUN):
        desk = Desk()

        facts = desk.do(WEEK, by=by, case=ZHOU.id)

        assert facts == [StaffAbsent(first=WEEK.first, last=WEEK.last, substitute=LIN.id)]
        assert desk.staff(ZHOU.id).absence(MONDAY) == Absence(WEEK.first, WEEK.last, LIN.id)
        assert desk.staff(ZHOU.id).absence(MONDAY + timedelta(days=5)) is None


@pytest.mark.parametrize("by", [LI, FATHER], ids=["colleague", "resident"])
def test_nobody_else_does(by: Actor) -> None:
    with pytest.raises(Forbidden):
        Desk().do(WEEK, by=by, case=ZHOU.id)
    with pytest.raises(Forbidden):
        Desk().do(EndAbsence(), by=by, case=ZHOU.id)


def test_nobody_is_away_who_does_not_work_here() -> None:
    with pytest.raises(NotFound):
        Desk().do(WEEK, by=SUN, case=CASE)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (BeAbsent(first=MONDAY, last=MONDAY - timedelta(days=1)), "days"),
        (BeAbsent(first=MONDAY - timedelta(days=9), last=MONDAY - timedelta(days=1)), "days"),
        (BeAbsent(first=MONDAY, last=MONDAY, substitute=ZHOU.id), "substitute"),
        (BeAbsent(first=MONDAY, last=MONDAY, substitute=FATHER.id), "substitute"),
    ],
)
def test_days_and_substitute_must_fit(wrong: BeAbsent, why: str) -> None:
    with pytest.raises(AbsenceWrong) as refusal:
        Desk().do(wrong, by=ZHOU, case=ZHOU.id)

    assert refusal.value.params == {"why": why}


def test_a_substitute_is_not_away_at_the_same_time() -> None:
    desk = Desk()
    desk.do(BeAbsent(first=MONDAY, last=MONDAY), by=LIN, case=LIN.id)

    with pytest.raises(AbsenceWrong) as refusal:
        desk.do(WEEK, by=ZHOU, case=ZHOU.id)

    assert refusal.value.params == {"why": "substitute-away"}


def test_whoever_is_back_earlier_is_there_from_that_day_on() -> None:
    desk = Desk()
    desk.do(WEEK, by=ZHOU, case=ZHOU.id)
    desk.now += timedelta(days=2)

    assert desk.do(EndAbsence(), by=ZHOU, case=ZHOU.id) == [StaffBack(on=MONDAY + timedelta(days=2))]

    staff = desk.staff(ZHOU.id)
    assert staff.absence(MONDAY + timedelta(days=1)) is not None
    assert staff.absence(MONDAY + timedelta(days=2)) is None
    assert desk.do(EndAbsence(), by=ZHOU, case=ZHOU.id) == []


def test_an_absence_that_has_not_begun_is_called_off_whole() -> None:
    desk = Desk()
    desk.do(BeAbsent(first=MONDAY + timedelta(days=7), last=MONDAY + timedelta(days=8)), by=ZHOU, case=ZHOU.id)

    desk.do(EndAbsence(), by=ZHOU, case=ZHOU.id)

    assert desk.staff(ZHOU.id).absences == ()
