from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.effects import notices as n
from domain.visits import commands as c
from domain.visits.facts import Matter
from domain.visits.line import Line
from domain.visits.reached import beside
from domain.visits.reception import Reception, hall_stream, line_stream
from projections.database import ProjectionFile
from projections.following import advance
from projections.reader import Reader
from projections.visit_bodies import SlotBody
from projections.visit_days import counter_id
from projections.visit_documents import slots_of
from store.states import LINE
from tests.cast import CALENDAR, CENTRE, FATHER, LEASE, LIN, STRANGER, SUN, ZHOU, Clock, resident
from tests.domain.visits.office import GRANNY, HOUSING, MONDAY, MOTHER, PLAN, SUNDAY, Office, local
from tests.laws.projected import content, followed
from tests.premises import opened
from tests.projections.conftest import Followed
from tests.projections.hall import Hall, RandomDay

OFFICE = "office:street"
HOUSING_LINE = line_stream(MONDAY, "housing")


@pytest.fixture
def hall(followed: Followed, clock: Clock) -> Hall:
    return Hall(followed, clock)


def rows(followed: Followed, scope: str, kind: str) -> dict[str, dict[str, Any]]:
    """Bodies of a kind that a scope holds, by id."""
    followed.settle()
    return {
        row.id: msgspec.json.decode(row.row)["body"]
        for row in followed.reader.page([scope], (0, "")).rows
        if row.kind == kind
    }


def own(followed: Followed, ticket: UUID, who: Any = FATHER) -> dict[str, Any]:
    """A ticket as its visitor sees it."""
    return rows(followed, f"person:{who.id}", "own-ticket")[str(ticket)]


def test_a_person_and_the_office_see_the_same_appointment(hall: Hall, followed: Followed) -> None:
    id = str(hall.book("11:00"))

    mine = rows(followed, f"person:{FATHER.id}", "appointment")

    assert mine == rows(followed, OFFICE, "appointment")
    assert mine[id] | {"matters": []} == {
        "lane": str(HOUSING_LINE),
        "on": "2026-11-23",
        "group": "housing",
        "group_name": {"zh": "房屋", "en": "Housing"},
        "number": "AY001",
        "starts": "2026-11-23T03:00:00Z",
        "ends": "2026-11-23T03:30:00Z",
        "check_in_from": "2026-11-23T02:00:00Z",
        "kept_until": "2026-11-23T03:45:00Z",
        "matters": [],
        "channel": "app",
        "status": "booked",
        "why": "",
        "ticket": None,
        "has_contact": False,
        "told": [],
    }
    assert rows(followed, f"person:{STRANGER.id}", "appointment") == {}


def test_a_person_and_the_office_see_how_far_a_notice_has_come(hall: Hall, followed: Followed) -> None:
    id = hall.book("11:00")
    tell = Teller(hall, HOUSING_LINE, FATHER.id)
    tell.give("appointment-booked", lane=id)
    tell.send(lane=id)
    tell.send(lane=beside(id, "reminder"), outcome="failed")

    mine = rows(followed, f"person:{FATHER.id}", "appointment")[str(id)]["told"]

    assert mine == rows(followed, OFFICE, "appointment")[str(id)]["told"]
    reminder, booked = sorted(mine, key=lambda one: one["kind"])
    assert (booked["kind"], booked["is_unreached"]) == ("appointment-booked", False)
    assert booked["at"] is not None
    assert [(one["channel"], one["state"]) for one in booked["sendings"]] == [("sms", "sent")]
    assert (reminder["at"], reminder["is_unreached"]) == (None, True)
    assert [(one["state"], one["why"]) for one in reminder["sendings"]] == [("failed", "no-number")]


