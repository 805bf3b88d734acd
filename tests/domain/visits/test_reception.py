from datetime import date, time, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.refusals import DayIsOver, Forbidden, Invalid, ReasonMissing, ReceptionWrong, SlotUnknown, VersionTaken
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.line import AppointmentStatus, TicketStatus
from domain.visits.reception import (
    RECEPTION_STREAM,
    Group,
    OfficeDayChanged,
    Opening,
    ReceptionPublished,
    Rules,
    line_stream,
    visitor_stream,
)
from tests.cast import CALENDAR, CENTRE, FATHER, SUN, ZHOU
from tests.domain.visits.office import (
    EVENING,
    HOUSING,
    MONDAY,
    MORNING,
    MOTHER,
    PLAN,
    SATURDAY,
    SATURDAY_MORNING,
    SUNDAY,
    WEEKDAY,
    WELFARE,
    Office,
    local,
)

NEXT_MONDAY = MONDAY + timedelta(days=7)
NATIONAL_DAY = date(2026, 10, 1)
MAKE_UP_SUNDAY = date(2026, 9, 20)


def test_a_saturday_opening_receives_people_and_is_no_working_day() -> None:
    assert PLAN.openings(SATURDAY, CALENDAR) == (SATURDAY_MORNING,)
    assert not CALENDAR.is_workday(SATURDAY)


def test_an_evening_opening_offers_slots_after_close_of_business() -> None:
    slots = Office().reception().slots(HOUSING, MONDAY, CALENDAR)

    assert slots[-1].starts == local("18:00") > CALENDAR.close_of_business(MONDAY)


def test_a_holiday_has_its_own_openings_and_a_make_up_workday_has_too() -> None:
    assert PLAN.openings(NATIONAL_DAY, CALENDAR) == ()
    assert PLAN.openings(MAKE_UP_SUNDAY, CALENDAR) == WEEKDAY
    assert PLAN.openings(SUNDAY, CALENDAR) == ()


