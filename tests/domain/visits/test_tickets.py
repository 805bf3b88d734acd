import pytest

from domain.refusals import (
    DayIsOver,
    Forbidden,
    LineIsStopped,
    MatterUnknown,
    NotFound,
    OfficeClosed,
    TicketHeld,
    TicketsNotNow,
)
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.facts import Matter
from domain.visits.line import TicketStatus
from domain.visits.reception import line_stream
from tests.cast import FATHER, HARDSHIP, LEASE, ZHOU
from tests.domain.visits.office import MONDAY, MOTHER, SATURDAY, SUNDAY, Office, local

HOUSING_LINE = line_stream(MONDAY, "housing")


def test_numbers_of_a_day_and_group_are_given_in_turn() -> None:
    office = Office()

    numbers = [office.ticket(office.take(group=group)).number for group in ("housing", "welfare", "housing")]

    assert numbers == ["A001", "B001", "A002"]


def test_a_ticket_says_what_for_and_records_no_name_and_no_ground_of_priority() -> None:
    office = Office()
    ticket = office.take(has_priority=True, matters=(Matter(LEASE.id),))

    assert office.facts[-1] == (
        HOUSING_LINE,
        f.TicketTaken(
            ticket=ticket,
            on=MONDAY,
            group="housing",
            number="A001",
            person=None,
            matters=(Matter(LEASE.id),),
            channel="kiosk",
            has_priority=True,
            appointment=None,
            since=local("10:00"),
            rank=local("09:30"),
        ),
    )


def test_numbers_are_given_from_half_an_hour_before_the_doors_open_to_their_end() -> None:
    for clock in ("08:29", "18:30"):
        with pytest.raises(TicketsNotNow):
            Office().at(clock).take()
    Office().at("08:30").take()
    Office().at("12:30").take()


def test_nobody_takes_a_number_for_another_day_or_on_a_day_without_openings() -> None:
    with pytest.raises(DayIsOver):
        Office().take(on=SATURDAY)
    with pytest.raises(OfficeClosed):
        Office().at("10:00", SUNDAY).take(on=SUNDAY)


def test_a_person_holds_one_number_at_a_time() -> None:
    office = Office()
    first = office.take(by=FATHER)

    with pytest.raises(TicketHeld):
        office.take(by=FATHER, group="welfare")
    with pytest.raises(TicketHeld):
        office.take(person=FATHER.id)
    office.of(c.LeaveLine, first, by=FATHER)
    office.take(by=FATHER, group="welfare")


def test_several_matters_of_several_groups_stand_on_one_ticket() -> None:
    office = Office()

    ticket = office.take(matters=(Matter(LEASE.id), Matter(HARDSHIP.id), Matter()))

    assert office.ticket(ticket).open_items == (LEASE.id, HARDSHIP.id)
    with pytest.raises(MatterUnknown):
        office.take(matters=(Matter("no-such-item"),))


def test_a_stopped_line_gives_no_numbers_but_keeps_appointments_and_those_who_wait() -> None:
    office = Office()
    waiting, booked = office.take(), office.book("11:00")
    stop = c.StopLine(on=MONDAY, group="housing", reason="full")
    office.give(stop, by=ZHOU, lane=HOUSING_LINE)

    with pytest.raises(LineIsStopped):
        office.take()
    office.take(by=FATHER, appointment=booked)
    assert office.ticket(waiting).status is TicketStatus.WAITING
    assert office.give(stop, by=ZHOU, lane=HOUSING_LINE) == []
    office.give(c.ResumeLine(), by=ZHOU, lane=HOUSING_LINE)
    office.take()


def test_residents_stop_no_line_and_prioritise_nobody() -> None:
    office = Office()
    ticket = office.take(by=FATHER)

    with pytest.raises(Forbidden):
        office.give(c.StopLine(on=MONDAY, group="housing", reason="full"), by=FATHER, lane=HOUSING_LINE)
    with pytest.raises(Forbidden):
        office.of(c.PrioritiseTicket, ticket, by=FATHER)
    with pytest.raises(NotFound):
        office.of(c.LeaveLine, ticket, by=MOTHER)


# The order of calling


def test_people_are_called_in_the_order_in_which_they_came() -> None:
    office = Office()
    office.sit()
    came = [office.take(), office.at("10:01").take(group="welfare"), office.at("10:02").take()]

    assert [office.through() for _ in came] == came


def test_an_elder_counts_as_if_come_half_an_hour_earlier_and_no_more() -> None:
    office = Office()
    office.sit()
    long_ago, just_now = office.take(), office.at("10:25").take()
    elder = office.at("10:40").take(has_priority=True)

    assert [office.through() for _ in range(3)] == [long_ago, elder, just_now]


def test_an_appointment_counts_from_half_an_hour_before_its_slot_and_never_for_less_than_coming_without() -> None:
    office = Office()
    office.sit()
    on_time, early = office.book("11:00"), office.book("13:00", by=MOTHER)
    before, after = office.at("10:25").take(), office.at("10:35").take()
    first = office.at("11:05").take(by=FATHER, appointment=on_time)
    second = office.at("12:05").take(by=MOTHER, appointment=early)
    third = office.at("12:06").take()

    assert [office.through() for _ in range(5)] == [before, first, after, second, third]


def test_staff_let_somebody_go_first_who_did_not_say_so_and_only_once() -> None:
    office = Office()
    office.sit()
    first = office.take()
    elder = office.at("10:20").take()

    assert office.of(c.PrioritiseTicket, elder) == [f.TicketPrioritised(ticket=elder, rank=local("09:50"))]
    assert office.of(c.PrioritiseTicket, elder) == []
    assert [office.through(), office.through()] == [elder, first]
