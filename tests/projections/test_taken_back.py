"""What is seen of a case that was taken back, taken up again or given another result: nothing of the round before."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from domain.case import commands as c
from domain.case.state import Case
from domain.visits.commands import MoveAppointment
from domain.visits.reception import line_stream
from projections.cases.people import material_name
from projections.cases.view import CaseView
from projections.documents import Text
from projections.following import FactStops
from projections.lookups import Lookups
from tests.cast import CASE, CHEN, FATHER, LEASE, LI, SUN, ZHOU, Clock, Filing, page_of
from tests.domain.case.desk import CONVERT, DECLINE, DEFECT_MATERIAL, HEARING, POSTING, REVOCATION, TERMINATION, defect
from tests.domain.visits.office import MONDAY, local
from tests.laws.projected import followed as file_of
from tests.projections.conftest import Followed
from tests.projections.hall import Hall
from tests.projections.test_case_results import delivery, issued

EVIDENCE = c.SupplementCase(reply="新的合同")
BETTER = page_of(CASE, DEFECT_MATERIAL, take=2)


def test_a_page_that_ends_within_a_move_of_an_appointment_can_be_folded(
    followed: Followed, clock: Clock, tmp_path: Path
) -> None:
    hall = Hall(followed, clock)
    id = hall.book("11:00")
    move = MoveAppointment(
        appointment=id, from_on=MONDAY, from_group="housing", on=MONDAY, group="welfare", starts=local("13:00")
    )
    hall.do(move, by=FATHER, lane=line_stream(MONDAY, "welfare"))

    for until in range(1, followed.centre.head() + 1):
        file_of(followed.centre, tmp_path / str(until), until=until)


def test_a_document_beside_cases_that_cannot_be_made_is_told_of_a_fact(
    followed: Followed, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = Hall(followed, clock)
    hall.book("11:00")
    followed.settle()
    monkeypatch.setattr("projections.visit_documents._is_here", Mock(side_effect=KeyError))

    with pytest.raises(FactStops, match="unfoldable fact at position"):
        file_of(followed.centre, tmp_path / "broken")


def test_a_procedure_that_a_termination_ended_does_not_run_in_the_case_that_is_taken_up_again(
    followed: Followed, clock: Clock
) -> None:
    followed.receive()
    for act, by in ((c.AcceptCase(), ZHOU), (CONVERT, LI), (HEARING, LI), (TERMINATION, LI), (EVIDENCE, FATHER)):
        assert followed.do(act, by=by).verdict == "applied"
    clock.advance(days=1)
    assert followed.do(c.ReopenCase(reason="有新证据"), by=SUN).verdict == "applied"

    (procedure,) = followed.body("status")["procedures"]

    assert procedure["ended_on"] is not None


def test_a_delivery_that_is_taken_back_goes_the_way_that_was_asked_for(followed: Followed) -> None:
    issued(followed, Filing(delivery_method="mail"))
    followed.do(c.ConfirmDelivery(method="pickup"), by=CHEN)
    followed.do(c.UndoAct(wrong="case.deliver", reason="点错了"), by=SUN)

    assert delivery(followed)["method"] == "mail"
    assert followed.body("queue")["waiting_for"] == "step"


def test_another_result_has_no_parcel_of_the_void_one(followed: Followed) -> None:
    issued(followed, Filing(delivery_method="mail"))
    followed.do(c.DispatchResult(), by=CHEN)
    followed.centre.by_itself(POSTING, lane=CASE)
    followed.do(c.ReturnPost(why="address"), by=CHEN)
    assert delivery(followed)["state"] == "came-back"
    followed.do(c.VoidResult(reason="印错了名字"), by=CHEN)
    followed.do(c.IssueResult(), by=CHEN)

    sent = delivery(followed)

    assert (sent["state"], sent["tracking_number"], sent["returned_at"]) == ("ready", None, None)


def test_nobody_is_asked_to_look_at_evidence_of_a_result_that_was_revoked(followed: Followed) -> None:
    issued(followed)
    followed.do(EVIDENCE, by=FATHER)
    assert followed.body("queue")["evidence"]
    assert followed.do(REVOCATION, by=SUN).verdict == "applied"

    followed.settle()
    assert followed.reader.document("queue", str(CASE)) is None


def test_evidence_waits_for_nobody_once_the_end_is_taken_back(followed: Followed) -> None:
    followed.receive()
    followed.do(DECLINE, by=ZHOU)
    followed.do(EVIDENCE, by=FATHER)
    assert [one["outcome"] for one in followed.body("status")["evidence"]] == ["waiting"]

    followed.do(c.UndoAct(wrong="case.decline", reason="点错了"), by=SUN)

    assert [one["outcome"] for one in followed.body("status")["evidence"]] == [""]
    assert not followed.body("queue")["evidence"]


def test_a_question_about_a_second_notice_ends_with_the_acceptance(followed: Followed) -> None:
    followed.receive()
    followed.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)
    followed.do(c.SupplementCase(pages=(c.PageOf(BETTER.id, DEFECT_MATERIAL, 1),)), by=FATHER, files=[BETTER])
    followed.store(BETTER)
    followed.do(c.AskSecondNotice(reason="新交的也不清楚"), by=ZHOU)
    assert followed.body("queue")["second_notice"] == "asked"
    followed.do(c.AcceptCase(), by=ZHOU)

    assert followed.body("queue")["second_notice"] == ""


def test_a_case_at_the_window_again_is_due_in_the_future(followed: Followed, clock: Clock) -> None:
    followed.receive()
    followed.do(DECLINE, by=ZHOU)
    followed.do(EVIDENCE, by=FATHER)
    clock.advance(days=30)
    followed.do(c.ReopenCase(reason="属于本街道"), by=SUN)

    assert followed.body("queue")["due"] > (clock.now + timedelta(hours=1)).isoformat()


def test_the_name_of_a_paper_is_found_in_an_earlier_version_however_far_back() -> None:
    (paper, *rest) = LEASE.materials
    newest = replace(LEASE, version=10**12, materials=tuple(rest))
    lookups = Lookups(items={f"{item.id}@{item.version}": item for item in (LEASE, newest)})
    view = CaseView(id=CASE, state=Case(item_id=LEASE.id, item_version=newest.version))

    assert material_name(view, paper.id, lookups) == Text(paper.name_zh, paper.name_en)
    assert material_name(view, "unheard-of", lookups) == Text("unheard-of", "unheard-of")
