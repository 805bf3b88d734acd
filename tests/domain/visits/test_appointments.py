from datetime import date, timedelta
from uuid import uuid5

import pytest

from domain.case.commands import FireTimer
from domain.facts import Sealed
from domain.refusals import (
    AppointmentOver,
    BookingBarred,
    ContactMissing,
    Forbidden,
    Invalid,
    MatterUnknown,
    NotFound,
    OfficeClosed,
    SlotFull,
    SlotIsOver,
    SlotUnknown,
    TooEarly,
    TooManyAppointments,
)
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.facts import Matter
from domain.visits.line import AppointmentStatus
from domain.visits.reception import line_stream
from domain.visits.timers import VisitTimer
from tests.cast import CASE, CENTRE, FATHER, HARDSHIP, LEASE, LI, STRANGER, SUN, ZHOU
from tests.domain.visits.office import GRANNY, MONDAY, MOTHER, SATURDAY, SUNDAY, Office, local

HOUSING_LINE = line_stream(MONDAY, "housing")


def test_a_booking_takes_a_place_in_the_slot_and_counts_for_the_person() -> None:
    office = Office()
    matters = (Matter(LEASE.id),)

    id = office.book("11:00", matters=matters)

    assert office.facts[-2:] == [
        (uuid5(FATHER.id, "visits"), f.VisitCounted(what="appointment", id=id, on=MONDAY, group="housing")),
        (
            HOUSING_LINE,
            f.AppointmentBooked(
                appointment=id,
                on=MONDAY,
                group="housing",
                starts=local("11:00"),
                ends=local("11:30"),
                number="AY001",
                person=FATHER.id,
                matters=matters,
                channel="app",
            ),
        ),
    ]


def test_a_slot_is_never_overbooked_and_its_other_half_is_kept_for_those_who_just_come() -> None:
    office = Office()
    office.book("11:00")
    office.book("11:00", by=MOTHER)

    with pytest.raises(SlotFull) as full:
        office.book("11:00", by=GRANNY)

    assert full.value.options == ("other-slot", "walk-in", "discard")
    office.take(by=GRANNY)


def test_a_place_given_up_can_be_booked_again_and_one_that_was_used_cannot() -> None:
    office = Office()
    id = office.book("10:30", group="welfare")
    office.cancel(id, group="welfare")
    again = office.book("10:30", group="welfare", by=MOTHER)
    office.take(by=MOTHER, group="welfare", appointment=again)

    with pytest.raises(SlotFull):
        office.book("10:30", group="welfare", by=GRANNY)


@pytest.mark.parametrize(
    ("clock", "on"), [("11:10", MONDAY), ("12:00", MONDAY), ("09:00", SUNDAY), ("10:30", MONDAY + timedelta(days=15))]
)
def test_only_slots_of_the_plan_can_be_booked(clock: str, on: date) -> None:
    with pytest.raises(SlotUnknown):
        Office().book(clock, on=on)


def test_a_slot_that_has_begun_cannot_be_booked_given_up_or_left() -> None:
    office = Office()
    id = office.book("10:30")
    office.at("10:30")

    with pytest.raises(SlotIsOver):
        office.book("10:30", by=MOTHER)
    with pytest.raises(SlotIsOver):
        office.cancel(id)
    with pytest.raises(SlotIsOver):
        office.move(id, "11:00")


def test_a_person_has_a_few_appointments_at_a_time_in_all_groups_together() -> None:
    office = Office()
    office.book("10:30")
    office.book("11:00", group="welfare")

    with pytest.raises(TooManyAppointments) as refused:
        office.book("09:00", on=SATURDAY)

    assert refused.value.params == {"limit": 2}


def test_staff_book_for_whoever_calls_and_name_and_telephone_are_sealed_under_a_key_of_that_person() -> None:
    office = Office()

    id = office.book("11:00", by=ZHOU, channel="phone", name="刘老太", phone="027-88888888")

    person = uuid5(id, "visitor")
    booked = office.facts[-1][1]
    assert isinstance(booked, f.AppointmentBooked)
    assert (booked.person, booked.channel) == (person, "phone")
    assert booked.contact == Sealed(person, value={"name": "刘老太", "phone": "027-88888888"})