def test_whom_nothing_reached_is_told_by_staff_and_it_is_seen_by_whom_and_when(hall: Hall, followed: Followed) -> None:
    id = hall.book("11:00")
    tell = Teller(hall, HOUSING_LINE, FATHER.id)
    tell.send(lane=id, outcome="failed")
    tell.send(lane=beside(id, "reminder"), outcome="failed")
    before = rows(followed, OFFICE, "appointment")[str(id)]["told"]
    tell.call(id)

    after = rows(followed, OFFICE, "appointment")[str(id)]["told"]

    assert [one["is_unreached"] for one in before] == [True, True]
    assert {one["person"] for one in before} == {str(FATHER.id)}
    assert [(one["is_unreached"], one["handled"], one["handled_by_name"]) for one in after] == [
        (False, "by-phone", "Zhoumin")
    ] * 2
    assert all(one["handled_at"] is not None for one in after)
    assert rows(followed, f"person:{FATHER.id}", "appointment")[str(id)]["told"] == after


def test_the_counters_see_that_a_visitor_was_not_told_of_a_call_until_somebody_does(
    hall: Hall, followed: Followed
) -> None:
    ticket = hall.take(by=FATHER)
    tell = Teller(hall, HOUSING_LINE, FATHER.id)
    tell.send(lane=ticket, outcome="failed")
    (before,) = rows(followed, OFFICE, "ticket")[str(ticket)]["told"]
    tell.call(ticket)

    (after,) = rows(followed, OFFICE, "ticket")[str(ticket)]["told"]

    assert (before["is_unreached"], after["is_unreached"]) == (True, False)
    assert own(followed, ticket)["told"] == [after]


def test_a_visitor_sees_that_they_were_told_of_the_call(hall: Hall, followed: Followed) -> None:
    ticket = hall.take(by=FATHER)
    Teller(hall, HOUSING_LINE, FATHER.id).give("ticket-soon", lane=ticket)

    assert [one["kind"] for one in own(followed, ticket)["told"]] == ["ticket-soon"]


def test_what_was_told_before_a_move_within_the_day_stays_with_the_appointment(hall: Hall, followed: Followed) -> None:
    id = hall.book("11:00")
    to_welfare = c.MoveAppointment(
        appointment=id,
        from_on=MONDAY,
        from_group="housing",
        on=MONDAY,
        group="welfare",
        starts=local("14:00"),
    )
    tell = Teller(hall, HOUSING_LINE, FATHER.id)
    hall.do(to_welfare, by=FATHER, lane=line_stream(MONDAY, "welfare"))
    followed.settle()
    tell.give("appointment-booked", lane=id)

    (told,) = rows(followed, OFFICE, "appointment")[str(id)]["told"]
    assert told["kind"] == "appointment-booked"


class Teller:
    """Notices of the last fact of a stream, as the notifier records them."""

    def __init__(self, hall: Hall, stream: UUID, person: UUID) -> None:
        self._hall = hall
        self._person = person
        self._position = max(hall.centre.positions(stream).values())

    def give(self, kind: str, *, lane: UUID) -> None:
        """Tell in the app."""
        given = n.GiveNotice(position=self._position, kind=kind, person=self._person)
        self._hall.do(given, by=CENTRE, lane=lane)

    def send(self, *, lane: UUID, outcome: n.Outcome = "sent") -> None:
        """Send by text message."""
        claim = n.ClaimNotice(position=self._position, person=self._person, channel="sms")
        why = "no-number" if outcome == "failed" else ""
        told = n.ReportNotice(position=self._position, person=self._person, channel="sms", outcome=outcome, why=why)
        for command in (claim, told):
            self._hall.do(command, by=CENTRE, lane=lane)

    def call(self, visit: UUID) -> None:
        """Zhou calls a visitor whom it did not reach."""
        said = n.HandleNotice(position=self._position, person=self._person, how="by-phone", line=HOUSING_LINE)
        self._hall.do(said, by=ZHOU, lane=visit)


def test_a_cancelled_appointment_leaves_the_office_and_says_why_to_its_person(hall: Hall, followed: Followed) -> None:
    id = hall.book("11:00")
    followed.settle()
    hall.do(c.CancelAppointment(appointment=id), by=ZHOU, lane=HOUSING_LINE)

    mine = rows(followed, f"person:{FATHER.id}", "appointment")[str(id)]

    assert (mine["status"], mine["why"]) == ("cancelled", "by-staff")
    assert rows(followed, OFFICE, "appointment") == {}


