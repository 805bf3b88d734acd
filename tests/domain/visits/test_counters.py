from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.case.commands import FireTimer
from domain.identity.erasure import PersonErased
from domain.refusals import (
    CallAgainFirst,
    CounterBusy,
    CounterNotOpen,
    CounterTaken,
    CounterUnknown,
    DayIsOver,
    Forbidden,
    Invalid,
    NobodyWaits,
    NothingToSendOn,
    RejoinsUsedUp,
    TicketElsewhere,
    TicketStateChanged,
)
from domain.visits import commands as c
from domain.visits import facts as f
from domain.visits.facts import Matter
from domain.visits.line import TicketStatus, caller_of
from domain.visits.reception import hall_stream, line_stream
from domain.visits.timers import VisitTimer, timers_of_hall
from tests.cast import CASE, CENTRE, CHEN, FATHER, HARDSHIP, LEASE, LI, LIN, SUN, TANG, ZHOU
from tests.domain.visits.office import MONDAY, MOTHER, SATURDAY, Office

HOUSING_LINE = line_stream(MONDAY, "housing")


def test_a_call_names_number_and_counter() -> None:
    office = Office()
    office.sit()
    ticket = office.take()

    office.call()

    assert office.facts[-1] == (
        HOUSING_LINE,
        f.TicketCalled(ticket=ticket, number="A001", counter="1", staff=ZHOU.id, call=1),
    )


def test_a_counter_calls_nobody_while_somebody_is_there_and_says_when_nobody_waits() -> None:
    office = Office()
    office.sit()
    office.take()
    office.take()
    office.call()

    with pytest.raises(CounterBusy):
        office.call()
    office.of(c.StartService, next(iter(office.line_of().tickets)))
    with pytest.raises(CounterBusy):
        office.call()
    other = Office()
    other.sit("3")
    other.take()
    with pytest.raises(NobodyWaits) as refused:
        other.call()
    assert refused.value.params == {"others": 1}


def test_who_does_not_come_is_called_twice_before_the_number_counts_as_missed() -> None:
    office = Office()
    office.sit()
    ticket = office.take()
    office.call()

    with pytest.raises(CallAgainFirst):
        office.of(c.MissTicket, ticket)
    (again,) = office.of(c.CallAgain, ticket)
    assert isinstance(again, f.TicketCalled)
    assert again.call == 2
    assert office.of(c.MissTicket, ticket) == [f.TicketMissed(ticket=ticket)]


def test_a_missed_number_joins_the_line_again_behind_those_who_have_come_since_but_not_for_ever() -> None:
    office = Office()
    office.sit()
    late = office.take(by=FATHER)
    other = office.at("10:05").take()
    for _ in range(3):
        _miss(office, late)
        if office.ticket(late).rejoins == 2:
            break
        office.at("10:10")
        office.of(c.RejoinLine, late, by=FATHER)
        if office.ticket(other).status is TicketStatus.WAITING:
            assert office.through() == other

    with pytest.raises(RejoinsUsedUp):
        office.of(c.RejoinLine, late, by=FATHER)
    office.of(c.LeaveLine, late, by=FATHER)
    office.take(by=FATHER)


def _miss(office: Office, ticket: UUID) -> None:
    assert office.call() == ticket
    office.of(c.CallAgain, ticket)
    office.of(c.MissTicket, ticket)


def test_only_the_counter_that_called_a_number_acts_on_it() -> None:
    office = Office()
    office.sit()
    office.sit("2", by=LIN)
    ticket = office.take()
    office.call()

    with pytest.raises(TicketElsewhere):
        office.of(c.StartService, ticket, by=LIN)
    with pytest.raises(TicketStateChanged):
        office.of(c.FinishService, ticket)
    with pytest.raises(Forbidden):
        office.of(c.StartService, ticket, by=LI)


