"""Visitors are told of appointments and numbers, and raters of answers: each once, in time or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, time
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import pytest

from domain.actors import Actor
from domain.case import commands as c
from domain.effects.notices import SMS, ClaimNotice, HandleNotice, NoticeGiven, NoticeUncertain, notices_stream
from domain.ratings import commands as r
from domain.ratings.facts import Level, RatingInvited
from domain.ratings.rating import rated_stream
from domain.visits import commands as v
from domain.visits import facts as f
from domain.visits.reception import RECEPTION_STREAM, at_local, hall_stream, line_stream
from tests.app.standing import PHONE
from tests.app.telling import Told
from tests.domain.visits.office import HOUSING, PLAN
from web.closing import Closing
from web.notices.notifier import notice_id
from web.notices.quiet import quiet_hours
from web.notices.visits import reminder_lane
from web.operating.notices import NoticeBook

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
TODAY = line_stream(MONDAY, HOUSING.id)
OTHER_PHONE = "13800000002"


class Hall(Told):
    """A town whose hall is open; it is Monday, ten o'clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.town.centre.by_itself(v.PublishReception(plan=PLAN), lane=RECEPTION_STREAM)

    def at(self, clock: str, on: date = MONDAY) -> None:
        """Let it be that time of a day."""
        self.town.hours.move_to(at_local(on, time.fromisoformat(clock)))

    def book(self, on: date = WEDNESDAY, clock: str = "10:00") -> UUID:
        """The resident books a slot."""
        appointment = uuid4()
        starts = at_local(on, time.fromisoformat(clock))
        booking = v.BookAppointment(appointment=appointment, on=on, group=HOUSING.id, starts=starts)
        self.town.do(booking, line_stream(on, HOUSING.id), self.town.resident)
        return appointment

    def book_by_phone(self, phone: str) -> UUID:
        """A colleague books for somebody who never signed in."""
        appointment, starts = uuid4(), at_local(WEDNESDAY, time(10))
        booking = v.BookAppointment(
            appointment=appointment,
            on=WEDNESDAY,
            group=HOUSING.id,
            starts=starts,
            channel="phone",
            name="黄桂英",
            phone=phone,
        )
        self.town.do(booking, line_stream(WEDNESDAY, HOUSING.id), "zhoumin")
        return appointment

    def move(self, appointment: UUID, who: str | Actor, clock: str = "14:00") -> None:
        """An appointment on Wednesday is moved."""
        to = v.MoveAppointment(
            appointment=appointment,
            from_on=WEDNESDAY,
            from_group=HOUSING.id,
            on=WEDNESDAY,
            group=HOUSING.id,
            starts=at_local(WEDNESDAY, time.fromisoformat(clock)),
        )
        self.town.do(to, line_stream(WEDNESDAY, HOUSING.id), who)

    def take(self, who: Actor | None = None) -> UUID:
        """A visitor takes a number, on the phone or at the machine."""
        ticket = uuid4()
        taking = v.TakeTicket(ticket=ticket, on=MONDAY, group=HOUSING.id, channel="app" if who else "kiosk")
        self.town.do(taking, TODAY, who or "zhoumin")
        return ticket

    def open_counter(self) -> None:
        """Zhou sits down."""
        self.town.do(v.OpenCounter(on=MONDAY, counter="1"), hall_stream(MONDAY), "zhoumin")

    def call_next(self) -> None:
        """Zhou calls whoever comes next, and serves nobody."""
        self.town.do(v.CallNext(on=MONDAY), hall_stream(MONDAY), "zhoumin")

    def serve(self) -> None:
        """Zhou calls whoever comes next, and is done with them."""
        self.call_next()
        called = self.town.facts(TODAY, f.TicketCalled)[-1].ticket
        self.town.do(v.StartService(ticket=called), TODAY, "zhoumin")
        self.town.do(v.FinishService(ticket=called), TODAY, "zhoumin")

    def told_of(self, lane: UUID) -> list[str]:
        """The notices recorded beside an appointment, ticket or rating."""
        return [one.kind for one in self.town.facts(notices_stream(lane), NoticeGiven)]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with closing(Hall(tmp_path)) as hall:
        yield hall