def test_staff_book_for_a_person_who_has_signed_in_without_asking_for_a_contact() -> None:
    office = Office()
    id = office.book("11:00", by=ZHOU, channel="counter", person=MOTHER.id)

    assert office.appointment(id).person == MOTHER.id
    assert office.cancel(id, by=MOTHER)


def test_an_appointment_for_nobody_known_needs_a_contact() -> None:
    with pytest.raises(ContactMissing):
        Office().book("11:00", by=ZHOU, channel="phone", name="刘老太")
    with pytest.raises(NotFound):
        Office().book("11:00", by=ZHOU, person=CASE)


def test_residents_book_for_themselves_and_only_those_who_receive_people_book_for_others() -> None:
    office = Office()
    office.book("11:00", person=FATHER.id)

    with pytest.raises(Forbidden):
        office.book("11:00", person=MOTHER.id)
    with pytest.raises(Forbidden):
        office.book("11:00", by=LI, name="刘老太", phone="027-88888888")


def test_matters_are_items_of_the_hall_and_cases_are_ones_own() -> None:
    office = Office()
    office.receive()

    with pytest.raises(MatterUnknown):
        office.book("11:00", matters=(Matter("no-such-item"),))
    with pytest.raises(NotFound):
        office.book("11:00", by=STRANGER, matters=(Matter(LEASE.id, CASE),))
    with pytest.raises(Invalid):
        office.book("11:00", matters=(Matter(HARDSHIP.id, CASE),))
    id = office.book("11:00", matters=(Matter(LEASE.id, CASE), Matter(HARDSHIP.id), Matter()))
    assert len(office.appointment(id).matters) == 3


def test_the_lane_is_the_line_that_is_named_and_an_id_is_used_once() -> None:
    office = Office()
    command = c.BookAppointment(appointment=office.id(), on=MONDAY, group="housing", starts=local("11:00"))

    with pytest.raises(Invalid):
        office.give(command, by=FATHER, lane=line_stream(MONDAY, "welfare"))
    with pytest.raises(OfficeClosed):
        office.book("11:00", group="pensions")
    office.give(command, by=FATHER, lane=HOUSING_LINE)
    with pytest.raises(Invalid):
        office.give(command, by=FATHER, lane=HOUSING_LINE)


# Moving


def test_a_moved_appointment_frees_its_place_and_goes_on_under_its_id() -> None:
    office = Office()
    id = office.book("11:00", matters=(Matter(LEASE.id),))

    facts = office.move(id, "09:00", on=SATURDAY)

    assert facts[1] == f.AppointmentMoved(appointment=id, to=line_stream(SATURDAY, "housing"))
    assert office.appointment(id).status is AppointmentStatus.MOVED
    moved = office.appointment(id, SATURDAY)
    assert (moved.status, moved.matters, moved.number) == (AppointmentStatus.BOOKED, (Matter(LEASE.id),), "AY001")
    assert office.visitor(FATHER.id).open[id].on == SATURDAY
    assert office.line_of().taken(local("11:00")) == 0


def test_an_appointment_moves_within_its_day_and_keeps_its_number() -> None:
    office = Office()
    id = office.book("11:00")

    office.move(id, "11:30")

    assert (office.appointment(id).starts, office.appointment(id).number) == (local("11:30"), "AY001")
    assert office.line_of().taken(local("11:00")) == 0
    assert office.move(id, "11:30") == []


def test_an_appointment_can_come_back_to_the_line_that_it_left_and_no_number_is_given_twice() -> None:
    office = Office()
    id = office.book("11:00")
    office.move(id, "10:30", group="welfare")
    back = c.MoveAppointment(
        appointment=id, from_on=MONDAY, from_group="welfare", on=MONDAY, group="housing", starts=local("11:00")
    )

    office.give(back, by=FATHER, lane=HOUSING_LINE)
    other = office.book("11:00", by=MOTHER)

    assert office.appointment(id).status is AppointmentStatus.BOOKED
    assert (office.appointment(id).number, office.appointment(other).number) == ("AY002", "AY003")