def test_the_counter_and_the_phone_work_on_the_same_case() -> None:
    office = Office()
    office.receive()
    office.sit()
    ticket = office.take(by=FATHER, matters=(Matter(LEASE.id),))
    office.serve()
    add = c.AddMatter(ticket=ticket, matter=Matter(LEASE.id, CASE))

    assert office.give(add, by=ZHOU, lane=HOUSING_LINE) == [f.MatterAdded(ticket=ticket, matter=add.matter)]
    assert office.ticket(ticket).matters == (Matter(LEASE.id, CASE),)
    assert office.give(add, by=ZHOU, lane=HOUSING_LINE) == []
    office.give(c.AddMatter(ticket=ticket, matter=Matter(HARDSHIP.id)), by=ZHOU, lane=HOUSING_LINE)
    assert office.ticket(ticket).open_items == (LEASE.id, HARDSHIP.id)


def test_a_visitor_sent_on_keeps_their_place_in_the_order_and_what_is_done() -> None:
    office = Office()
    office.sit()
    office.sit("3", by=LIN)
    ticket = office.take(matters=(Matter(LEASE.id), Matter(HARDSHIP.id)))
    later = office.at("10:01").take(group="welfare")
    office.serve()
    send = c.TransferTicket(ticket=ticket, done=(LEASE.id,), group="welfare")
    office.give(send, by=ZHOU, lane=HOUSING_LINE)

    assert office.ticket(ticket).open_items == (HARDSHIP.id,)
    assert [office.through(by=LIN), office.through(by=LIN)] == [ticket, later]


def test_a_visitor_sent_to_one_counter_is_called_there_only_while_it_is_open() -> None:
    office = Office()
    office.sit()
    office.sit("2", by=LIN)
    ticket = office.take(matters=(Matter(LEASE.id),))
    office.serve()
    office.give(c.TransferTicket(ticket=ticket, counter="2"), by=ZHOU, lane=HOUSING_LINE)

    with pytest.raises(NobodyWaits):
        office.call()
    office.leave("2", by=LIN)
    assert office.call() == ticket


def test_a_transfer_names_one_place_and_leaves_something_to_do() -> None:
    office = Office()
    office.sit()
    ticket = office.take(matters=(Matter(LEASE.id),))
    office.serve()
    send = c.TransferTicket(ticket=ticket)

    for wrong in (send, replace(send, counter="2", group="welfare"), replace(send, group="pensions")):
        with pytest.raises(Invalid):
            office.give(wrong, by=ZHOU, lane=HOUSING_LINE)
    with pytest.raises(Invalid):
        office.give(replace(send, group="welfare", done=(HARDSHIP.id,)), by=ZHOU, lane=HOUSING_LINE)
    with pytest.raises(CounterNotOpen):
        office.give(replace(send, counter="2"), by=ZHOU, lane=HOUSING_LINE)
    with pytest.raises(Invalid):
        office.give(replace(send, counter="1"), by=ZHOU, lane=HOUSING_LINE)
    with pytest.raises(NothingToSendOn):
        office.give(replace(send, group="welfare", done=(LEASE.id,)), by=ZHOU, lane=HOUSING_LINE)


def test_a_clerk_calls_only_those_for_whose_matters_they_hold_a_certificate() -> None:
    office = Office()
    office.sit(by=TANG)
    office.take(matters=(Matter(LEASE.id),))

    with pytest.raises(NobodyWaits):
        office.call(by=TANG)
    question = office.take(matters=(Matter(),))
    assert office.call(by=TANG) == question


def test_a_counter_is_opened_by_one_person_for_groups_that_it_serves() -> None:
    office = Office()
    office.sit("3", by=CHEN)

    with pytest.raises(CounterTaken):
        office.sit("3", by=ZHOU)
    with pytest.raises(CounterBusy):
        office.sit("1", by=CHEN)
    with pytest.raises(CounterUnknown):
        office.sit("9")
    with pytest.raises(Invalid):
        office.sit("3", by=CHEN, groups=("housing",))
    with pytest.raises(Forbidden):
        office.sit("1", by=LI)
    with pytest.raises(DayIsOver):
        office.sit("1", on=SATURDAY)
    with pytest.raises(Invalid):
        office.give(c.OpenCounter(on=MONDAY, counter="1"), by=ZHOU, lane=hall_stream(SATURDAY))
    with pytest.raises(CounterNotOpen):
        office.call()


