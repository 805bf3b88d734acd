"""The result as people see it: on its way, void, printed again, revoked, archived; and what its code stands for."""

from __future__ import annotations

from domain.case import commands as c
from domain.effects.parcels import RecordTracking
from projections.reader import Coded
from tests.cast import CASE, CHEN, LI, MONDAY_10AM, SUN, WANG, ZHOU, Clock, Filing
from tests.domain.case.desk import ARCHIVE, POSTING, REVOCATION
from tests.projections.conftest import Followed


def granted(followed: Followed, filing: Filing | None = None) -> None:
    followed.receive(filing)
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(c.ReviewCase(), by=LI)
    assert followed.do(c.DecideCase(outcome="granted"), by=WANG).verdict == "applied"


def issued(followed: Followed, filing: Filing | None = None) -> str:
    """The verification code of the result."""
    granted(followed, filing)
    followed.do(c.IssueResult(), by=CHEN)
    followed.centre.by_itself(c.RecordRendering(sha256="a" * 64, size=9, address="z"), lane=CASE)
    code: str = followed.body("status")["result"]["verification_code"]
    return code


def delivery(followed: Followed) -> dict[str, object]:
    found: dict[str, object] = followed.body("status")["delivery"]
    return found


def test_a_posted_result_is_followed_to_the_door_and_back(followed: Followed, clock: Clock) -> None:
    issued(followed, Filing(delivery_method="mail"))
    ready = followed.body("queue")["waiting_for"], delivery(followed)["state"]
    followed.do(c.DispatchResult(), by=CHEN)
    asked = followed.body("queue")["waiting_for"], delivery(followed)["state"]
    followed.centre.by_itself(POSTING, lane=CASE)
    position = max(followed.centre.positions(CASE).values())
    on_the_way = followed.body("queue")["waiting_for"], delivery(followed)["state"]
    for event in ("accepted", "in-transit", "returned"):
        track = RecordTracking(
            position=position, tracking_number=POSTING.tracking_number, event=event, at=MONDAY_10AM, why="address"
        )
        followed.centre.by_itself(track, lane=CASE)
    back = delivery(followed)

    assert ready == ("step", "ready")
    assert asked == ("post", "asked")
    assert on_the_way == ("post", "on-the-way")
    assert (back["state"], back["returned_why"]) == ("came-back", "address")
    assert [event["event"] for event in back["events"]] == ["accepted", "in-transit", "returned"]  # type: ignore[attr-defined]
    assert followed.body("queue")["waiting_for"] == "step"


def test_a_result_to_be_collected_is_the_applicants_turn_until_somebody_signed_for_it(followed: Followed) -> None:
    issued(followed, Filing(delivery_method="pickup"))
    waiting, row = followed.body("status"), followed.body("queue")
    followed.do(c.ConfirmDelivery(method="pickup", receiver="other", name="何小燕"), by=CHEN)
    done = followed.body("status")

    assert (waiting["turn"], row["waiting_for"]) == ("you", "applicant")
    assert (done["turn"], done["delivery"]["receiver"], done["delivery"]["receiver_name"]) == (
        "done",
        "other",
        "何小燕",
    )
    assert done["delivery"]["state"] == "delivered"


def test_a_carrier_of_whom_nothing_is_known_is_work_for_the_outlet(followed: Followed) -> None:
    issued(followed, Filing(delivery_method="mail"))
    followed.do(c.DispatchResult(), by=CHEN)
    position = max(followed.centre.positions(CASE).values())
    followed.centre.by_itself(c.ClaimEffect(position=position, channel="post"), lane=CASE)
    followed.centre.by_itself(c.ReportEffect(position=position, channel="post"), lane=CASE)

    assert (delivery(followed)["state"], followed.body("queue")["waiting_for"]) == ("uncertain", "step")


def test_a_result_that_is_void_after_its_delivery_has_a_date_of_its_own(followed: Followed, clock: Clock) -> None:
    issued(followed)
    followed.do(c.ConfirmDelivery(method="pickup"), by=CHEN)
    clock.advance(days=40)
    followed.do(c.VoidResult(reason="印错了名字"), by=CHEN)

    (limit,) = [one for one in followed.body("status")["clocks"] if one["name"] == "delivery"]

    assert (limit["state"], limit["is_overdue"], limit["due"]["days"][0]["on"]) == ("running", False, "2027-01-02")


def test_every_code_that_was_ever_printed_says_whether_its_paper_counts(followed: Followed) -> None:
    first = issued(followed)
    number = followed.body("status")["result"]["document_number"]
    followed.do(c.ReprintResult(reason="遗失"), by=CHEN)
    reprinted = followed.body("status")["result"]["prints"]
    followed.do(c.VoidResult(reason="印错了名字"), by=CHEN)
    void = followed.body("status")
    followed.do(c.IssueResult(), by=CHEN)
    second = followed.body("status")["result"]["verification_code"]
    in_force = followed.reader.result_with_code(second)
    followed.do(REVOCATION, by=SUN)
    revoked = followed.body("status")
    followed.settle()

    assert reprinted == 2
    assert (void["result"], void["status"], void["delivery"]["state"]) == (None, "granted", "none")
    assert [(one["document_number"], one["words"]) for one in void["result_void"]] == [(number, "印错了名字")]
    assert followed.reader.result_with_code(first) == Coded(str(CASE), number, "voided")
    assert in_force is not None
    assert (in_force.id, in_force.state) == (str(CASE), "issued")
    assert followed.reader.result_with_code(second) == in_force._replace(state="revoked")
    assert followed.reader.case_with_code(second) is None
    assert followed.reader.result_with_code("nobody's") is None
    assert (revoked["revocation"]["outcome"], revoked["revocation"]["reason"]) == ("revoked", REVOCATION.reason)
    assert revoked["decision"]["outcome"] == "granted"


def test_a_closed_package_says_what_it_holds_and_how_long_it_is_kept(followed: Followed, clock: Clock) -> None:
    issued(followed)
    followed.do(c.ConfirmDelivery(method="electronic"), by=CHEN)
    clock.advance(days=70)
    assert followed.centre.by_itself(ARCHIVE, lane=CASE).verdict == "applied"

    body = followed.body("status")

    assert (body["status"], body["archive"]["digest"], body["archive"]["leaves"]) == ("archived", "a" * 64, 12)
    assert body["archive"]["retention_class"] in ("10-years", "30-years", "permanent")
    assert [step["state"] for step in body["steps"]] == ["past"] * 4