def test_who_books_is_told_the_time_and_the_number_once(hall: Hall) -> None:
    appointment = hall.book()

    hall.notifier.catch_up()
    hall.notifier.catch_up()
    hall.another().catch_up()

    assert hall.told_of(appointment) == ["appointment-booked"]
    assert [one.phone for one in hall.sms.sent] == [PHONE]
    assert hall.texts()[0].startswith("【家门口】已约好11月25日周三10:00到窗口办事，预约号AY001")
    assert hall.state(appointment).state[_first(hall, f.AppointmentBooked), hall.town.person, SMS] == "delivered"


def test_a_moved_appointment_is_told_anew_with_the_new_time(hall: Hall) -> None:
    appointment = hall.book()
    hall.notifier.catch_up()
    hall.move(appointment, "zhoumin")

    hall.notifier.catch_up()

    assert hall.told_of(appointment) == ["appointment-booked", "appointment-moved"]
    assert "11月25日周三14:00" in hall.texts()[-1]


def test_what_was_moved_before_anybody_could_be_told_is_told_as_it_is_now(hall: Hall) -> None:
    appointment = hall.book()
    hall.move(appointment, hall.town.resident)

    hall.notifier.catch_up()

    assert hall.told_of(appointment) == ["appointment-moved"]
    assert len(hall.sms.sent) == 1


def test_a_caller_whom_nothing_reached_is_counted_until_staff_have_told_them(hall: Hall) -> None:
    hall.sms.lost.add(OTHER_PHONE)
    appointment = hall.book_by_phone(OTHER_PHONE)
    hall.notifier.catch_up()
    hall.notifier.catch_up()
    book = NoticeBook(hall.town.centre)
    before = book.queue().unreached

    (position, person), *_ = hall.state(appointment).unreached
    line = line_stream(WEDNESDAY, HOUSING.id)
    hall.town.do(HandleNotice(position=position, person=person, how="by-phone", line=line), appointment, "chenjing")

    assert (before, book.queue().unreached) == (1, 0)


def test_the_day_off_is_told_as_the_centres_doing_and_ones_own_cancelling_is_not(hall: Hall) -> None:
    own, closed = hall.book(TUESDAY), hall.book()
    hall.notifier.catch_up()
    hall.town.do(v.CancelAppointment(appointment=own), line_stream(TUESDAY, HOUSING.id), hall.town.resident)
    off = v.ChangeOfficeDay(on=WEDNESDAY, openings=(), reason="停电检修", basis="供电公司通知")
    hall.town.do(off, RECEPTION_STREAM, "sunhao")

    hall.notifier.catch_up()

    assert len(hall.sms.sent) == 3
    assert hall.texts()[-1].startswith("【家门口】很抱歉，11月25日周三10:00窗口不开放，您的预约AY001已取消")
    assert hall.told_of(uuid5(closed, "cancelled")) == ["appointment-closed"]
    assert hall.told_of(uuid5(own, "cancelled")) == []


def test_what_staff_cancel_is_told(hall: Hall) -> None:
    appointment = hall.book()
    hall.town.do(v.CancelAppointment(appointment=appointment), line_stream(WEDNESDAY, HOUSING.id), "zhoumin")

    hall.notifier.catch_up()

    assert hall.told_of(appointment) == []
    assert hall.told_of(uuid5(appointment, "cancelled")) == ["appointment-cancelled"]


def test_on_the_day_before_everybody_who_is_expected_is_reminded_once_also_after_a_restart(hall: Hall) -> None:
    appointment = hall.book()
    hall.notifier.catch_up()
    hall.at("09:59", TUESDAY)
    hall.notifier.catch_up()
    early = hall.told_of(reminder_lane(appointment))

    hall.at("10:00", TUESDAY)
    hall.notifier.catch_up()
    hall.another().catch_up()
    hall.at("10:00", WEDNESDAY)
    hall.another().catch_up()

    assert early == []
    assert hall.told_of(reminder_lane(appointment)) == ["appointment-reminder"]
    assert len(hall.sms.sent) == 2
    assert hall.texts()[-1].startswith("【家门口】提醒您明天（11月25日周三）10:00到窗口办事")


