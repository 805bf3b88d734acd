"""Claiming, correction notices, supplements, acceptance, declining and withdrawal."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI
from domain.calendar.hours import step_budget
from domain.calendar.limits import DueRule, calendar_days, immediate, working_days
from domain.case.commands import (
    AcceptCase,
    AddNote,
    ApproveSecondNotice,
    AskSecondNotice,
    ClaimCase,
    DeclineCase,
    DefectFound,
    PageOf,
    ReleaseCase,
    RequestCorrection,
    SupplementCase,
    WithdrawCase,
)
from domain.case.facts import (
    CaseAccepted,
    CaseClaimed,
    CaseDeclined,
    CaseNoted,
    CaseReceived,
    CaseReleased,
    CaseSupplemented,
    CaseWithdrawn,
    CorrectionRequested,
    DefectTold,
    NamedPage,
)
from domain.facts import Sealed
from domain.refusals import (
    AlreadyClaimed,
    CaseIsClosed,
    Forbidden,
    MaterialsMissing,
    NotFound,
    NothingAsked,
    NoticeEmpty,
    NotQualified,
    ReasonMissing,
    SecondNotice,
    SecondNoticeNeedsLead,
    StaleDecision,
    StateChanged,
    UnknownFile,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CERTIFIED_UNTIL,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LI,
    LIN,
    MONDAY_10AM,
    STRANGER,
    SUN,
    TANG,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import ACCEPT_HARDSHIP, DECLINE, DEFECT_MATERIAL, Desk, claim_of, defect

BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)
SUPPLEMENT = SupplementCase(
    pages=(PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),), replaces=(page_of(CASE, DEFECT_MATERIAL).id,)
)


def received() -> Desk:
    desk = Desk()
    desk.bring_to("received")
    return desk


def corrected() -> Desk:
    desk = Desk()
    desk.bring_to("correction")
    return desk


# Claims


def test_a_qualified_clerk_takes_a_case_and_puts_it_back() -> None:
    desk = received()

    assert desk.do(ClaimCase(), by=ZHOU) == [claim_of(ZHOU)]
    assert desk.do(ReleaseCase(), by=ZHOU) == [CaseReleased()]
    assert desk.do(ClaimCase(), by=LIN) == [claim_of(LIN)]


def test_a_case_that_a_colleague_works_on_is_not_taken_from_them() -> None:
    desk = received()
    desk.do(ClaimCase(), by=ZHOU)

    for command in (ClaimCase(), ReleaseCase(), AcceptCase(), DECLINE, RequestCorrection(defects=(defect(),))):
        with pytest.raises(AlreadyClaimed) as refusal:
            desk.do(command, by=LIN)
        assert refusal.value.params["by"] == str(ZHOU.id)


def test_claiming_twice_says_that_the_case_is_the_clerks_own() -> None:
    desk = received()
    desk.do(ClaimCase(), by=ZHOU)

    with pytest.raises(AlreadyClaimed) as refusal:
        desk.do(ClaimCase(), by=ZHOU)

    assert refusal.value.params == {"by": str(ZHOU.id), "mine": True}


def test_a_case_that_nobody_holds_cannot_be_released() -> None:
    with pytest.raises(StateChanged):
        received().do(ReleaseCase(), by=ZHOU)


def test_an_act_on_an_unclaimed_case_claims_it_in_the_same_command() -> None:
    facts = received().do(AcceptCase(), by=ZHOU)

    assert [type(fact) for fact in facts] == [CaseClaimed, CaseAccepted]


def test_an_act_that_ends_the_clerks_work_ends_the_claim() -> None:
    for command in (AcceptCase(), DECLINE, RequestCorrection(defects=(defect(),))):
        desk = received()
        desk.do(command, by=ZHOU)
        assert desk.case().claimed_by is None


def test_a_note_needs_no_claim_and_is_sealed() -> None:
    desk = received()
    desk.do(ClaimCase(), by=ZHOU)

    assert desk.do(AddNote(text="已电话联系"), by=LIN) == [CaseNoted(text=Sealed(FATHER.id, value="已电话联系"))]


# Certificates


def test_a_clerk_without_a_certificate_for_the_item_neither_claims_nor_judges() -> None:
    for command in (ClaimCase(), AcceptCase(), DECLINE, RequestCorrection(defects=(defect(),))):
        with pytest.raises(NotQualified) as refusal:
            received().do(command, by=TANG)
        assert refusal.value.params == {"item": LEASE.id, "expired_on": None, "ways": []}


def test_a_certificate_counts_on_its_last_day_and_not_on_the_next() -> None:
    desk = received()
    desk.certify(TANG, until=date(2026, 11, 23))

    desk.do(ClaimCase(), by=TANG)
    desk.do(ReleaseCase(), by=TANG)
    desk.now = datetime(2026, 11, 24, 0, 1, tzinfo=SHANGHAI)

    with pytest.raises(NotQualified) as refusal:
        desk.do(ClaimCase(), by=TANG)
    assert refusal.value.params == {"item": LEASE.id, "expired_on": "2026-11-23", "ways": []}


def test_a_certificate_that_expires_while_a_clerk_holds_the_case_bars_acceptance() -> None:
    desk = received()
    desk.do(ClaimCase(), by=ZHOU)
    desk.now = datetime(CERTIFIED_UNTIL.year, 7, 1, 9, tzinfo=SHANGHAI)

    with pytest.raises(NotQualified):
        desk.do(AcceptCase(), by=ZHOU)


def test_roles_other_than_the_window_need_no_certificate() -> None:
    desk = Desk()
    desk.bring_to("accepted")

    assert desk.do(ClaimCase(), by=LI) == [claim_of(LI)]


# The correction notice


def test_a_notice_tells_every_defect_at_once_and_says_by_when_to_answer() -> None:
    desk = received()
    defects = (defect(), DefectFound("property-certificate", None, "incomplete", "缺少附图页"))

    facts = desk.do(RequestCorrection(defects=defects), by=ZHOU)

    assert facts == [
        claim_of(ZHOU),
        CorrectionRequested(
            defects=(
                DefectTold(DEFECT_MATERIAL, page_of(CASE, DEFECT_MATERIAL).id, "unreadable"),
                DefectTold("property-certificate", None, "incomplete"),
            ),
            words=Sealed(FATHER.id, value=["这一页看不清，请重拍", "缺少附图页"]),
            respond_by=calendar_days(CALENDAR, MONDAY_10AM, 30, rule=DueRule.CORRECTION).due,
        ),
    ]


def test_a_notice_names_at_least_one_defect() -> None:
    with pytest.raises(NoticeEmpty):
        received().do(RequestCorrection(defects=()), by=ZHOU)


@pytest.mark.parametrize(
    "wrong",
    [
        DefectFound("no-such-paper", None, "missing", "缺"),
        DefectFound(DEFECT_MATERIAL, BETTER_PHOTO.id, "unreadable", "看不清"),
        DefectFound("property-certificate", page_of(CASE, DEFECT_MATERIAL).id, "unreadable", "看不清"),
    ],
    ids=["unknown paper", "page that was not handed in", "page of another paper"],
)
def test_a_defect_names_a_paper_of_the_item_and_a_page_of_that_paper(wrong: DefectFound) -> None:
    with pytest.raises(UnknownFile):
        received().do(RequestCorrection(defects=(wrong,)), by=ZHOU)


def test_a_second_notice_may_only_concern_newly_supplied_pages() -> None:
    desk = corrected()
    desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    desk.store(BETTER_PHOTO)
    desk.do(ApproveSecondNotice(), by=SUN)

    for late in (defect("property-certificate"), DefectFound("lessee-id", None, "missing", "缺")):
        with pytest.raises(SecondNotice):
            desk.do(RequestCorrection(defects=(late,)), by=ZHOU)

    assert CorrectionRequested in {
        type(fact) for fact in desk.do(RequestCorrection(defects=(defect(take=2),)), by=ZHOU)
    }


def test_a_second_notice_goes_out_only_with_the_consent_of_a_lead_who_did_not_ask_for_it() -> None:
    desk = corrected()
    desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    desk.store(BETTER_PHOTO)
    again = RequestCorrection(defects=(defect(take=2),))

    with pytest.raises(SecondNoticeNeedsLead):
        desk.do(again, by=ZHOU)
    desk.do(AskSecondNotice(reason="新拍的也看不清"), by=ZHOU)
    desk.do(ApproveSecondNotice(), by=SUN)
    notice = desk.do(again, by=ZHOU)[-1]

    assert isinstance(notice, CorrectionRequested)
    assert notice.approved_by == SUN.id
    assert desk.case().second_notice is None


def test_there_is_no_second_notice_to_consent_to_before_the_first() -> None:
    for command, by in ((AskSecondNotice(reason="?"), ZHOU), (ApproveSecondNotice(), SUN)):
        with pytest.raises(NothingAsked):
            received().do(command, by=by)


# The supplement


def test_a_supplement_replaces_the_page_and_the_notice_clock_starts_again_when_it_has_arrived() -> None:
    desk = corrected()
    desk.now = datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)

    supplied = desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    arrived = desk.store(BETTER_PHOTO)

    page = NamedPage(BETTER_PHOTO.id, BETTER_PHOTO.sha256, BETTER_PHOTO.size, DEFECT_MATERIAL, 1)
    lapses = calendar_days(CALENDAR, desk.now, 30, rule=DueRule.FILING).due
    assert supplied == [CaseSupplemented(pages=(page,), replaces=SUPPLEMENT.replaces, reply=None, lapses=lapses)]
    assert arrived[1] == CaseReceived(
        round=2,
        notice=working_days(CALENDAR, desk.now, 5, rule=DueRule.NOTICE).due,
        answer_by=immediate(CALENDAR, desk.now).due,
        received_at=desk.now,
    )


def test_a_supplement_answers_every_paper_of_the_notice_by_a_page_or_by_words() -> None:
    desk = received()
    desk.do(
        RequestCorrection(defects=(defect(), DefectFound("lessee-id", None, "expired", "证件过期"))),
        by=ZHOU,
    )

    with pytest.raises(MaterialsMissing) as refusal:
        desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    assert refusal.value.params == {"materials": ["lessee-id"]}

    facts = desk.do(replace(SUPPLEMENT, reply="新证件正在办理"), by=FATHER, files=[BETTER_PHOTO])
    assert facts[0] == CaseSupplemented(
        pages=facts[0].pages if isinstance(facts[0], CaseSupplemented) else (),
        replaces=SUPPLEMENT.replaces,
        reply=Sealed(FATHER.id, value="新证件正在办理"),
        lapses=calendar_days(CALENDAR, MONDAY_10AM, 30, rule=DueRule.FILING).due,
    )


def test_words_alone_can_answer_a_notice_and_the_case_is_received_again_at_once() -> None:
    facts = corrected().do(SupplementCase(reply="原件只有这一页"), by=FATHER)

    assert [type(fact) for fact in facts] == [CaseSupplemented, CaseReceived, CaseClaimed]


def test_a_supplement_says_something() -> None:
    with pytest.raises(UnknownFile):
        corrected().do(SupplementCase(), by=FATHER)


def test_a_supplement_replaces_only_pages_that_are_there() -> None:
    with pytest.raises(UnknownFile):
        corrected().do(replace(SUPPLEMENT, replaces=(BETTER_PHOTO.id,)), by=FATHER, files=[BETTER_PHOTO])


def test_a_supplement_cannot_take_the_only_page_of_a_required_paper_away() -> None:
    taken_away = SupplementCase(replaces=(page_of(CASE, "lessee-id").id,), reply="这一页不要了")

    with pytest.raises(MaterialsMissing) as refusal:
        corrected().do(taken_away, by=FATHER)

    assert refusal.value.params == {"materials": ["lessee-id"]}


def test_an_unusable_photograph_is_replaced_while_the_others_are_on_their_way() -> None:
    desk = Desk()
    desk.bring_to("filed")
    filing = Filing()

    desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    desk.store(*(ref for ref in filing.files if ref.id not in SUPPLEMENT.replaces))

    assert str(desk.case().status) == "filed"
    assert [type(fact) for fact in desk.store(BETTER_PHOTO)][-1] is CaseReceived


def test_only_the_applicant_supplements() -> None:
    desk = corrected()

    with pytest.raises(NotFound):
        desk.do(SUPPLEMENT, by=STRANGER, files=[BETTER_PHOTO])
    with pytest.raises(Forbidden):
        desk.do(SUPPLEMENT, by=ZHOU, files=[BETTER_PHOTO])


# Acceptance


def test_accepting_an_immediate_item_promises_the_end_of_the_day() -> None:
    facts = received().do(AcceptCase(checked=(DEFECT_MATERIAL,)), by=ZHOU)

    assert facts[-1] == CaseAccepted(
        case_number="BQ-20261123-0001-6",
        item_version=1,
        calendar_version=1,
        checked=(DEFECT_MATERIAL,),
        promised=immediate(CALENDAR, MONDAY_10AM).due,
        statutory=working_days(CALENDAR, MONDAY_10AM, LEASE.statutory_working_days or 0, rule=DueRule.STATUTORY).due
        if LEASE.statutory_working_days
        else None,
        since=MONDAY_10AM,
        step_due=step_budget(CALENDAR, MONDAY_10AM, 0.15).due,
    )


def test_accepting_an_item_with_time_limits_starts_both() -> None:
    desk = Desk()
    desk.receive(Filing(HARDSHIP))

    accepted = desk.do(ACCEPT_HARDSHIP, by=ZHOU)[-1]

    assert isinstance(accepted, CaseAccepted)
    assert (
        accepted.promised
        == working_days(CALENDAR, MONDAY_10AM, HARDSHIP.promised_working_days, rule=DueRule.PROMISED).due
    )
    assert accepted.statutory is not None
    assert accepted.statutory.at >= accepted.promised.at


def test_of_two_statutory_limits_the_earlier_counts() -> None:
    item = replace(HARDSHIP, statutory_working_days=20, statutory_calendar_days=10)
    desk = Desk()
    desk.items[item.id, item.version] = item
    desk.receive(Filing(item))

    accepted = desk.do(ACCEPT_HARDSHIP, by=ZHOU)[-1]

    assert isinstance(accepted, CaseAccepted)
    assert accepted.statutory == calendar_days(CALENDAR, MONDAY_10AM, 10, rule=DueRule.STATUTORY_CALENDAR).due


def test_a_case_whose_photographs_are_on_their_way_is_not_judged() -> None:
    desk = Desk()
    desk.bring_to("filed")

    for command in (ClaimCase(), AcceptCase(), DECLINE, RequestCorrection(defects=(defect(),))):
        with pytest.raises(StateChanged) as refusal:
            desk.do(command, by=ZHOU)
        assert refusal.value.params == {"status": "filed"}


def test_a_second_clerk_cannot_accept_a_case_already_accepted() -> None:
    desk = Desk()
    desk.bring_to("accepted")

    with pytest.raises(StateChanged) as refusal:
        desk.do(AcceptCase(), by=LIN)
    assert refusal.value.params == {"status": "accepted"}


def test_the_outlet_does_not_accept() -> None:
    with pytest.raises(Forbidden):
        received().do(AcceptCase(), by=CHEN)


# Declining and withdrawing


def test_declining_says_why_and_what_to_do_in_sealed_words_and_ends_the_case() -> None:
    desk = received()

    facts = desk.do(DeclineCase(reason="不属于受理范围", remedy="请到区中心"), by=ZHOU)

    assert facts[-1] == CaseDeclined(
        words=Sealed(FATHER.id, value={"reason": "不属于受理范围", "remedy": "请到区中心"})
    )
    with pytest.raises(CaseIsClosed):
        desk.do(AcceptCase(), by=ZHOU)


@pytest.mark.parametrize("lacking", ["reason", "remedy"])
def test_declining_without_a_reason_or_a_remedy_is_refused(lacking: str) -> None:
    with pytest.raises(ReasonMissing) as refusal:
        received().do(replace(DECLINE, **{lacking: " "}), by=ZHOU)

    assert refusal.value.params == {"lacking": [lacking]}


def test_declining_on_an_old_state_is_a_conflict() -> None:
    desk = received()

    with pytest.raises(StaleDecision):
        desk.do(DECLINE, by=ZHOU, base=1)
    assert desk.do(DECLINE, by=ZHOU, base=desk.head)


@pytest.mark.parametrize("place", ["filed", "received", "correction", "accepted", "reviewed"])
def test_the_applicant_withdraws_until_the_decision(place: str) -> None:
    desk = Desk()
    desk.bring_to(place)

    assert desk.do(WithdrawCase(), by=FATHER) == [CaseWithdrawn()]
    with pytest.raises(CaseIsClosed):
        desk.do(WithdrawCase(), by=FATHER)


def test_a_claimed_case_can_be_withdrawn() -> None:
    desk = received()
    desk.do(ClaimCase(), by=ZHOU)

    assert desk.do(WithdrawCase(), by=FATHER) == [CaseWithdrawn()]
    assert desk.case().claimed_by is None


def test_after_the_decision_it_is_too_late_to_withdraw() -> None:
    desk = Desk()
    desk.bring_to("granted")

    with pytest.raises(StateChanged):
        desk.do(WithdrawCase(), by=FATHER)
