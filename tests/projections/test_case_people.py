"""Who says what to whom about a case, who has it, and what was told outside the app."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.case import commands as c
from domain.effects.notices import ClaimNotice, GiveNotice, HandleNotice, Outcome, ReportNotice
from domain.effects.papers import PaperKind, RecordPaper
from tests.cast import CASE, FATHER, HARDSHIP, LI, LIN, SUN, ZHANG, ZHOU, Filing
from tests.domain.case.desk import ACCEPT_HARDSHIP, DECLINE, TWIN, defect
from tests.projections.conftest import Followed

TOLD = "case.received"
FIRST, SECOND = ZHANG, LI
"""Who do the first two reviews of the hardship item."""


def position_of(followed: Followed, tag: str) -> int:
    found: int = next(m["position"] for m in followed.body("status")["timeline"] if m["tag"] == tag)
    return found


def notify(followed: Followed, position: int, *outcomes: Outcome, channel: str = "sms") -> None:
    """Tell the applicant in the app and by a channel, with what became of it."""
    person = followed.centre.case(CASE).applicant
    assert person is not None
    commands: list[c.Command] = [GiveNotice(position=position, kind="received", person=person)]
    way: Any = channel
    commands.append(ClaimNotice(position=position, person=person, channel=way))
    commands += (
        ReportNotice(position=position, person=person, channel=way, outcome=outcome, why="unreachable")
        for outcome in outcomes
    )
    for command in commands:
        assert followed.centre.by_itself(command, lane=CASE).verdict == "applied"


def test_a_message_names_who_will_read_it(followed: Followed) -> None:
    followed.receive()
    followed.do(c.SendMessage(text="还要多久？"), by=FATHER)
    unanswered = followed.body("queue")["unanswered"]
    followed.do(c.ClaimCase(), by=ZHOU)
    followed.do(c.SendMessage(text="今天就办"), by=ZHOU)
    followed.do(c.SendMessage(text="谢谢"), by=FATHER)

    first, answer, thanks = followed.body("status")["messages"]

    assert (first["who"], first["readers"], first["reader_name"]) == ("applicant", ["window-clerk"], "")
    assert (answer["who"], answer["by_name"], answer["readers"]) == ("staff", "Zhoumin", ["applicant"])
    assert (thanks["readers"], thanks["reader_name"]) == (["handler"], "Zhoumin")
    assert unanswered is True
    assert followed.body("case")["notes"] == []


def test_an_agent_writes_as_agent_and_their_authorisation_is_on_the_case(followed: Followed) -> None:
    followed.receive(Filing(has_agent=True))
    followed.do(c.SendMessage(text="我替母亲问"), by=FATHER)
    before = followed.body("status")
    followed.do(c.EndAgency(reason="母亲自己来"), by=ZHOU)
    after = followed.body("status")

    assert [(one["who"], one["readers"]) for one in before["messages"]] == [("agent", ["window-clerk", "applicant"])]
    assert (before["agency"]["name"], before["agency"]["ended_at"]) == (before["agent_name"], None)
    assert before["agency"]["proof"] == "declared"
    assert (after["agent_name"], after["agency"]["ended_at"]) == (None, "2026-11-23T02:00:00Z")
    assert followed.reader.rows_of(f"person:{FATHER.id}", "status") == []


def test_a_hand_over_is_seen_by_both_until_it_was_opened_or_taken_back(followed: Followed) -> None:
    followed.receive()
    followed.do(c.ClaimCase(), by=ZHOU)
    followed.do(c.HandOver(to=LIN.id, words="请接着办"), by=ZHOU)
    given = followed.body("queue")
    followed.do(c.ViewRecord(position=1, at=followed.clock()), by=LIN)
    opened = followed.body("case")

    assert given["handed_over"] == {
        "sender": {"id": str(ZHOU.id), "name": "Zhoumin"},
        "to": {"id": str(LIN.id), "name": "Linxia"},
        "at": "2026-11-23T02:00:00Z",
        "opened": False,
        "words": "",
    }
    assert given["claimed_by"]["name"] == "Linxia"
    assert given["claim_until"] > given["handed_over"]["at"]
    assert (opened["handed_over"]["opened"], opened["handed_over"]["words"]) == (True, "请接着办")
    assert [note["text"] for note in opened["notes"]] == ["请接着办"]
    followed.do(c.SendBack(words="不归我"), by=LIN)
    assert (followed.body("queue")["handed_over"], followed.body("queue")["claimed_by"]["name"]) == (None, "Zhoumin")


def test_the_applicant_is_not_told_what_the_desk_does_among_itself(followed: Followed) -> None:
    followed.receive()
    followed.do(c.ClaimCase(), by=ZHOU)
    followed.do(c.HandOver(to=LIN.id), by=ZHOU)

    body = followed.body("case")

    assert [moment["tag"] for moment in body["internal"]] == ["case.handed_over"]
    assert "case.handed_over" not in str(followed.body("status"))


def test_a_supplement_comes_back_to_whoever_asked_and_the_second_notice_waits_for_a_lead(followed: Followed) -> None:
    followed.receive()
    followed.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)
    fresh = c.FileRef(UUID(int=5), "b" * 64, 90_000)
    page = c.PageOf(fresh.id, "lease-contract", 1)
    old = followed.centre.case(CASE).open_defects[0].file
    assert old is not None
    followed.do(c.SupplementCase(pages=(page,), replaces=(old,)), by=FATHER, files=[fresh])
    followed.store(fresh)
    back = followed.body("queue")
    followed.do(c.AskSecondNotice(reason="新交的也不清楚"), by=ZHOU)
    asked = followed.body("queue"), followed.body("case")
    followed.do(c.ApproveSecondNotice(), by=SUN)
    again = c.DefectFound("lease-contract", fresh.id, "unreadable", "还是看不清")
    approved = followed.body("queue")["second_notice"]
    followed.do(c.RequestCorrection(defects=(again,)), by=ZHOU)

    assert (back["returned"], back["claimed_by"]["name"], back["returns_to"]["name"]) == (True, "Zhoumin", "Zhoumin")
    assert asked[0]["second_notice"] == "asked"
    assert asked[1]["second_notice_words"] == "新交的也不清楚"
    assert approved == "approved"
    assert [notice["second"] for notice in followed.body("status")["notices"]] == [False, True]


def test_steps_show_who_did_them_and_what_was_handed_back(followed: Followed) -> None:
    followed.receive(Filing(HARDSHIP))
    followed.do(ACCEPT_HARDSHIP, by=ZHOU)
    first, second, *_ = HARDSHIP.steps("review")
    followed.do(c.ReviewCase(opinion="已入户"), by=FIRST)
    on = route(followed, SECOND)
    followed.do(c.HandBack(reason="地址不符"), by=SECOND)
    back = route(followed, FIRST)
    opinions = followed.body("case")["opinions"]

    assert (on[first.step]["state"], on[second.step]["state"]) == ("past", "now")
    assert on[first.step]["by_name"]
    assert (back[first.step]["state"], back[second.step]["state"]) == ("now", "next")
    assert [(one["step"], one["to"], one["text"]) for one in opinions] == [
        (first.step, "", "已入户"),
        (second.step, first.step, "地址不符"),
    ]


def route(followed: Followed, by: Actor) -> dict[str, dict[str, Any]]:
    """The steps in the full document, which whoever holds the case has."""
    assert followed.do(c.ClaimCase(), by=by).verdict == "applied"
    return {step["id"]: step for step in followed.body("case")["route"]}


def test_a_wrong_act_that_was_taken_back_is_told_and_stands_no_more(followed: Followed) -> None:
    followed.receive()
    followed.do(DECLINE, by=ZHOU)
    followed.do(c.UndoAct(wrong="case.decline", reason="点错了"), by=ZHOU)

    body = followed.body("status")

    assert (body["status"], body["decision"]) == ("received", None)
    assert [(one["act"], one["words"], one["by_name"]) for one in body["undone"]] == [
        ("case.decline", "点错了", "Zhoumin")
    ]
    assert [step["state"] for step in body["steps"]] == ["past", "now", "next", "next"]


def test_two_cases_of_the_same_matter_are_marked_until_somebody_has_looked(followed: Followed) -> None:
    followed.receive()
    followed.receive(case=TWIN)
    followed.centre.by_itself(c.SuspectDuplicate(other=TWIN), lane=CASE)
    suspected = followed.body("queue")["duplicates"]
    followed.do(c.ClearDuplicate(other=TWIN, reason="两套房"), by=ZHOU)
    followed.do(c.ClaimCase(), by=ZHOU)

    assert (suspected, followed.body("queue")["duplicates"]) == (1, 0)
    assert [(one["case"], one["state"], one["words"]) for one in followed.body("case")["duplicates"]] == [
        (str(TWIN), "cleared", "两套房")
    ]


def test_a_notice_shows_by_which_channel_it_reached_the_person(followed: Followed) -> None:
    followed.receive()
    notify(followed, position_of(followed, TOLD), "sent", "delivered")

    (told,) = followed.body("status")["notifications"]

    assert (told["about"], told["whom"], told["is_unreached"]) == (TOLD, "applicant", False)
    assert [(one["channel"], one["state"]) for one in told["sendings"]] == [("sms", "delivered")]


def test_a_notice_that_reached_nobody_is_work_for_staff_even_after_the_end(followed: Followed) -> None:
    followed.receive()
    followed.do(DECLINE, by=ZHOU)
    position = position_of(followed, "case.declined")
    notify(followed, position, "failed")
    row = followed.body("queue")
    held = followed.reader.rows_of("office:street", "queue")
    words = HandleNotice(position=position, person=FATHER.id, how="by-phone", words="电话里说了")
    assert followed.do(words, by=ZHOU).verdict == "applied"
    followed.settle()

    assert (row["unreached"], row["waiting_for"], len(held)) == (1, "window", 1)
    assert followed.reader.rows_of("office:street", "queue") == []
    (told,) = followed.body("status")["notifications"]
    assert (told["handled"], told["handled_by_name"], told["is_unreached"]) == ("by-phone", "Zhoumin", False)


def test_papers_that_were_made_are_named_by_what_they_tell_of(followed: Followed) -> None:
    followed.receive()
    position = position_of(followed, TOLD)
    kind = next(iter(PaperKind))
    paper = RecordPaper(kind=kind, position=position, sha256="d" * 64, size=1_000, address="at-d")
    assert followed.centre.by_itself(paper, lane=CASE).verdict == "applied"

    (shown,) = followed.body("status")["papers"]

    assert (shown["kind"], shown["position"], shown["size"]) == (kind.value, position, 1_000)


def test_an_act_may_be_taken_back_by_whoever_did_it_and_the_queue_says_who_that_was(followed: Followed) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)

    row = followed.body("queue")

    assert row["doer"] == str(ZHOU.id)
    assert row["step"]["stage"] == "review"
    assert (row["phone_end"], row["initials"]) == ("0001", ["czy"])