def test_who_books_after_the_reminders_of_the_day_is_not_reminded_of_what_they_just_did(hall: Hall) -> None:
    hall.at("11:00", TUESDAY)
    appointment = hall.book()

    hall.notifier.catch_up()

    assert hall.told_of(appointment) == ["appointment-booked"]
    assert hall.told_of(reminder_lane(appointment)) == []


def test_a_reminder_waits_for_the_end_of_the_quiet_hours(hall: Hall) -> None:
    appointment = hall.book()
    hall.notifier.catch_up()
    hall.at("10:00", TUESDAY)
    notifier = hall.another(quiet=quiet_hours("09:00-11:00"))

    notifier.catch_up()
    in_quiet = len(hall.sms.sent)
    hall.at("11:00", TUESDAY)
    notifier.catch_up()

    assert in_quiet == 1
    assert hall.told_of(reminder_lane(appointment)) == ["appointment-reminder"]
    assert len(hall.sms.sent) == 2


def test_who_gave_the_appointment_up_at_night_is_not_told_in_the_morning_that_they_have_one(hall: Hall) -> None:
    hall.at("22:30")
    appointment = hall.book()
    notifier = hall.another(quiet=quiet_hours("21:00-08:00"))
    notifier.catch_up()
    hall.town.do(v.CancelAppointment(appointment=appointment), line_stream(WEDNESDAY, HOUSING.id), hall.town.resident)
    hall.at("08:30", TUESDAY)

    notifier.catch_up()

    assert hall.told_of(appointment) == ["appointment-booked"]
    assert hall.sms.sent == []


def test_who_was_booked_by_telephone_is_told_by_the_number_they_left_also_after_a_move(hall: Hall) -> None:
    appointment = hall.book_by_phone(OTHER_PHONE)
    hall.notifier.catch_up()
    hall.move(appointment, "zhoumin")

    hall.notifier.catch_up()

    assert [one.phone for one in hall.sms.sent] == [OTHER_PHONE, OTHER_PHONE]


def test_who_left_a_number_that_takes_no_texts_is_work_for_staff(hall: Hall) -> None:
    appointment = hall.book_by_phone("027-84550123")

    hall.notifier.catch_up()

    assert hall.sms.sent == []
    assert [position for position, _ in hall.state(appointment).unreached] == [_first(hall, f.AppointmentBooked)]


def test_who_waits_is_told_when_few_are_ahead_and_when_they_are_called(hall: Hall) -> None:
    for _ in range(4):
        hall.take()
    ticket = hall.take(hall.town.resident)
    hall.open_counter()
    hall.at("10:05")
    hall.notifier.catch_up()
    far = list(hall.sms.sent)

    hall.serve()
    hall.notifier.catch_up()
    hall.serve()
    hall.notifier.catch_up()
    near = hall.texts()
    for _ in range(2):
        hall.serve()
    hall.call_next()
    hall.notifier.catch_up()
    hall.another().catch_up()

    assert far == []
    assert near == ["【家门口】快轮到您了，A005号前面最多还有2位，请回到大厅等候叫号。"]
    assert hall.told_of(uuid5(ticket, "soon")) == ["ticket-soon"]
    assert hall.told_of(ticket) == ["ticket-called"]
    assert len(hall.sms.sent) == 2
    assert hall.texts()[-1].startswith("【家门口】请A005号到1号综合窗口")


def test_who_has_just_taken_a_number_is_not_told_where_they_stand(hall: Hall) -> None:
    hall.take(hall.town.resident)
    hall.notifier.catch_up()
    at_once = list(hall.sms.sent)

    hall.at("10:03")
    hall.notifier.catch_up()

    assert at_once == []
    assert len(hall.sms.sent) == 1


