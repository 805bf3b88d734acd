"""Every limit of a case with its proof: when it runs, when it stands still, and what it says once it has ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar.calendar import Calendar
from domain.case import commands as c
from domain.case.timers import TimerKind, timers_of
from tests.cast import CALENDAR, CASE, CHEN, FATHER, HARDSHIP, LEASE, LI, SUN, WANG, ZHANG, ZHOU, Clock, Filing, page_of
from tests.domain.case.desk import ACCEPT_HARDSHIP, CONVERT, HEARING, REJECTION, defect
from tests.projections.conftest import Followed

CONSENT = "co-owner-consent"


def clock_named(body: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [clock for clock in body["clocks"] if clock["name"] == name]
    return found


def fire(followed: Followed, kind: TimerKind) -> None:
    """Let the timers of a kind go off that are due."""
    for timer in timers_of(CASE, followed.centre.case(CASE), CALENDAR):
        if timer.kind is kind and timer.at <= followed.clock():
            command = c.FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)
            assert followed.centre.by_itself(command, lane=CASE, id=timer.id).verdict == "applied"


def counted_by_hand(calendar: Calendar, start: date, days: int, *, off: tuple[date, ...] = ()) -> date:
    """The day so many working days after a day, found by stepping over a list of days."""
    working = [
        day for day in (start + timedelta(days=n) for n in range(1, 120)) if calendar.is_workday(day) and day not in off
    ]
    return working[days - 1]


def test_the_notice_limit_runs_from_receipt_and_ends_with_the_answer(followed: Followed, clock: Clock) -> None:
    followed.receive()
    running = clock_named(followed.body("status"), "notice")
    clock.advance(hours=3)
    followed.do(c.AcceptCase(), by=ZHOU)
    ended = clock_named(followed.body("status"), "notice")

    due = counted_by_hand(CALENDAR, date(2026, 11, 23), 5)
    assert (running["state"], running["ended_at"], running["due"]["on"]) == ("running", None, due.isoformat())
    assert [day["n"] for day in running["due"]["days"] if day["n"]] == [1, 2, 3, 4, 5]
    assert (ended["state"], ended["ended_at"], ended["is_overdue"]) == ("ended", "2026-11-23T05:00:00Z", False)


def test_a_case_that_nobody_answered_is_visibly_accepted_since_its_receipt(followed: Followed, clock: Clock) -> None:
    followed.receive(Filing(HARDSHIP))
    clock.advance(days=9)
    fire(followed, TimerKind.NOTICE)

    body, row = followed.body("status"), followed.body("queue")

    assert (body["status"], body["deemed"], row["deemed"]) == ("accepted", True, True)
    assert body["accepted_at"] == body["received_at"] == "2026-11-23T02:00:00Z"
    assert clock_named(body, "notice")["is_overdue"] is True
    promised = clock_named(body, "promised")
    since = counted_by_hand(CALENDAR, date(2026, 11, 23), HARDSHIP.promised_working_days)
    assert promised["due"]["on"] == since.isoformat()


def test_a_special_procedure_stops_the_clocks_with_the_days_that_do_not_count(followed: Followed, clock: Clock) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(CONVERT, by=LI)
    followed.do(HEARING, by=LI)
    standing = followed.body("status")
    clock.advance(days=3)
    (procedure,) = standing["procedures"]
    followed.do(c.EndProcedure(procedure=UUID(procedure["id"]), findings="双方到场"), by=LI)
    on = followed.body("status")

    assert (standing["status"], standing["turn"]) == ("suspended", "office")
    steps = [(step["id"], step["state"]) for step in standing["steps"]]
    assert steps[2:4] == [("procedure", "now"), ("decided", "next")]
    assert (procedure["kind"], procedure["words"]) == ("hearing", ["听证三日，不计入办理期限"])
    promised = clock_named(standing, "promised")
    assert (promised["state"], promised["suspended"]) == ("suspended", [{"first": "2026-11-23", "last": "2026-11-25"}])
    off = tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(3))
    length = LEASE.statutory_working_days or 20
    by_hand = counted_by_hand(CALENDAR, date(2026, 11, 23), length, off=off)
    assert promised["due"]["on"] == by_hand.isoformat()
    assert [day["on"] for day in promised["due"]["days"] if day["kind"] == "suspended"] == ["2026-11-24", "2026-11-25"]
    assert clock_named(on, "promised")["state"] == "running"
    assert on["procedures"][0]["ended_on"] == "2026-11-26"
    assert "双方到场" not in str(on), "what a procedure found is for the desk"
    assert followed.body("queue")["waiting_for"] == "step"


def test_the_answer_to_a_notice_has_a_date_and_no_clock_of_the_office_runs_meanwhile(followed: Followed) -> None:
    followed.receive()
    followed.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)

    body = followed.body("status")

    correction = clock_named(body, "correction")
    assert correction["due"] == body["notices"][0]["respond_by"]
    assert [clock["name"] for clock in body["clocks"] if clock["state"] == "running"] == ["correction"]
    row = followed.body("queue")
    assert (row["waiting_for"], row["due"], row["due_clock"]) == ("applicant", correction["due"]["at"], "respond_by")


def promise(followed: Followed) -> None:
    """File without the consent of the co-owner, and accept it all the same."""
    filing = Filing(LEASE, house_co_owned=True)
    pages = tuple(page for page in filing.command.pages if page.material != CONSENT)
    followed.do(replace(filing.command, pages=pages, later=(CONSENT,)), by=FATHER, files=filing.files)
    followed.store(*filing.files)
    followed.do(c.AcceptCase(gaps=(c.GapAllowed(CONSENT, 3),)), by=ZHOU)


def test_a_promised_paper_has_a_clock_until_somebody_has_looked(followed: Followed, clock: Clock) -> None:
    promise(followed)
    body, row = followed.body("status"), followed.body("queue")
    gap = clock_named(body, "gap")

    assert (gap["about"], gap["state"]) == (CONSENT, "running")
    assert body["gaps"][0]["due"] == gap["due"]
    assert (row["gaps_open"], row["gap_due"]) == (1, gap["due"]["on"])
    followed.do(c.CloseGap(material=CONSENT, outcome="waived", findings="夫妻共有，已当面确认"), by=ZHOU)
    closed, staff = followed.body("status"), followed.body("queue")
    assert (closed["gaps"][0]["state"], closed["gaps"][0]["outcome"]) == ("closed", "waived")
    assert (clock_named(closed, "gap")["state"], staff["gaps_open"]) == ("ended", 0)


def test_a_promised_page_that_cannot_be_used_is_the_applicants_turn_after_the_decision_too(followed: Followed) -> None:
    promise(followed)
    followed.do(c.ReviewCase(), by=LI)
    assert followed.do(c.DecideCase(outcome="granted"), by=WANG).verdict == "applied"
    before = followed.body("status")["turn"]
    spoilt = page_of(CASE, CONSENT, take=3)
    followed.do(c.SupplementCase(pages=(c.PageOf(spoilt.id, CONSENT, 1),)), by=FATHER, files=[spoilt])
    followed.centre.by_itself(c.RejectFile(file=spoilt, reason="undecodable", uploaded_by=FATHER.id), lane=CASE)

    assert (before, followed.body("status")["turn"]) == ("office", "you")


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_promise_goes_with_the_acceptance_that_allowed_it(followed: Followed, is_settled: bool) -> None:
    promise(followed)
    if is_settled:
        followed.do(c.CloseGap(material=CONSENT, outcome="waived", findings="夫妻共有，已当面确认"), by=ZHOU)

    followed.do(c.UndoAct(wrong="case.accept", reason="点错了"), by=SUN)

    body = followed.body("status")
    assert body["gaps"] == []
    assert "gap" not in {one["name"] for one in body["clocks"]}


def test_a_limit_that_passed_is_flagged_for_good_and_the_decision_says_why(followed: Followed, clock: Clock) -> None:
    followed.receive(Filing(HARDSHIP))
    followed.do(ACCEPT_HARDSHIP, by=ZHOU)
    clock.advance(days=60)
    fire(followed, TimerKind.OVERDUE)
    late, row = followed.body("status"), followed.body("queue")

    assert clock_named(late, "promised")["is_overdue"] is True
    assert "promised" in row["overdue"]
    assert row["alarm"] == 100


def test_a_case_that_was_late_and_is_taken_up_again_is_not_late_yet_and_tells_what_was(
    followed: Followed, clock: Clock
) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(c.ReviewCase(), by=LI)
    clock.advance(days=2)
    fire(followed, TimerKind.OVERDUE)
    followed.do(replace(REJECTION, delay="系统停机"), by=WANG)
    followed.do(c.SupplementCase(reply="新合同"), by=FATHER)
    clock.advance(days=30)
    assert followed.do(c.ReopenCase(reason="新合同有效"), by=SUN).verdict == "applied"

    body, row = followed.body("status"), followed.body("queue")

    assert clock_named(body, "promised")["is_overdue"] is False
    assert (row["overdue"], row["alarm"]) == ([], 0)
    assert "case.overdue" in [moment["tag"] for moment in body["timeline"]]


def test_the_due_step_has_its_own_clock_in_minutes_for_staff_alone(followed: Followed) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(c.ClaimCase(), by=LI)

    body = followed.body("case")

    step = next(step for step in LEASE.route if step.stage == "review")
    assert (body["step_clock"]["name"], body["step_clock"]["about"]) == ("step", step.step)
    minutes = [day["minutes"] for day in body["step_clock"]["due"]["days"]]
    assert sum(minutes) == step.working_hours * 60
    assert "step" not in {clock["name"] for clock in body["view"]["clocks"]}
    assert followed.body("queue")["effort_minutes"] == step.working_hours * 60


def test_more_time_is_told_to_the_applicant_only_once_it_is_approved(followed: Followed, clock: Clock) -> None:
    followed.receive(Filing(HARDSHIP))
    followed.do(ACCEPT_HARDSHIP, by=ZHOU)
    before = clock_named(followed.body("status"), "promised")["due"]
    followed.do(c.AskExtension(reason="核查住址"), by=ZHANG)
    asked, row = followed.body("status"), followed.body("queue")
    followed.do(c.AnswerExtension(approved=True, reason="需要实地核查"), by=SUN)
    told = followed.body("status")

    assert (asked["extension"], row["extension_asked"]) == (None, True)
    assert (told["extension"]["state"], told["extension"]["words"]) == ("approved", "需要实地核查")
    after = clock_named(told, "promised")["due"]
    days = told["extension"]["working_days"]
    longer = counted_by_hand(CALENDAR, date.fromisoformat(before["on"]), days)
    assert after["on"] == longer.isoformat()


def test_a_granted_result_is_to_be_delivered_by_a_date(followed: Followed, clock: Clock) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(c.ReviewCase(), by=LI)
    followed.do(c.DecideCase(outcome="granted"), by=WANG)
    granted = followed.body("status")
    clock.advance(days=30)
    fire(followed, TimerKind.DELIVERY)
    late = followed.body("status")
    followed.do(c.IssueResult(), by=CHEN)
    followed.do(c.ConfirmDelivery(method="pickup", receiver="applicant"), by=CHEN)

    delivery = clock_named(granted, "delivery")
    assert delivery["due"]["on"] == counted_by_hand(CALENDAR, date(2026, 11, 23), 10).isoformat()
    assert clock_named(granted, "promised")["state"] == "ended"
    assert clock_named(late, "delivery")["is_overdue"] is True
    assert datetime.fromisoformat(clock_named(followed.body("status"), "delivery")["ended_at"]) == clock()


def test_a_filing_without_its_photographs_lapses_and_is_taken_up_again(followed: Followed, clock: Clock) -> None:
    followed.file()
    waiting = followed.body("queue")
    clock.advance(days=40)
    fire(followed, TimerKind.LAPSE)
    lapsed = followed.body("status")
    assert followed.do(c.ReopenCase(), by=FATHER).verdict == "applied"
    again = followed.body("status")

    assert (waiting["waiting_for"], waiting["due_clock"]) == ("applicant", "lapses")
    assert (lapsed["status"], lapsed["turn"], lapsed["acts"][0]) == ("lapsed", "done", "case.reopen")
    assert [step["id"] for step in lapsed["steps"]] == ["filed", "ended"]
    assert (again["status"], again["turn"], clock_named(again, "lapse")["state"]) == ("filed", "you", "running")
    assert [one["status"] for one in again["reopened"]] == ["filed"]