def test_a_moved_appointment_is_one_row_on_its_new_line(hall: Hall, followed: Followed) -> None:
    id = hall.book("11:00")
    followed.settle()
    move = c.MoveAppointment(
        appointment=id, from_on=MONDAY, from_group="housing", on=MONDAY, group="welfare", starts=local("13:00")
    )
    hall.do(move, by=FATHER, lane=line_stream(MONDAY, "welfare"))

    (row,) = rows(followed, f"person:{FATHER.id}", "appointment").values()

    assert (row["status"], row["group"], row["lane"]) == ("booked", "welfare", str(line_stream(MONDAY, "welfare")))


def test_a_contact_is_in_no_row(hall: Hall, followed: Followed) -> None:
    hall.book("11:00", by=ZHOU, name="刘老太", phone="027-88888888")
    followed.settle()

    (row,) = rows(followed, OFFICE, "appointment").values()

    assert row["has_contact"] is True
    assert "刘老太" not in Path(followed.reader_path).read_bytes().decode("utf-8", "ignore")
    assert "027-88888888" not in "".join(map(str, content(followed.reader_path).values()))


def test_who_waits_sees_how_many_are_ahead_and_no_wait_while_no_counter_is_open(hall: Hall, followed: Followed) -> None:
    hall.take()
    hall.take()
    mine = hall.take(by=FATHER)

    before = own(followed, mine)
    hall.sit()

    assert (before["number"], before["ahead"], before["wait_minutes"]) == ("A003", 2, None)
    assert own(followed, mine)["wait_minutes"] == 2 * HOUSING.minutes


def test_the_wait_follows_the_pace_of_the_day_and_the_counters(hall: Hall, followed: Followed, clock: Clock) -> None:
    first, _, _ = hall.take(), hall.take(), hall.take()
    mine = hall.take(by=FATHER)
    hall.sit()
    hall.call()
    hall.of(c.StartService, first)
    clock.advance(minutes=6)
    hall.of(c.FinishService, first)

    one = own(followed, mine)
    hall.sit("2", by=LIN)

    assert (one["ahead"], one["wait_minutes"]) == (2, 12)
    assert own(followed, mine)["wait_minutes"] == 6


def test_who_goes_first_moves_up_and_others_are_told_so(hall: Hall, followed: Followed) -> None:
    mine = hall.take(by=FATHER)
    other = hall.take(by=MOTHER)
    hall.of(c.PrioritiseTicket, other)

    assert own(followed, mine)["ahead"] == 1
    assert own(followed, other, MOTHER)["ahead"] == 0


def test_the_visitor_and_the_office_see_the_counter_that_calls(hall: Hall, followed: Followed) -> None:
    mine = hall.take(by=FATHER, matters=(Matter(LEASE.id),))
    hall.sit()
    hall.call()

    row = own(followed, mine)

    assert (row["status"], row["counter"], row["counter_name"]["zh"], row["calls"]) == ("called", "1", "1号综合窗口", 1)
    office = rows(followed, OFFICE, "ticket")[str(mine)]
    assert (office["status"], office["staff"]["name"], office["lane"]) == ("called", "Zhoumin", str(HOUSING_LINE))
    counter = rows(followed, OFFICE, "counter")[str(counter_id(MONDAY, "1"))]
    assert (counter["number"], counter["status"], counter["lane"]) == ("A001", "called", str(hall_stream(MONDAY)))


def test_a_finished_ticket_leaves_the_office_and_stays_with_its_visitor_for_the_day(
    hall: Hall, followed: Followed
) -> None:
    mine = hall.take(by=FATHER)
    hall.sit()
    hall.call()
    followed.settle()
    hall.of(c.StartService, mine)
    hall.of(c.FinishService, mine)

    assert rows(followed, OFFICE, "ticket") == {}
    assert own(followed, mine)["status"] == "finished"
    assert rows(followed, OFFICE, "counter")[str(counter_id(MONDAY, "1"))]["status"] == "free"


