"""Notices, papers, parcels, exports and the clock: each thing counts once, and only from those who may say it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.commands import Command
from domain.centre.clock import CLOCK_STREAM, ClockConfirmed, ClockJumped, ConfirmClock, ReportJump
from domain.effects.contact import ChooseContact, Contact, EndPush, SubscribePush, contact_stream
from domain.effects.exports import EXPORTS_STREAM, RecordExport
from domain.effects.notices import ClaimNotice, GiveNotice, HandleNotice, ReportNotice
from domain.effects.papers import PaperKind, RecordPaper
from domain.effects.parcels import ParcelTracked, RecordTracking
from domain.refusals import Forbidden, ReasonMissing, StateChanged
from tests.cast import CASE, CENTRE, CHEN, FATHER, GU, MONDAY_10AM, STRANGER, SUN, ZHOU
from tests.domain.case.desk import Desk

GIVE = GiveNotice(position=7, kind="received", person=FATHER.id)
CLAIM = ClaimNotice(position=7, person=FATHER.id, channel="sms")
HASH = "0" * 64


def told(outcome: str) -> ReportNotice:
    return ReportNotice(position=7, person=FATHER.id, channel="sms", outcome=outcome)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.receive()
    return desk


def test_a_notice_is_given_and_claimed_once(desk: Desk) -> None:
    assert len(desk.do(GIVE, by=CENTRE)) == 1
    assert desk.do(GIVE, by=CENTRE) == []
    desk.do(CLAIM, by=CENTRE)

    with pytest.raises(StateChanged):
        desk.do(CLAIM, by=CENTRE)


def test_an_outcome_needs_a_claim_and_a_late_word_of_the_carrier_is_believed(desk: Desk) -> None:
    with pytest.raises(StateChanged):
        desk.do(told("sent"), by=CENTRE)
    desk.do(CLAIM, by=CENTRE)

    said = [
        len(desk.do(told(one), by=CENTRE))
        for one in ("uncertain", "sent", "uncertain", "failed", "delivered", "failed")
    ]

    assert said == [1, 1, 0, 1, 1, 0]
    assert desk.notices(CASE).unreached == ()


def test_staff_look_after_a_failed_notice_and_say_why_nobody_needs_to_be_told(desk: Desk) -> None:
    desk.do(CLAIM, by=CENTRE)
    desk.do(told("failed"), by=CENTRE)
    assert desk.notices(CASE).unreached == ((7, FATHER.id),)

    with pytest.raises(ReasonMissing):
        desk.do(HandleNotice(position=7, person=FATHER.id, how="not-needed"), by=ZHOU)
    desk.do(HandleNotice(position=7, person=FATHER.id, how="by-phone", words="已告知"), by=ZHOU)

    assert desk.notices(CASE).unreached == ()
    with pytest.raises(StateChanged):
        desk.do(HandleNotice(position=7, person=FATHER.id, how="by-phone"), by=ZHOU)


def test_neither_strangers_nor_auditors_look_after_notices(desk: Desk) -> None:
    desk.do(CLAIM, by=CENTRE)
    desk.do(told("failed"), by=CENTRE)
    handled = HandleNotice(position=7, person=FATHER.id, how="by-phone")

    for who in (STRANGER, FATHER, GU):
        with pytest.raises(Forbidden):
            desk.do(handled, by=who)


@pytest.mark.parametrize(
    "command",
    [
        GIVE,
        CLAIM,
        told("sent"),
        RecordPaper(kind=PaperKind.RECEIPT, position=7, sha256=HASH, size=1, address=HASH),
        RecordTracking(position=7, tracking_number="EX1", event="signed", at=MONDAY_10AM),
        ReportJump(seconds=400),
        ConfirmClock(),
    ],
)
def test_what_only_the_centre_knows_nobody_else_says(desk: Desk, command: Command) -> None:
    for who in (FATHER, ZHOU, SUN):
        with pytest.raises(Forbidden):
            desk.do(command, by=who)


def test_a_paper_counts_once_whoever_rendered_it(desk: Desk) -> None:
    paper = RecordPaper(kind=PaperKind.RECEIPT, position=7, sha256=HASH, size=1, address=HASH)

    assert [len(desk.do(paper, by=CENTRE)) for _ in range(2)] == [1, 0]


def test_a_signature_delivers_a_posted_case_and_tells_nothing_more() -> None:
    desk = Desk()
    desk.bring_to("posted")
    signed = RecordTracking(position=9, tracking_number="EX1", event="signed", at=MONDAY_10AM, receiver="other")

    facts = desk.do(signed, by=CENTRE)

    tracked = ParcelTracked(position=9, tracking_number="EX1", event="signed", at=MONDAY_10AM)
    assert facts == [tracked, f.CaseDelivered(method="mail", receiver="other")]
    returned = RecordTracking(position=9, tracking_number="EX1", event="returned", at=MONDAY_10AM, why="refused")
    assert desk.do(returned, by=CENTRE) == []


def test_a_signature_for_a_case_that_staff_have_moved_on_is_recorded_and_moves_nothing() -> None:
    desk = Desk()
    desk.bring_to("delivered")
    signed = RecordTracking(position=9, tracking_number="EX1", event="signed", at=MONDAY_10AM)

    assert [type(fact) for fact in desk.do(signed, by=CENTRE)] == [ParcelTracked]
    assert desk.status() is CaseStatus.DELIVERED


def test_a_person_chooses_for_themselves_alone() -> None:
    desk, mine = Desk(), contact_stream(FATHER.id)
    choice = ChooseContact(sms=False, push=True, language="en")

    assert len(desk.do(choice, by=FATHER, case=mine)) == 1
    assert desk.do(choice, by=FATHER, case=mine) == []
    for who in (STRANGER, ZHOU, CENTRE):
        with pytest.raises(Forbidden):
            desk.do(choice, by=who, case=mine)
    assert desk.contact(mine) == Contact(sms=False, push=True, language="en")


def test_a_device_is_let_go_by_its_person_or_by_the_centre() -> None:
    desk, mine = Desk(), contact_stream(FATHER.id)
    first, second = UUID(int=1), UUID(int=2)
    for id in (first, second):
        taken = SubscribePush(subscription=id, service="x", endpoint="https://x/1", p256dh="k", auth="a")
        desk.do(taken, by=FATHER, case=mine)

    whys = [desk.do(EndPush(subscription=id), by=who, case=mine) for id, who in ((first, FATHER), (second, CENTRE))]

    assert [[getattr(fact, "why", "") for fact in facts] for facts in whys] == [["by-person"], ["gone"]]
    with pytest.raises(Forbidden):
        desk.do(EndPush(subscription=first), by=STRANGER, case=mine)


def test_only_leads_take_reports_out() -> None:
    desk = Desk()
    export = RecordExport(report="items", form="csv", filters={}, rows=1, as_of=1, sha256=HASH, personal=False)

    assert len(desk.do(export, by=SUN, case=EXPORTS_STREAM)) == 1
    for who in (ZHOU, CHEN, FATHER):
        with pytest.raises(Forbidden):
            desk.do(export, by=who, case=EXPORTS_STREAM)


def test_one_jump_stops_the_clock_until_it_is_confirmed() -> None:
    desk = Desk()
    jump, minutes = ReportJump(seconds=3600), timedelta(minutes=1)

    first = desk.do(jump, by=CENTRE, case=CLOCK_STREAM)
    second = desk.do(ReportJump(seconds=7200), by=CENTRE, case=CLOCK_STREAM)
    desk.now += minutes
    confirmed = [desk.do(ConfirmClock(), by=CENTRE, case=CLOCK_STREAM) for _ in range(2)]

    assert (first, second) == ([ClockJumped(seconds=3600)], [])
    assert confirmed == [[ClockConfirmed()], []]
    assert desk.clock_state().jumped is None