def test_a_call_is_not_told_again_nor_when_it_is_long_over(hall: Hall) -> None:
    first = hall.take(hall.town.resident)
    hall.open_counter()
    hall.call_next()
    hall.town.do(v.CallAgain(ticket=first), TODAY, "zhoumin")
    hall.at("10:11")

    hall.notifier.catch_up()

    assert hall.told_of(first) == []
    assert hall.sms.sent == []


def test_a_claim_left_open_by_a_process_that_ended_is_uncertain_although_the_number_was_called_since(
    hall: Hall,
) -> None:
    ticket = hall.take(hall.town.resident)
    lane = uuid5(ticket, "soon")
    position = _first(hall, f.TicketTaken)
    claim = ClaimNotice(position=position, person=hall.town.person, channel=SMS)
    hall.town.centre.by_itself(claim, lane=lane, id=notice_id(position, hall.town.person, SMS))
    hall.open_counter()
    hall.call_next()
    hall.at("10:20")

    hall.notifier.catch_up()

    assert len(hall.town.facts(notices_stream(lane), NoticeUncertain)) == 1
    assert hall.sms.sent == []


def test_after_delivery_people_are_invited_to_rate_once_and_told_that_nobody_has_to(hall: Hall) -> None:
    case = hall.town.issued(delivery_method="pickup")
    hall.town.do(c.ConfirmDelivery(method="pickup"), case, "chenjing")
    Closing(hall.town.centre, clock=hall.town.hours).catch_up()

    hall.notifier.catch_up()
    hall.another().catch_up()

    assert hall.told_of(rated_stream(case)) == ["rating-case"]
    assert sum("不评也没关系" in text for text in hall.texts()) == 1


def test_who_has_rated_already_is_not_invited(hall: Hall) -> None:
    case = hall.town.issued(delivery_method="pickup")
    hall.town.do(c.ConfirmDelivery(method="pickup"), case, "chenjing")
    Closing(hall.town.centre, clock=hall.town.hours).catch_up()
    given = r.GiveRating(subject_kind="case", subject=case, level=Level.SATISFIED)
    hall.town.do(given, uuid4(), hall.town.resident)

    hall.notifier.catch_up()

    assert hall.town.facts(rated_stream(case), RatingInvited)
    assert hall.told_of(rated_stream(case)) == []


def test_a_visitor_who_signed_in_is_invited_and_one_of_whom_nothing_is_known_is_not(hall: Hall) -> None:
    unknown, known = hall.take(), hall.take(hall.town.resident)
    hall.open_counter()
    hall.serve()
    hall.serve()
    Closing(hall.town.centre, clock=hall.town.hours).catch_up()

    hall.notifier.catch_up()

    assert hall.told_of(rated_stream(known)) == ["rating-visit"]
    assert hall.told_of(rated_stream(unknown)) == []


def test_the_answer_to_a_bad_rating_is_told_to_whoever_gave_it(hall: Hall) -> None:
    rating, _ = hall.town.badly_rated()
    hall.notifier.catch_up()
    lead = "sunhao"
    hall.town.do(r.AssignRectification(to=hall.town.staff["linxia"].id), rating, lead)
    hall.town.do(r.CallBack(reached=True, words="已听取意见"), rating, "linxia")
    hall.town.do(r.SettleRectification(outcome="fixed", words="已补充说明"), rating, "linxia")
    before = len(hall.sms.sent)
    hall.town.do(r.ReplyToRater(words="谢谢您的意见"), rating, "linxia")

    hall.notifier.catch_up()
    hall.another().catch_up()

    assert hall.told_of(rating) == ["rectified"]
    assert len(hall.sms.sent) == before + 1
    assert "谢谢您的意见" not in hall.texts()[-1]


def _first(hall: Hall, kind: type[f.AppointmentBooked | f.TicketTaken]) -> int:
    return hall.town.position_of(line_stream(WEDNESDAY if kind is f.AppointmentBooked else MONDAY, HOUSING.id), kind)