def test_the_line_lists_numbers_in_the_order_of_calling_and_the_counters_that_call_them(
    hall: Hall, followed: Followed
) -> None:
    hall.take()
    elder = hall.take()
    hall.of(c.PrioritiseTicket, elder)
    hall.sit("2", by=LIN)
    hall.do(c.StopLine(on=MONDAY, group="housing", reason="full"), by=ZHOU, lane=HOUSING_LINE)

    line = rows(followed, OFFICE, "line")[str(HOUSING_LINE)]

    assert (line["waiting"], line["counters"], line["is_stopped"]) == (["A002", "A001"], ["2"], True)
    assert (line["seconds_each"], line["wait_minutes"]) == (HOUSING.minutes * 60, 2 * HOUSING.minutes)


def test_the_wall_screen_shows_numbers_and_counters_and_nothing_of_anybody(hall: Hall, followed: Followed) -> None:
    hall.take(by=FATHER, matters=(Matter(LEASE.id),))
    other = hall.take(by=MOTHER)
    hall.sit()
    hall.call()
    hall.sit("2", by=LIN)
    hall.call(by=LIN)
    hall.of(c.CallAgain, other, by=LIN)
    hall.of(c.StartService, other, by=LIN)

    panel = rows(followed, "panel", "panel")[str(hall_stream(MONDAY))]

    assert [(call["number"], call["counter"], call["call"], call["is_serving"]) for call in panel["calls"]] == [
        ("A002", "2", 2, True),
        ("A001", "1", 1, False),
    ]
    assert [(line["group_name"]["en"], line["waiting"]) for line in panel["lines"]] == [("Housing", 0)]
    text = msgspec.json.encode(panel).decode()
    assert [one for one in (FATHER, MOTHER, ZHOU, LIN) if str(one.id) in text] == []
    assert "Zhoumin" not in text
    assert LEASE.id not in text
    assert rows(followed, OFFICE, "panel") == rows(followed, "panel", "panel")


def test_a_visitor_sent_on_waits_in_the_line_of_the_other_group(hall: Hall, followed: Followed) -> None:
    mine = hall.take(by=FATHER)
    hall.sit()
    hall.call()
    hall.of(c.StartService, mine)
    hall.do(c.TransferTicket(ticket=mine, group="welfare"), by=ZHOU, lane=HOUSING_LINE)

    assert rows(followed, OFFICE, "line")[str(line_stream(MONDAY, "welfare"))]["waiting"] == ["A001"]
    row = own(followed, mine)
    assert (row["group"], row["group_name"]["en"], row["lane"]) == ("welfare", "Welfare", str(HOUSING_LINE))


def test_when_the_day_is_over_nothing_of_it_is_left_anywhere(hall: Hall, followed: Followed) -> None:
    hall.book("11:00")
    hall.take(by=MOTHER)
    hall.take(by=GRANNY)
    hall.take(group="welfare")
    hall.sit()
    for _ in range(2):
        hall.call()
        hall.clock.advance(minutes=1)
        _finish(hall)
    followed.settle()

    hall.end_day()

    followed.settle()
    every = [OFFICE, "panel", *(f"person:{one.id}" for one in (FATHER, MOTHER, GRANNY))]
    assert followed.reader.page(every, (0, "")).rows == []
    with closing(Reader(followed.reader_path)) as reader:
        kinds = {gone.kind for gone in reader.page(every, (1, "")).gone}
    assert kinds == {"appointment", "ticket", "own-ticket", "line", "counter", "panel"}


def _finish(hall: Hall) -> None:
    for line in (HOUSING_LINE, line_stream(MONDAY, "welfare")):
        state = hall.centre.state(line, LINE)
        for id, ticket in state.tickets.items():
            if ticket.status.value == "called":
                hall.do(c.StartService(ticket=id), by=ZHOU, lane=line)
                hall.do(c.FinishService(ticket=id), by=ZHOU, lane=line)


