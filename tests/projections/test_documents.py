"""What the applicant, the queue and the clerk see of a case, at each point of its way."""

from datetime import date

import pytest

from domain.case.commands import (
    AcceptCase,
    AddNote,
    ClaimCase,
    ConfirmDelivery,
    DecideCase,
    DispatchResult,
    IssueResult,
    PageOf,
    RecordPosting,
    RecordRendering,
    RejectFile,
    ReleaseCase,
    RequestCorrection,
    ReviewCase,
    SupplementCase,
    WithdrawCase,
)
from projections.history import moments
from tests.cast import CASE, CHEN, FATHER, LEASE, LI, STRANGER, WANG, ZHOU, Clock, Filing, page_of
from tests.domain.case.desk import DECLINE, DEFECT_MATERIAL, REJECTION, defect
from tests.projections.conftest import Followed

BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)
SUPPLEMENT = SupplementCase(
    pages=(PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),), replaces=(page_of(CASE, DEFECT_MATERIAL).id,), reply="已重拍"
)


def states_of(followed: Followed) -> dict[str, str]:
    return {page["file"]: page["state"] for page in followed.body("status")["pages"]}


def test_a_filed_case_says_that_photographs_are_still_to_come_and_gives_the_date_if_they_came_now(
    followed: Followed,
) -> None:
    followed.file()

    body = followed.body("status")

    assert (body["status"], body["turn"], body["awaiting_files"]) == ("filed", "you", len(Filing().files))
    assert body["filing_number"] == "BQS-20261123-0001-6"
    assert body["answer_by"]["on"] == "2026-11-23"
    assert body["received_at"] is None
    assert set(states_of(followed).values()) == {"waiting"}
    assert {"case.supplement", "case.withdraw"} <= set(body["acts"])
    assert body["answers"]["applicant_name"] == "陈志远"


def test_a_received_case_waits_for_the_office_with_the_proof_of_its_date(followed: Followed) -> None:
    followed.receive()

    body = followed.body("status")

    assert (body["status"], body["turn"], body["awaiting_files"]) == ("received", "office", 0)
    assert body["office_step"] == {"zh": LEASE.steps("accept")[0].name_zh, "en": LEASE.steps("accept")[0].name_en}
    assert [day["on"] for day in body["answer_by"]["days"] if day["is_due"]] == ["2026-11-23"]
    assert set(states_of(followed).values()) == {"stored"}
    assert [step["state"] for step in body["steps"]] == ["past", "now", "next", "next"]


def test_the_queue_shows_masked_names_only(followed: Followed) -> None:
    followed.receive()

    row = followed.body("queue")

    assert row["applicant_masked"] == "陈**"
    assert "陈志远" not in str(row)
    assert "13800000001" not in str(row)
    assert row["step"]["role"] == "window-clerk"
    assert (row["pages"], row["awaiting_files"], row["claimed_by"]) == (len(Filing().files), 0, None)


def test_a_page_that_cannot_be_used_makes_it_the_applicants_turn(followed: Followed) -> None:
    followed.file()
    ref = Filing().files[0]

    followed.centre.by_itself(RejectFile(file=ref, reason="undecodable", uploaded_by=FATHER.id), lane=CASE)
    body = followed.body("status")
    followed.store(*Filing().files)

    page = next(page for page in body["pages"] if page["file"] == str(ref.id))
    assert (page["state"], page["reason"], body["turn"]) == ("rejected", "undecodable", "you")
    assert states_of(followed)[str(ref.id)] == "stored"
    assert followed.body("status")["turn"] == "office"


def test_a_strangers_upload_is_no_page_of_the_case(followed: Followed) -> None:
    followed.file()

    followed.store(Filing().files[0], by=STRANGER)

    assert states_of(followed)[str(Filing().files[0].id)] == "waiting"


def test_photographs_that_came_before_the_form_are_there_with_their_kind(followed: Followed) -> None:
    followed.store(*Filing().files)
    followed.file()

    assert {(page["state"], page["media_type"]) for page in followed.body("status")["pages"]} == {
        ("stored", "image/jpeg")
    }


def test_a_notice_shows_each_defect_with_its_words_and_when_it_was_answered(followed: Followed, clock: Clock) -> None:
    followed.receive()
    followed.do(RequestCorrection(defects=(defect(),)), by=ZHOU)
    asked = followed.body("status")

    clock.advance(days=1)
    followed.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    answered = followed.body("status")

    (notice,) = asked["notices"]
    (shown,) = notice["defects"]
    assert (asked["status"], asked["turn"]) == ("correction", "you")
    assert (shown["material"], shown["number"], shown["words"]) == (DEFECT_MATERIAL, 1, "这一页看不清，请重拍")
    assert (notice["by_name"], notice["answered_at"], shown["answered"]) == ("Zhoumin", None, False)
    assert date.fromisoformat(notice["respond_by"]["on"]) >= date(2026, 12, 23)
    assert answered["notices"][0]["defects"][0]["answered"] is True
    assert answered["notices"][0]["answered_at"] == "2026-11-24T02:00:00Z"
    assert states_of(followed)[str(page_of(CASE, DEFECT_MATERIAL).id)] == "replaced"
    assert states_of(followed)[str(BETTER_PHOTO.id)] == "waiting"
    assert [step["id"] for step in answered["steps"]] == ["filed", "correction", "accepted", "decided", "delivered"]


