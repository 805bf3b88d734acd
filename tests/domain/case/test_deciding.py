"""Reviewing, deciding, issuing, posting and delivering; and what only the centre itself may say."""

import pytest
from msgspec.structs import replace

from domain.actors import Actor
from domain.calendar.hours import step_budget
from domain.calendar.limits import Due, DueRule, working_days
from domain.case.commands import (
    AcceptCase,
    AddNote,
    ClaimCase,
    ClaimEffect,
    Command,
    ConfirmDelivery,
    DecideCase,
    DispatchResult,
    ExpireFile,
    IssueResult,
    RecordPosting,
    RecordRendering,
    RejectFile,
    ReleaseCase,
    ReviewCase,
    StoreFile,
    ViewRecord,
    WithdrawCase,
)
from domain.case.facts import (
    CaseDecided,
    CaseDelivered,
    CasePosted,
    CaseReviewed,
    DispatchRequested,
    EffectClaimed,
    FileRejected,
    RecordViewed,
    ResultIssued,
    ResultRendered,
)
from domain.centre.centre import views_stream
from domain.facts import Sealed
from domain.refusals import (
    AcceptorCannotDecide,
    CaseIsClosed,
    Forbidden,
    NotFound,
    ReasonMissing,
    StaleDecision,
    StateChanged,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    GU,
    HARDSHIP,
    HE,
    LI,
    MONDAY_10AM,
    QIAN,
    STRANGER,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import ACCEPT_HARDSHIP, POSTING, REJECTION, Desk, claim_of

GRANT = DecideCase(outcome="granted")
PHOTO = page_of(CASE, "lease-contract")


def step_due(hours: float) -> Due:
    return step_budget(CALENDAR, MONDAY_10AM, hours).due


def at(place: str) -> Desk:
    desk = Desk()
    desk.bring_to(place)
    return desk


# Review and decision


def test_a_review_names_the_step_and_seals_the_opinion() -> None:
    facts = at("accepted").do(ReviewCase(opinion="材料齐全"), by=LI)

    assert facts == [
        claim_of(LI),
        CaseReviewed(step="review", opinion=Sealed(FATHER.id, value="材料齐全"), step_due=step_due(0.1)),
    ]


def test_a_review_may_go_without_words() -> None:
    assert at("accepted").do(ReviewCase(), by=LI)[-1] == CaseReviewed(
        step="review", opinion=None, step_due=step_due(0.1)
    )


def test_a_route_with_several_reviews_is_walked_step_by_step_by_the_role_of_each() -> None:
    desk = Desk()
    desk.receive(Filing(HARDSHIP))
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    reviews = HARDSHIP.steps("review")
    by_role = {"community-worker": ZHANG, "reviewer": LI}

    for step in reviews:
        others = set(by_role) - {step.role}
        for role in others:
            with pytest.raises(Forbidden):
                desk.do(ReviewCase(), by=by_role[role])
        with pytest.raises(StateChanged):
            desk.do(GRANT, by=WANG)
        reviewed = desk.do(ReviewCase(), by=by_role[step.role])[-1]
        assert isinstance(reviewed, CaseReviewed)
        assert reviewed.step == step.step

    assert len(reviews) == 3
    assert isinstance(desk.do(GRANT, by=WANG)[-1], CaseDecided)


def test_a_review_that_was_done_meanwhile_is_a_conflict_and_not_a_matter_of_rights() -> None:
    with pytest.raises(StateChanged) as refusal:
        at("reviewed").do(ReviewCase(), by=LI)

    assert refusal.value.params == {"status": "accepted"}


def test_granting_needs_no_words() -> None:
    deliver_by = working_days(CALENDAR, MONDAY_10AM, 10, rule=DueRule.DELIVERY).due

    assert at("reviewed").do(GRANT, by=WANG) == [
        claim_of(WANG),
        CaseDecided(outcome="granted", words=None, deliver_by=deliver_by),
    ]


def test_rejecting_gives_reason_basis_and_remedies_in_sealed_words() -> None:
    desk = at("reviewed")

    facts = desk.do(REJECTION, by=WANG)

    words = {"reason": REJECTION.reason, "basis": REJECTION.basis, "remedies": REJECTION.remedies}
    assert facts[-1] == CaseDecided(outcome="rejected", words=Sealed(FATHER.id, value=words))
    assert str(desk.case().status) == "rejected"


@pytest.mark.parametrize("lacking", ["reason", "basis", "remedies"])
def test_a_rejection_that_lacks_one_of_them_is_refused(lacking: str) -> None:
    with pytest.raises(ReasonMissing) as refusal:
        at("reviewed").do(replace(REJECTION, **{lacking: "  "}), by=WANG)

    assert refusal.value.params == {"lacking": [lacking]}


def test_whoever_accepted_a_case_does_not_decide_it() -> None:
    desk = at("received")
    desk.do(AcceptCase(), by=HE)
    desk.do(ReviewCase(), by=LI)

    with pytest.raises(AcceptorCannotDecide):
        desk.do(GRANT, by=HE)
    assert desk.do(GRANT, by=WANG)


def test_a_decision_on_a_state_after_which_something_material_happened_is_a_conflict() -> None:
    desk = at("accepted")
    seen = desk.head
    desk.do(ReviewCase(), by=LI)

    with pytest.raises(StaleDecision) as refusal:
        desk.do(GRANT, by=WANG, base=seen)

    assert refusal.value.params == {"happened": ["case.reviewed"]}
    assert refusal.value.options == ("decide-again", "ask-lead", "discard")


def test_notes_views_and_claims_do_not_make_a_decision_stale() -> None:
    desk = at("reviewed")
    seen = desk.head
    desk.do(AddNote(text="已核对"), by=ZHOU)
    desk.do(ViewRecord(position=seen, at=MONDAY_10AM), by=SUN)
    desk.do(ClaimCase(), by=WANG)

    assert desk.do(GRANT, by=WANG, base=seen)


def test_the_loser_of_two_decisions_is_told_what_the_case_is_now() -> None:
    desk = at("granted")

    with pytest.raises(StateChanged) as refusal:
        desk.do(REJECTION, by=WANG)

    assert refusal.value.params == {"status": "granted"}


# The result


def test_issuing_numbers_the_document_and_gives_it_a_code() -> None:
    desk = at("granted")

    facts = desk.do(IssueResult(), by=CHEN)

    assert facts == [
        claim_of(CHEN),
        ResultIssued(document_number="北桥办〔2026〕第0001号", verification_code=desk.code()),
    ]


def test_the_post_is_asked_once_and_gives_the_tracking_number() -> None:
    desk = at("issued")

    assert desk.do(DispatchResult(), by=CHEN) == [DispatchRequested()]
    with pytest.raises(StateChanged):
        desk.do(DispatchResult(), by=CHEN)
    assert desk.do(POSTING, by=CENTRE) == [CasePosted(carrier="ems", tracking_number="EX000000001CN")]
    assert desk.do(ConfirmDelivery(method="mail"), by=CHEN) == [
        claim_of(CHEN),
        CaseDelivered(method="mail"),
    ]
    assert str(desk.case().status) == "delivered"


def test_a_result_can_be_picked_up_without_the_post() -> None:
    assert at("issued").do(ConfirmDelivery(method="pickup"), by=CHEN)[-1] == CaseDelivered(method="pickup")


def test_a_case_that_was_picked_up_is_not_posted() -> None:
    desk = at("issued")
    desk.do(ConfirmDelivery(method="pickup"), by=CHEN)

    with pytest.raises(StateChanged):
        desk.do(POSTING, by=CENTRE)


def test_a_result_is_rendered_once() -> None:
    desk = at("issued")
    rendered = RecordRendering(sha256="a" * 64, size=9, address="z")

    assert desk.do(rendered, by=CENTRE) == [ResultRendered(sha256="a" * 64, size=9, address="z")]
    assert desk.do(rendered, by=CENTRE) == []


@pytest.mark.parametrize("place", ["issued", "posted", "delivered"])
def test_nothing_is_handed_to_the_post_that_was_not_asked_for_or_has_left_already(place: str) -> None:
    with pytest.raises(StateChanged):
        at(place).do(ClaimEffect(position=7, channel="post"), by=CENTRE)


def test_an_effect_is_claimed_once() -> None:
    desk = at("dispatched")

    assert desk.do(ClaimEffect(position=7, channel="post"), by=CENTRE) == [EffectClaimed(position=7, channel="post")]
    with pytest.raises(StateChanged):
        desk.do(ClaimEffect(position=7, channel="post"), by=CENTRE)
    assert desk.do(ClaimEffect(position=8, channel="post"), by=CENTRE)


def test_a_file_that_cannot_be_used_is_recorded_until_a_good_one_is_there() -> None:
    desk = at("filed")
    rejected = RejectFile(file=PHOTO, reason="undecodable", uploaded_by=FATHER.id)

    assert desk.do(rejected, by=CENTRE) == [
        FileRejected(file=PHOTO.id, sha256=PHOTO.sha256, reason="undecodable", uploaded_by=FATHER.id)
    ]
    desk.store(PHOTO)
    assert desk.do(rejected, by=CENTRE) == []


def test_a_photograph_is_given_up_only_while_its_form_was_not_handed_in() -> None:
    desk, expire = Desk(), ExpireFile(file=PHOTO.id)
    assert desk.do(expire, by=CENTRE) == []
    desk.store(PHOTO)

    assert desk.do(expire, by=CENTRE) == [
        FileRejected(file=PHOTO.id, sha256=PHOTO.sha256, reason="lapsed", uploaded_by=FATHER.id)
    ]
    assert desk.do(expire, by=CENTRE) == []
    desk.store(PHOTO)
    desk.file()
    assert desk.do(expire, by=CENTRE) == []


@pytest.mark.parametrize(
    "command",
    [
        ExpireFile(file=PHOTO.id),
        StoreFile(file=PHOTO, address="z", media_type="image/jpeg", uploaded_by=FATHER.id),
        RejectFile(file=PHOTO, reason="unsafe", uploaded_by=FATHER.id),
        RecordRendering(sha256="a" * 64, size=9, address="z"),
        ClaimEffect(position=1, channel="post"),
        RecordPosting(carrier="ems", tracking_number="EX1"),
    ],
    ids=lambda command: command.type,
)
@pytest.mark.parametrize("by", [FATHER, ZHOU, CHEN, SUN], ids=["resident", "clerk", "outlet", "lead"])
def test_what_only_the_centre_can_know_only_the_centre_may_say(command: Command, by: Actor) -> None:
    with pytest.raises(Forbidden):
        at("issued").do(command, by=by)


# Reading


@pytest.mark.parametrize(
    "by", [ZHOU, LI, WANG, CHEN, SUN, GU], ids=["clerk", "reviewer", "decider", "outlet", "lead", "auditor"]
)
def test_opening_a_record_is_recorded_apart_from_the_case(by: Actor) -> None:
    desk = at("received")

    facts = desk.do(ViewRecord(position=3, at=MONDAY_10AM, offline=True), by=by)

    assert facts == [RecordViewed(record=CASE, position=3, offline=True)]
    assert desk.facts[-1][0] == views_stream(CASE)


def test_the_applicant_reads_the_own_case_without_a_trace() -> None:
    assert at("received").do(ViewRecord(position=3, at=MONDAY_10AM), by=FATHER) == []


@pytest.mark.parametrize("by", [STRANGER, QIAN], ids=["stranger", "assessor"])
def test_a_case_is_unknown_to_those_who_have_no_part_in_it(by: Actor) -> None:
    for command in (ViewRecord(position=1, at=MONDAY_10AM), WithdrawCase(), ClaimCase(), AddNote(text="?")):
        with pytest.raises(NotFound):
            at("received").do(command, by=by)


def test_a_case_that_was_never_filed_is_unknown() -> None:
    for command in (ViewRecord(position=1, at=MONDAY_10AM), WithdrawCase(), ReleaseCase(), GRANT):
        with pytest.raises(NotFound):
            Desk().do(command, by=WANG)


def test_nothing_is_done_to_a_delivered_case() -> None:
    with pytest.raises(CaseIsClosed):
        at("delivered").do(IssueResult(), by=CHEN)