def test_slots_say_what_is_left_and_why_a_day_is_closed() -> None:
    office = Office()
    office.book("11:00")
    office.change_day(SUNDAY, reason="停电")

    today = slots_of(office.reception(), CALENDAR, office.line_of(), on=MONDAY, group_id="housing")
    sunday = slots_of(office.reception(), CALENDAR, Line(), on=SUNDAY, group_id="housing")

    assert today is not None
    assert today.slots[4] == SlotBody(local("11:00"), local("11:30"), 2, 1)
    assert today.lane == HOUSING_LINE
    assert sunday is not None
    assert (sunday.slots, sunday.closed_because) == ((), "停电")
    assert slots_of(office.reception(), CALENDAR, Line(), on=MONDAY, group_id="pensions") is None
    assert slots_of(Reception(), CALENDAR, Line(), on=MONDAY, group_id="housing") is None
    assert PLAN.group("housing") == HOUSING


# Laws


@pytest.fixture
def random_day(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RandomDay]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        yield RandomDay(Hall(premises, clock), request.param)


@pytest.mark.parametrize("random_day", range(4), indirect=True)
def test_however_the_log_was_followed_the_same_rows_are_there(random_day: RandomDay, tmp_path: Path) -> None:
    random_day.walk(120)
    centre = random_day.hall.centre
    one_by_one = content(followed(centre, tmp_path / "1", page=1))

    for page in (3, 50, 1_000):
        assert content(followed(centre, tmp_path / str(page), page=page)) == one_by_one
    kinds = {row[1] for row in one_by_one["rows"]}
    assert {"line", "panel", "rating", "rating-tally"} <= kinds


@pytest.mark.parametrize("random_day", range(2), indirect=True)
def test_facts_that_are_folded_again_change_nothing(random_day: RandomDay, tmp_path: Path) -> None:
    random_day.walk(100)
    centre = random_day.hall.centre
    path = followed(centre, tmp_path / "once", page=10)
    once = content(path)

    for back_to in (0, centre.head() // 2):
        with closing(ProjectionFile(path)) as file:
            file.database.execute("UPDATE progress SET position=?", (back_to,))
            while advance(centre, file, limit=7) is not None:
                pass
        assert content(path) == once


@pytest.mark.parametrize("random_day", range(2), indirect=True)
def test_no_waiting_ticket_is_without_a_row_that_a_counter_or_a_lead_looks_at(
    random_day: RandomDay, tmp_path: Path
) -> None:
    random_day.walk(120)
    path = followed(random_day.hall.centre, tmp_path / "x")
    with closing(Reader(path)) as reader:
        found = [(row.kind, msgspec.json.decode(row.row)["body"]) for row in reader.page([OFFICE], (0, "")).rows]

    waiting = sorted(body["number"] for kind, body in found if kind == "ticket" and body["status"] == "waiting")
    listed = sorted(number for kind, body in found if kind == "line" for number in body["waiting"])

    assert waiting == listed
    assert SUN.id not in {body.get("ticket") for _, body in found}


# Through the writer


def test_of_many_who_want_the_last_places_at_once_only_so_many_get_one_and_no_number_is_given_twice(
    hall: Hall, followed: Followed
) -> None:
    crowd = [resident(f"visitor {n}") for n in range(30)]
    wishes = [
        c.BookAppointment(appointment=hall.id(), on=MONDAY, group="housing", starts=local("11:00")) for _ in crowd
    ]
    takes = [c.TakeTicket(ticket=hall.id(), on=MONDAY, group="housing") for _ in crowd]

    futures = [
        followed.centre.submit(followed.call(command, by=who, case=HOUSING_LINE))
        for who, *commands in zip(crowd, wishes, takes, strict=True)
        for command in commands
    ]
    answers = [future.result(60) for future in futures]

    booked, taken = answers[::2], answers[1::2]
    assert [answer.verdict for answer in booked].count("applied") == HOUSING.bookable
    assert {(answer.verdict, answer.code) for answer in booked[HOUSING.bookable :]} == {("conflict", "slot-full")}
    assert {answer.verdict for answer in taken} == {"applied"}
    numbers = [body["number"] for body in rows(followed, OFFICE, "ticket").values()]
    assert sorted(numbers) == [f"A{n:03d}" for n in range(1, len(crowd) + 1)]