def test_a_case_supplied_again_is_marked_as_returned_in_the_queue_until_it_is_accepted(followed: Followed) -> None:
    followed.receive()
    followed.do(RequestCorrection(defects=(defect(),)), by=ZHOU)
    followed.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    followed.store(BETTER_PHOTO)
    returned = followed.body("queue")
    followed.do(AcceptCase(), by=ZHOU)

    assert (returned["returned"], returned["last_handler"]["name"]) == (True, "Zhoumin")
    assert followed.body("queue")["returned"] is False


def test_the_full_document_is_held_by_whoever_works_on_the_case_and_by_nobody_else(followed: Followed) -> None:
    followed.receive()
    followed.do(AddNote(text="已核对原件"), by=LI)
    followed.settle()
    assert followed.reader.document("case", str(CASE)) is None

    followed.do(ClaimCase(), by=ZHOU)
    claimed = followed.body("case")
    followed.do(ReleaseCase(), by=ZHOU)
    followed.settle()

    assert claimed["claimed_by"] == {"id": str(ZHOU.id), "name": "Zhoumin"}
    assert [note["text"] for note in claimed["notes"]] == ["已核对原件"]
    assert claimed["view"]["answers"]["applicant_phone"] == "13800000001"
    assert followed.reader.rows_of(f"mine:{ZHOU.id}", "case") == []


def test_the_status_follows_the_case_to_the_door(followed: Followed) -> None:
    followed.receive(Filing(delivery_method="mail"))
    followed.do(AcceptCase(), by=ZHOU)
    followed.do(ReviewCase(opinion="材料齐全"), by=LI)
    followed.do(DecideCase(outcome="granted"), by=WANG)
    decided = followed.body("status")
    followed.do(IssueResult(), by=CHEN)
    followed.centre.by_itself(RecordRendering(sha256="a" * 64, size=9, address="z"), lane=CASE)
    issued = followed.body("status")
    followed.do(DispatchResult(), by=CHEN)
    followed.centre.by_itself(RecordPosting(carrier="ems", tracking_number="EX1"), lane=CASE)
    posted = followed.body("status")
    followed.do(ConfirmDelivery(method="mail"), by=CHEN)
    delivered = followed.body("status")

    assert (decided["turn"], decided["decision"]["outcome"]) == ("office", "granted")
    assert (issued["result"]["document_number"], issued["result"]["rendered"]) == ("北桥办〔2026〕第0001号", True)
    assert (posted["delivery"]["carrier"], posted["delivery"]["tracking_number"]) == ("ems", "EX1")
    assert delivered["turn"] == "done"
    assert [step["state"] for step in delivered["steps"]] == ["past"] * 4
    assert [moment["tag"] for moment in delivered["timeline"]] == [
        "case.filed",
        "case.received",
        "case.claimed",
        "case.accepted",
        "case.claimed",
        "case.reviewed",
        "case.claimed",
        "case.decided",
        "case.claimed",
        "case.issued",
        "case.posted",
        "case.claimed",
        "case.delivered",
    ]
    code = delivered["result"]["verification_code"]
    assert followed.reader.case_with_code(code) == str(CASE)
    assert followed.reader.case_with_code("no such code") is None


def test_a_rejection_and_a_refusal_at_the_window_say_why(followed: Followed) -> None:
    other = page_of(CASE, "another case").id
    for case in (CASE, other):
        followed.receive(case=case)
    followed.do(AcceptCase(), by=ZHOU)
    followed.do(ReviewCase(), by=LI)
    followed.do(REJECTION, by=WANG)
    followed.do(DECLINE, by=ZHOU, case=other)

    rejected, declined = followed.body("status")["decision"], followed.body("status", other)["decision"]

    assert (rejected["outcome"], rejected["reason"], rejected["by_name"]) == ("rejected", REJECTION.reason, "Wangfang")
    assert (declined["outcome"], declined["reason"], declined["remedies"]) == (
        "declined",
        DECLINE.reason,
        DECLINE.remedy,
    )


@pytest.mark.parametrize("ending", ["withdrawn", "declined"])
def test_an_ended_case_leaves_the_queue_and_stays_with_the_applicant(followed: Followed, ending: str) -> None:
    followed.receive()
    followed.settle()
    before = followed.runner.position
    if ending == "withdrawn":
        followed.do(WithdrawCase(), by=FATHER)
    else:
        followed.do(DECLINE, by=ZHOU)
    followed.settle()

    street = followed.reader.page(["office:street"], (before, ""))
    own = followed.reader.page([f"person:{FATHER.id}"], (before, ""))

    assert ([row.id for row in street.rows], [gone.id for gone in street.gone]) == ([], [str(CASE)])
    assert ([row.id for row in own.rows], own.gone) == ([str(CASE)], [])


def test_an_agent_holds_the_case_that_they_filed_for_somebody_else(followed: Followed) -> None:
    followed.file(Filing(has_agent=True))
    followed.settle()

    (row,) = followed.reader.page([f"person:{FATHER.id}"], (0, "")).rows

    assert row.id == str(CASE)
    assert followed.body("status")["agent_name"] == "陈志远"


def test_an_auditor_reads_who_did_what_when_with_personal_words_named_but_not_shown(followed: Followed) -> None:
    followed.receive()
    followed.do(RequestCorrection(defects=(defect(),)), by=ZHOU)
    followed.settle()

    history = moments(followed.centre, CASE, followed.reader.lookups())

    notice = next(moment for moment in history if moment.tag == "case.correction_requested")
    assert [moment.position for moment in history] == sorted(moment.position for moment in history)
    assert (notice.actor_name, notice.role, notice.office) == ("Zhoumin", "window-clerk", "street")
    assert notice.sealed == ("words",)
    assert notice.facts["defects"][0]["code"] == "unreadable"
    assert "看不清" not in str(history)