def test_the_groups_of_an_open_counter_can_be_changed() -> None:
    office = Office()
    office.sit(groups=("housing",))

    assert office.sit(groups=("housing",)) == []
    assert office.sit(groups=("welfare",)) == [
        f.CounterOpened(on=MONDAY, counter="1", staff=ZHOU.id, groups=("welfare",))
    ]


def test_nobody_leaves_a_visitor_alone_at_a_counter_but_a_lead_may_close_it_for_a_colleague() -> None:
    office = Office()
    office.sit()
    ticket = office.take()
    office.serve()

    with pytest.raises(CounterBusy):
        office.leave()
    with pytest.raises(Forbidden):
        office.leave(by=LIN)
    assert office.leave(by=SUN) == [
        f.TicketTransferred(ticket=ticket, done=(), counter="", group="housing", why="counter-closed"),
        f.CounterClosed(counter="1"),
    ]
    assert office.leave() == []
    office.sit("2", by=LIN)
    assert office.call(by=LIN) == ticket


# The end of the day


def test_at_the_end_of_the_day_nothing_is_left_open_and_the_line_is_closed() -> None:
    office = Office()
    office.sit()
    served, waiting, booked = office.take(), office.take(by=FATHER), office.book("16:00", by=MOTHER)
    office.through()

    facts = office.wait_for(VisitTimer.DAY)

    assert facts == [
        f.VisitSettled(id=booked, on=MONDAY, how="missed"),
        f.AppointmentMissed(appointment=booked),
        f.VisitSettled(id=waiting, on=MONDAY, how="left"),
        f.TicketLeft(ticket=waiting, why="day-over"),
        f.LineClosed(),
    ]
    assert office.ticket(served).status is TicketStatus.FINISHED
    assert office.clocks() == ()
    with pytest.raises(DayIsOver):
        office.take()


def test_a_number_of_a_day_that_nobody_closed_keeps_no_one_from_a_new_one() -> None:
    office = Office()
    office.take(by=FATHER)
    tuesday = MONDAY + timedelta(days=1)

    office.at("10:00", tuesday).take(by=FATHER, on=tuesday)


def test_the_name_and_telephone_of_whoever_called_are_kept_until_the_day_of_the_appointment_is_over() -> None:
    office = Office()
    kept = office.book("16:00", by=ZHOU, name="刘老太", phone="027-88888888")
    moved = office.book("16:00", by=ZHOU, name="王老太", phone="027-77777777")
    office.book("15:00", by=FATHER)
    office.move(moved, "09:00", on=SATURDAY, by=ZHOU)

    office.wait_for(VisitTimer.DAY)

    erased = [stream for stream, fact in office.facts if isinstance(fact, PersonErased)]
    assert erased == [caller_of(kept)]
    office.wait_for(VisitTimer.DAY, on=SATURDAY)
    assert office.person(caller_of(moved)).erased


def test_counters_that_were_left_open_are_closed_at_the_end_of_the_day() -> None:
    office = Office()
    office.sit()
    hall = hall_stream(MONDAY)
    (timer,) = timers_of_hall(hall, office.hall(MONDAY))
    fired = FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)

    assert office.give(fired, by=CENTRE, lane=hall) == []
    office.now = timer.at
    assert office.give(fired, by=CENTRE, lane=hall) == [f.CounterClosed(counter="1")]
    assert office.give(fired, by=CENTRE, lane=hall) == []
    assert timers_of_hall(hall, office.hall(MONDAY)) == ()


def test_an_empty_line_waits_for_nothing() -> None:
    assert Office().clocks() == ()