def test_an_appointment_does_not_move_into_a_full_slot_and_stays_where_it_is() -> None:
    office = Office()
    id = office.book("10:30")
    office.book("11:00", by=MOTHER)
    office.book("11:00", by=GRANNY)

    with pytest.raises(SlotFull):
        office.move(id, "11:00")

    assert office.appointment(id).status is AppointmentStatus.BOOKED


def test_nobody_touches_the_appointment_of_another_but_staff_do_on_their_word() -> None:
    office = Office()
    id = office.book("11:00")

    with pytest.raises(NotFound):
        office.cancel(id, by=MOTHER)
    with pytest.raises(NotFound):
        office.move(id, "11:30", by=MOTHER)
    with pytest.raises(Forbidden):
        office.cancel(id, by=LI)
    assert office.cancel(id, by=ZHOU)[-1] == f.AppointmentCancelled(appointment=id, why="by-staff")
    with pytest.raises(AppointmentOver):
        office.cancel(id)


# Checking in, and not coming


def test_checking_in_settles_the_appointment_and_gives_a_number() -> None:
    office = Office()
    id = office.book("11:00", matters=(Matter(LEASE.id),))

    ticket = office.take(by=FATHER, appointment=id)

    assert office.appointment(id).status is AppointmentStatus.CAME
    assert office.ticket(ticket).matters == (Matter(LEASE.id),)
    assert list(office.visitor(FATHER.id).open) == [ticket]


def test_staff_check_in_whoever_shows_up_for_an_appointment_and_strangers_cannot() -> None:
    office = Office()
    id = office.book("11:00")

    with pytest.raises(NotFound):
        office.take(by=MOTHER, appointment=id)
    assert office.ticket(office.take(by=ZHOU, appointment=id)).person == FATHER.id


def test_one_checks_in_from_an_hour_before_the_slot_until_a_quarter_after_its_end() -> None:
    office = Office()
    id, other = office.book("11:00"), office.book("11:30", by=MOTHER)

    with pytest.raises(TooEarly):
        office.at("09:59").take(by=FATHER, appointment=id)
    with pytest.raises(AppointmentOver):
        office.at("12:16").take(by=MOTHER, appointment=other)
    office.at("11:45").take(by=FATHER, appointment=id)


def test_who_checks_in_late_is_not_kept_from_taking_an_ordinary_number() -> None:
    office = Office()
    id = office.book("10:30")
    office.wait_for(VisitTimer.MISSED)

    assert office.appointment(id).status is AppointmentStatus.MISSED
    office.take(by=FATHER)


def test_an_appointment_nobody_came_to_is_missed_once_its_slot_is_no_longer_kept() -> None:
    office = Office()
    id = office.book("10:30")
    timer = office.clocks()[0]

    assert (timer.kind, timer.at, timer.about) == (VisitTimer.MISSED, local("11:15:01"), str(id))
    early = FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)
    assert office.give(early, by=CENTRE, lane=HOUSING_LINE) == []
    assert office.ring(timer) == [
        f.VisitSettled(id=id, on=MONDAY, how="missed"),
        f.AppointmentMissed(appointment=id),
    ]
    assert office.ring(timer) == []


def test_who_came_is_not_missed() -> None:
    office = Office()
    id = office.book("10:30")
    timer = office.clocks()[0]
    office.take(by=FATHER, appointment=id)

    assert office.ring(timer) == []


def test_after_three_missed_appointments_only_staff_book_for_a_while() -> None:
    office = Office()
    for clock in ("10:30", "13:00", "15:00"):
        office.book(clock)
        office.wait_for(VisitTimer.MISSED)

    with pytest.raises(BookingBarred) as barred:
        office.book("09:00", on=SATURDAY)

    assert barred.value.params == {"until": "2026-12-23"}
    office.book("09:00", on=SATURDAY, by=SUN, person=FATHER.id)
    office.take(by=FATHER)
    office.at("10:00", MONDAY + timedelta(days=31))
    office.book("11:00", on=MONDAY + timedelta(days=32))