def test_what_is_left_at_the_end_of_an_opening_is_no_slot() -> None:
    office = Office()
    office.change_day(SUNDAY, Opening(time(9), time(9, 50)), reason="增开一天", basis="")

    assert [slot.starts for slot in office.reception().slots(HOUSING, SUNDAY, CALENDAR)] == [local("09:00", SUNDAY)]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"week": (WEEKDAY,)}, "week"),
        ({"make_up": (EVENING, MORNING)}, "openings"),
        ({"holiday": (Opening(time(12), time(9)),)}, "openings"),
        ({"groups": ()}, "groups"),
        ({"groups": (replace(HOUSING, letter="AB"), WELFARE)}, "groups"),
        ({"groups": (replace(HOUSING, walk_in_percent=0), WELFARE)}, "groups"),
        ({"groups": (replace(HOUSING, slot_minutes=1), WELFARE)}, "groups"),
        ({"counters": (replace(PLAN.counters[0], name_zh=""),)}, "counters"),
        ({"rules": Rules(days_ahead=61)}, "rules"),
        ({"rules": Rules(calls=0)}, "rules"),
        ({"version": 0}, "rules"),
        ({"groups": (HOUSING, replace(WELFARE, letter="A"))}, "groups"),
        ({"counters": PLAN.counters[2:]}, "counters"),
        ({"counters": (*PLAN.counters, PLAN.counters[0])}, "counters"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(wrong: dict[str, Any], why: str) -> None:
    plan = replace(PLAN, **{"version": 2, **wrong})

    with pytest.raises(ReceptionWrong) as refused:
        Office().give(c.PublishReception(plan=replace(plan, since=NEXT_MONDAY)), by=SUN, lane=RECEPTION_STREAM)

    assert refused.value.params == {"why": why}


def test_every_group_keeps_places_for_those_who_come_without_an_appointment() -> None:
    whole = [
        Group(id="g", letter="G", name_zh="组", name_en="Group", capacity=capacity, walk_in_percent=percent)
        for capacity in range(1, 30)
        for percent in (1, 10, 50, 99, 100)
    ]

    assert all(0 <= group.bookable < group.capacity for group in whole)


def test_a_version_is_published_once_and_begins_after_today() -> None:
    office = Office()

    assert office.give(c.PublishReception(plan=PLAN), by=SUN, lane=RECEPTION_STREAM) == []
    with pytest.raises(VersionTaken):
        office.give(c.PublishReception(plan=replace(PLAN, since=SUNDAY)), by=SUN, lane=RECEPTION_STREAM)
    with pytest.raises(ReceptionWrong):
        office.give(c.PublishReception(plan=replace(PLAN, version=2, since=MONDAY)), by=SUN, lane=RECEPTION_STREAM)
    with pytest.raises(Forbidden):
        office.give(c.PublishReception(plan=replace(PLAN, version=2)), by=ZHOU, lane=RECEPTION_STREAM)
    with pytest.raises(Invalid):
        office.give(c.PublishReception(plan=replace(PLAN, version=2)), by=SUN, lane=line_stream(MONDAY, "housing"))


def test_a_new_plan_is_in_force_from_its_first_day_and_cancels_what_it_has_no_opening_or_group_for() -> None:
    office = Office()
    kept = office.book("10:00", on=NEXT_MONDAY)
    evening = office.book("17:00", on=NEXT_MONDAY, by=MOTHER)
    welfare = office.book("10:00", on=NEXT_MONDAY, group="welfare")
    plan = replace(PLAN, version=2, since=NEXT_MONDAY, week=(*[WEEKDAY] * 5, (), ()), groups=(HOUSING,))
    plan = replace(plan, counters=plan.counters[:2])

    facts = office.give(c.PublishReception(plan=plan), by=SUN, lane=RECEPTION_STREAM)

    assert facts[-1] == ReceptionPublished(plan=plan)
    assert office.appointment(kept, NEXT_MONDAY).status is AppointmentStatus.BOOKED
    assert office.appointment(evening, NEXT_MONDAY).status is AppointmentStatus.CANCELLED
    assert office.appointment(welfare, NEXT_MONDAY, "welfare").status is AppointmentStatus.CANCELLED
    assert office.reception().openings(MONDAY, CALENDAR) == (*WEEKDAY, EVENING)


@pytest.mark.parametrize(("reason", "basis", "lacking"), [(" ", "通知", ["reason"]), ("", "", ["reason", "basis"])])
def test_a_closure_needs_its_reason_and_its_basis(reason: str, basis: str, lacking: list[str]) -> None:
    with pytest.raises(ReasonMissing) as refused:
        Office().change_day(SATURDAY, reason=reason, basis=basis)

    assert refused.value.params == {"lacking": lacking}


def test_a_closed_day_cancels_its_appointments_and_offers_none() -> None:
    office = Office()
    id = office.book("09:00", on=SATURDAY)

    facts = office.change_day(SATURDAY)

    assert facts == [
        f.VisitSettled(id=id, on=SATURDAY, how="cancelled"),
        f.AppointmentCancelled(appointment=id, why="office-closed"),
        OfficeDayChanged(on=SATURDAY, openings=(), reason="停电", basis="供电通知"),
    ]
    assert office.visitor(FATHER.id).open == {}
    with pytest.raises(SlotUnknown):
        office.book("09:00", on=SATURDAY)


def test_a_day_that_closes_under_way_sends_home_who_waits_and_serves_who_is_at_a_counter() -> None:
    office = Office()
    office.sit()
    served, waiting = office.take(), office.take(by=FATHER)
    office.serve()

    office.change_day(MONDAY)

    assert office.ticket(served).status is TicketStatus.SERVING
    assert office.ticket(waiting).status is TicketStatus.LEFT
    assert office.visitor(FATHER.id).open == {}


def test_shortened_hours_keep_the_appointments_inside_and_the_people_who_wait() -> None:
    office = Office()
    early, late = office.book("11:00"), office.book("16:00", by=MOTHER)
    waiting = office.take()

    office.change_day(MONDAY, MORNING, basis="")

    assert office.appointment(early).status is AppointmentStatus.BOOKED
    assert office.appointment(late).status is AppointmentStatus.CANCELLED
    assert office.ticket(waiting).status is TicketStatus.WAITING


def test_a_change_can_be_taken_back_with_a_reason_and_the_plan_counts_again() -> None:
    office = Office()
    office.change_day(SATURDAY)
    restore = c.RestoreOfficeDay(on=SATURDAY, reason="来电了")

    office.give(restore, by=SUN, lane=RECEPTION_STREAM)

    assert office.reception().openings(SATURDAY, CALENDAR) == (SATURDAY_MORNING,)
    assert office.give(restore, by=SUN, lane=RECEPTION_STREAM) == []
    with pytest.raises(ReasonMissing):
        office.give(replace(restore, reason=" "), by=SUN, lane=RECEPTION_STREAM)


def test_days_of_the_past_and_openings_out_of_order_are_refused_and_clerks_change_no_day() -> None:
    office = Office()

    with pytest.raises(DayIsOver):
        office.change_day(MONDAY - timedelta(days=1))
    with pytest.raises(Invalid):
        office.change_day(SATURDAY, EVENING, MORNING)
    with pytest.raises(Forbidden):
        office.change_day(SATURDAY, by=ZHOU)
    assert office.change_day(SATURDAY, by=CENTRE)


def test_streams_follow_from_the_day_the_group_and_the_person() -> None:
    streams = {line_stream(MONDAY, "housing"), line_stream(SUNDAY, "housing"), line_stream(MONDAY, "welfare")}

    assert len(streams) == 3
    assert visitor_stream(FATHER.id) != visitor_stream(MOTHER.id)
