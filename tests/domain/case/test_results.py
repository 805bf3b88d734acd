"""After the decision: wrong acts undone, results voided and printed again, post, delivery, evidence, the archive."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from domain.calendar.hours import step_budget
from domain.calendar.limits import DueRule, immediate, working_days
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import UNDOES, CaseStatus
from domain.case.state import due_step
from domain.case.timers import AFTER, TimerKind
from domain.facts import Sealed
from domain.refusals import (
    AnswersInvalid,
    ArchiveNotReady,
    CannotBeUndone,
    DeliveryUnfit,
    Forbidden,
    NoCommitment,
    NoNewEvidence,
    NoStepBefore,
    NotFound,
    NothingToSample,
    ProcedureRuns,
    ReasonMissing,
    StateChanged,
    UndoTooLate,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    HARDSHIP,
    HE,
    LEASE,
    LI,
    LIN,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    Filing,
    page_of,
)
from tests.domain.case.desk import (
    ACCEPT_HARDSHIP,
    ARCHIVE,
    DEFECT_MATERIAL,
    POSTING,
    REVOCATION,
    SONG,
    TERMINATION,
    Desk,
)

BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)
EVIDENCE = c.SupplementCase(pages=(c.PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),), reply="新的合同")
GRANT = c.DecideCase(outcome="granted")


def at(place: str) -> Desk:
    desk = Desk()
    desk.bring_to(place)
    return desk


def undo(desk: Desk, reason: str = "点错了") -> c.UndoAct:
    return c.UndoAct(wrong=UNDOES[desk.status()], reason=reason)


# Steps back


def test_a_step_is_given_back_to_the_one_before_and_both_stay_recorded() -> None:
    desk = at("reviewed")

    fact = desk.do(c.HandBack(reason="租期写错"), by=WANG)[-1]

    assert isinstance(fact, f.CaseHandedBack)
    assert (fact.step, fact.to, fact.words) == ("decide", "review", Sealed(FATHER.id, value="租期写错"))
    desk.do(c.ReviewCase(), by=LI)
    kinds = [type(one) for _, one in desk.facts]
    assert kinds.count(f.CaseReviewed) == 2


def test_the_first_step_has_none_before_it_and_a_procedure_ends_before_the_case_goes_back() -> None:
    with pytest.raises(NoStepBefore):
        at("accepted").do(c.HandBack(reason="?"), by=LI)

    desk = Desk()
    desk.receive(Filing(HARDSHIP))
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    desk.do(c.ReviewCase(), by=ZHANG)
    hearing = c.BeginProcedure(kind="hearing", basis="第四十六条", ends_on=desk.today, notice="听证一日")
    desk.do(hearing, by=LI)
    desk.wait()
    while desk.status() is CaseStatus.SUSPENDED:
        desk.wait()
    with pytest.raises(ProcedureRuns):
        desk.do(c.HandBack(reason="?"), by=LI)


# Undoing


@pytest.mark.parametrize(
    ("place", "doer", "before"),
    [
        ("correction", ZHOU, "received"),
        ("accepted", ZHOU, "received"),
        ("declined", ZHOU, "received"),
        ("redirected", ZHOU, "received"),
        ("terminated", LI, "accepted"),
        ("granted", WANG, "accepted"),
        ("rejected", WANG, "accepted"),
        ("delivered", CHEN, "posted"),
    ],
)
def test_a_wrong_act_is_taken_back_by_whoever_did_it_or_a_lead_and_the_case_stands_as_before(
    place: str, doer: object, before: str
) -> None:
    for by in (doer, SUN):
        desk = at(place)
        wrong = UNDOES[desk.status()]

        (fact,) = desk.do(undo(desk), by=by)  # type: ignore[arg-type]

        assert isinstance(fact, f.ActUndone)
        assert (fact.act, fact.words.value) == (wrong, "点错了")
        assert desk.status() == before


def test_a_case_accepted_again_keeps_its_number() -> None:
    desk = at("accepted")
    number = desk.case().case_number
    desk.do(undo(desk), by=ZHOU)
    assert desk.case().case_number is None

    desk.do(c.AcceptCase(), by=LIN)

    assert (desk.case().case_number, desk.case().accepted_by) == (number, LIN.id)


def test_an_act_on_which_others_rest_stays() -> None:
    with pytest.raises(CannotBeUndone):
        at("reviewed").do(c.UndoAct(wrong="case.accept", reason="?"), by=SUN)
    with pytest.raises(CannotBeUndone):
        at("converted").do(c.UndoAct(wrong="case.accept", reason="?"), by=SUN)
    with pytest.raises(StateChanged):
        at("accepted").do(c.UndoAct(wrong="case.decline", reason="?"), by=SUN)


def test_after_the_notice_limit_an_acceptance_or_a_notice_stays_for_the_case_counts_as_accepted() -> None:
    for place in ("accepted", "correction"):
        desk = at(place)
        desk.now += timedelta(days=8)
        with pytest.raises(UndoTooLate):
            desk.do(undo(desk), by=SUN)


@pytest.mark.parametrize("place", ["granted", "rejected", "terminated"])
def test_a_decision_undone_gives_the_step_that_is_due_again_its_time_anew(place: str) -> None:
    desk = at(place)
    desk.now += timedelta(days=2)

    (fact,) = desk.do(undo(desk), by=SUN)

    step = due_step(LEASE, desk.case())
    assert isinstance(fact, f.ActUndone)
    assert step is not None
    assert desk.case().step_due == fact.step_due == step_budget(CALENDAR, desk.now, step.working_hours).due
    assert TimerKind.STEP in {timer.kind for timer in desk.timers()}


def test_a_termination_undone_leaves_procedures_and_more_time_as_they_were() -> None:
    desk = at("suspended")
    before = desk.case()
    desk.do(TERMINATION, by=LI)

    desk.do(undo(desk), by=LI)

    assert desk.status() is CaseStatus.SUSPENDED
    assert (desk.case().procedures, desk.case().promised) == (before.procedures, before.promised)


def test_the_acceptance_of_a_case_that_was_taken_up_again_stays() -> None:
    desk = at("terminated")
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.do(c.ReopenCase(reason="房屋仍在"), by=SUN)

    with pytest.raises(CannotBeUndone):
        desk.do(undo(desk), by=SUN)


def test_declining_undone_gives_the_window_its_time_anew() -> None:
    desk = at("declined")
    desk.now += timedelta(days=20)

    desk.do(undo(desk), by=SUN)

    assert desk.case().notice == working_days(CALENDAR, desk.now, 5, rule=DueRule.NOTICE).due
    assert desk.do(c.AcceptCase(), by=ZHOU)


def test_the_doer_is_whoever_did_the_act_that_brought_the_case_where_it_is() -> None:
    desk = at("granted")
    with pytest.raises(Forbidden):
        desk.do(undo(desk), by=LI)
    with pytest.raises(ReasonMissing):
        desk.do(undo(desk, reason=" "), by=WANG)


# One person


def one_person() -> Desk:
    desk = Desk()
    desk.items[LEASE.id, LEASE.version] = replace(LEASE, one_person=True)
    desk.receive()
    desk.do(c.AcceptCase(), by=HE)
    desk.do(c.ReviewCase(), by=LI)
    return desk


def test_where_the_item_allows_it_one_person_accepts_and_decides_and_somebody_looks_later() -> None:
    desk = one_person()

    decided = desk.do(GRANT, by=HE)[-1]

    assert isinstance(decided, f.CaseDecided)
    assert decided.sampling_due
    with pytest.raises(ReasonMissing):
        desk.do(c.SampleCase(sound=True, findings=" "), by=SUN)
    assert desk.do(c.SampleCase(sound=True, findings="无误"), by=SUN) == [
        f.CaseSampled(sound=True, words=Sealed(FATHER.id, value="无误"))
    ]
    with pytest.raises(NothingToSample):
        desk.do(c.SampleCase(sound=True, findings="再看"), by=SUN)


def test_no_sample_is_due_where_two_people_did_it() -> None:
    decided = one_person().do(GRANT, by=WANG)[-1]

    assert isinstance(decided, f.CaseDecided)
    assert not decided.sampling_due


# The result


def test_a_void_result_gives_way_to_one_with_another_number() -> None:
    desk = at("issued")
    first = desk.case().document_number

    (void,) = desk.do(c.VoidResult(reason="姓名印错"), by=CHEN)
    desk.do(c.IssueResult(), by=CHEN)

    assert void == f.ResultVoided(document_number=first, words=Sealed(FATHER.id, value="姓名印错"))  # type: ignore[arg-type]
    assert desk.case().document_number != first
    assert not desk.case().rendered


def test_a_result_that_is_void_after_its_delivery_gives_way_to_one_with_a_date_of_its_own() -> None:
    desk = at("issued")
    desk.wait(TimerKind.DELIVERY)
    desk.do(c.ConfirmDelivery(method="pickup"), by=CHEN)
    desk.now += timedelta(days=40)

    (void,) = desk.do(c.VoidResult(reason="姓名印错"), by=CHEN)

    anew = working_days(CALENDAR, desk.now, 10, rule=DueRule.DELIVERY).due
    assert isinstance(void, f.ResultVoided)
    assert (void.deliver_by, desk.case().deliver_by, desk.case().delivery_overdue) == (anew, anew, False)
    assert [timer.at for timer in desk.timers() if timer.kind is TimerKind.DELIVERY] == [anew.at + AFTER]
    (late,) = desk.wait(TimerKind.DELIVERY)
    assert late == f.DeliveryOverdue(due=anew)


def test_a_result_that_is_void_before_its_delivery_keeps_its_date() -> None:
    desk = at("issued")
    before = desk.case().deliver_by
    desk.wait(TimerKind.DELIVERY)

    (void,) = desk.do(c.VoidResult(reason="姓名印错"), by=CHEN)

    assert isinstance(void, f.ResultVoided)
    assert (void.deliver_by, desk.case().deliver_by, desk.case().delivery_overdue) == (None, before, True)


def test_the_same_result_is_printed_again_with_a_reason_and_a_count() -> None:
    desk = at("delivered")
    number = desk.case().document_number
    assert number is not None

    for copy in (2, 3):
        assert desk.do(c.ReprintResult(reason="遗失"), by=CHEN) == [
            f.ResultReprinted(document_number=number, copy=copy, words=Sealed(FATHER.id, value="遗失"))
        ]


def test_what_the_post_brings_back_is_posted_again_or_collected() -> None:
    desk = at("posted")

    assert desk.do(c.ReturnPost(why="address"), by=CENTRE) == [f.PostReturned(why="address")]
    assert desk.status() is CaseStatus.ISSUED
    desk.do(c.ChangeDelivery(answers=mail_to("北桥路20号")), by=FATHER)
    desk.do(c.DispatchResult(), by=CHEN)
    desk.do(POSTING, by=CENTRE)
    assert desk.do(c.ReturnPost(why="not-collected"), by=CHEN)
    assert desk.do(c.ConfirmDelivery(method="pickup"), by=CHEN)
    with pytest.raises(StateChanged):
        desk.do(c.ReturnPost(why="address"), by=CENTRE)


def mail_to(address: str) -> dict[str, object]:
    return {
        "delivery_method": "mail",
        "mail_recipient": "陈志远",
        "mail_phone": "13800000001",
        "mail_address": {"text": address},
    }


def test_another_address_is_sealed_and_only_the_way_of_delivery_stays_readable() -> None:
    desk = at("accepted")

    (fact,) = desk.do(c.ChangeDelivery(answers=mail_to("北桥路20号")), by=FATHER)

    assert isinstance(fact, f.DeliveryChanged)
    assert fact.method == "mail"
    assert fact.answers.person == FATHER.id
    assert set(fact.answers.value) == {"mail_recipient", "mail_phone", "mail_address"}  # type: ignore[arg-type]
    assert desk.case().choices["delivery_method"] == "mail"


@pytest.mark.parametrize(
    "answers",
    [{"delivery_method": "mail"}, {"delivery_method": "pigeon"}, {}, {"delivery_method": "pickup", "colour": "red"}],
)
def test_a_way_of_delivery_must_be_complete(answers: dict[str, object]) -> None:
    with pytest.raises(AnswersInvalid):
        at("accepted").do(c.ChangeDelivery(answers=answers), by=FATHER)


def test_an_item_that_does_not_ask_how_the_result_comes_takes_no_other_way() -> None:
    desk = Desk()
    fields = tuple(one for one in LEASE.fields if one.group != "delivery")
    desk.items[LEASE.id, LEASE.version] = item = replace(LEASE, fields=fields)
    desk.receive(Filing(item))

    with pytest.raises(AnswersInvalid) as refusal:
        desk.do(c.ChangeDelivery(answers={}), by=FATHER)

    assert refusal.value.params == {"problems": [{"field": "delivery_method", "code": "unknown-field", "params": {}}]}


@pytest.mark.parametrize("method", ["pickup", "electronic"])
def test_nothing_is_handed_to_the_post_that_is_not_to_go_by_mail(method: str) -> None:
    desk = at("issued")
    desk.do(c.ChangeDelivery(answers={"delivery_method": method}), by=FATHER)

    with pytest.raises(DeliveryUnfit) as refusal:
        desk.do(c.DispatchResult(), by=CHEN)
    desk.do(c.ChangeDelivery(answers=mail_to("北桥路20号")), by=FATHER)

    assert refusal.value.params == {"method": method}
    assert desk.do(c.DispatchResult(), by=CHEN) == [f.DispatchRequested()]


def test_an_item_that_does_not_ask_how_the_result_comes_sends_nothing_by_post() -> None:
    desk = Desk()
    fields = tuple(one for one in LEASE.fields if one.group != "delivery")
    desk.items[LEASE.id, LEASE.version] = item = replace(LEASE, fields=fields)
    desk.receive(Filing(item))
    desk.do(c.AcceptCase(), by=ZHOU)
    desk.do(c.ReviewCase(), by=LI)
    desk.do(GRANT, by=WANG)
    desk.do(c.IssueResult(), by=CHEN)

    with pytest.raises(DeliveryUnfit) as refusal:
        desk.do(c.DispatchResult(), by=CHEN)

    assert refusal.value.params == {"method": ""}


def test_once_the_post_is_asked_the_address_stays() -> None:
    with pytest.raises(StateChanged):
        at("dispatched").do(c.ChangeDelivery(answers={"delivery_method": "pickup"}), by=FATHER)


@pytest.mark.parametrize(
    ("place", "method"), [("issued", "mail"), ("posted", "pickup"), ("posted", "electronic")], ids=str
)
def test_delivery_must_fit_how_the_result_left(place: str, method: str) -> None:
    with pytest.raises(DeliveryUnfit) as refusal:
        at(place).do(c.ConfirmDelivery(method=method), by=CHEN)

    assert refusal.value.params == {"method": method}


def test_an_item_without_an_electronic_result_is_not_delivered_electronically() -> None:
    desk = at("issued")
    desk.items[LEASE.id, LEASE.version] = replace(LEASE, result=replace(LEASE.result, electronic=False))

    with pytest.raises(DeliveryUnfit):
        desk.do(c.ConfirmDelivery(method="electronic"), by=CHEN)


def test_whoever_else_collects_it_is_named() -> None:
    desk = at("issued")
    with pytest.raises(ReasonMissing):
        desk.do(c.ConfirmDelivery(method="pickup", receiver="other"), by=CHEN)
    with pytest.raises(DeliveryUnfit):
        desk.do(c.ConfirmDelivery(method="pickup", receiver="agent"), by=CHEN)

    fact = desk.do(c.ConfirmDelivery(method="pickup", receiver="other", name="李四"), by=CHEN)[-1]

    assert fact == f.CaseDelivered(method="pickup", receiver="other", name=Sealed(FATHER.id, value="李四"))


# Commitments and revocation


def test_a_commitment_is_checked_and_a_false_one_can_lead_to_revocation() -> None:
    desk, filing = Desk(), Filing(LEASE, has_agent=True)
    desk.receive(filing)
    desk.do(c.AcceptCase(), by=ZHOU)
    desk.do(c.ReviewCase(), by=LI)
    desk.do(GRANT, by=WANG)
    desk.do(c.IssueResult(), by=CHEN)
    with pytest.raises(NoCommitment):
        desk.do(c.VerifyCommitment(material="lessee-id", true=True, findings="?"), by=ZHOU)

    desk.do(c.VerifyCommitment(material="agent-authorization", true=False, findings="签名不实"), by=ZHOU)
    assert desk.case().commitments == {"agent-authorization": False}
    (revoked,) = desk.do(REVOCATION, by=SUN)

    assert isinstance(revoked, f.CaseRevoked)
    assert desk.status() is CaseStatus.REVOKED


@pytest.mark.parametrize("lacking", ["reason", "basis", "remedies"])
def test_a_revocation_gives_reason_basis_and_remedies(lacking: str) -> None:
    with pytest.raises(ReasonMissing):
        at("delivered").do(replace(REVOCATION, **{lacking: " "}), by=SUN)


# Evidence after the decision


def test_a_supplement_after_the_decision_is_kept_and_somebody_looks_whether_to_reopen() -> None:
    desk = at("rejected")

    (fact,) = desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])

    assert isinstance(fact, f.EvidenceReceived)
    assert (fact.after_decision, fact.reply) == (True, Sealed(FATHER.id, value="新的合同"))
    assert desk.status() is CaseStatus.REJECTED
    assert desk.case().evidence


def test_with_new_evidence_a_lead_takes_a_rejected_case_up_again_and_its_limits_begin_anew() -> None:
    desk = at("rejected")
    reopen = c.ReopenCase(reason="新合同有效")
    with pytest.raises(NoNewEvidence):
        desk.do(reopen, by=SUN)
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.now += timedelta(days=3)
    with pytest.raises(ReasonMissing):
        desk.do(c.ReopenCase(), by=SUN)

    (fact,) = desk.do(reopen, by=SUN)

    assert isinstance(fact, f.CaseReopened)
    assert desk.status() is CaseStatus.ACCEPTED
    assert desk.case().promised == fact.promised
    assert fact.promised is not None
    assert fact.promised.limit is not None
    assert fact.promised.limit.since == desk.now
    assert desk.do(GRANT, by=SONG)


def test_a_declined_case_with_new_evidence_is_at_the_window_again() -> None:
    desk = at("declined")
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.now += timedelta(days=30)

    desk.do(c.ReopenCase(reason="属于本街道"), by=SUN)

    assert desk.status() is CaseStatus.RECEIVED
    desk.store(BETTER_PHOTO)
    assert desk.do(c.AcceptCase(), by=ZHOU)


def test_the_limits_of_a_case_that_is_at_the_window_again_run_from_its_reopening() -> None:
    desk = at("declined")
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.store(BETTER_PHOTO)
    desk.now += timedelta(days=30)
    desk.do(c.ReopenCase(reason="属于本街道"), by=SUN)

    fact = desk.do(c.AcceptCase(), by=ZHOU)[-1]

    assert isinstance(fact, f.CaseAccepted)
    assert fact.since == desk.now
    assert fact.promised == immediate(CALENDAR, desk.now).due


def test_an_immediate_case_that_is_decided_again_may_still_become_a_promised_one() -> None:
    desk = at("rejected")
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.now += timedelta(days=30)
    desk.do(c.ReopenCase(reason="新合同有效"), by=SUN)

    fact = desk.do(c.ConvertCase(reason="需要核实"), by=WANG)[-1]

    assert isinstance(fact, f.CaseConverted)
    assert fact.promised == working_days(CALENDAR, desk.now, fact.working_days, rule=DueRule.PROMISED).due


def test_a_case_that_was_converted_stays_a_promised_one_when_it_is_taken_up_again() -> None:
    desk = at("converted")
    desk.do(c.TerminateCase(cause="object-lost", reason="房屋已拆"), by=LI)
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.now += timedelta(days=30)

    (fact,) = desk.do(c.ReopenCase(reason="房屋仍在"), by=SUN)

    assert isinstance(fact, f.CaseReopened)
    assert LEASE.statutory_working_days is not None
    assert fact.promised == working_days(CALENDAR, desk.now, LEASE.statutory_working_days, rule=DueRule.PROMISED).due


def test_evidence_that_changes_nothing_is_answered_with_a_reason() -> None:
    desk = at("rejected")
    with pytest.raises(NoNewEvidence):
        desk.do(c.RefuseReopening(reason="与本案无关"), by=SUN)
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])

    assert desk.do(c.RefuseReopening(reason="与本案无关"), by=SUN) == [
        f.ReopeningRefused(words=Sealed(FATHER.id, value="与本案无关"))
    ]

    assert not desk.case().evidence


# The archive


def test_an_ended_case_is_archived_once_with_its_digest_and_its_term() -> None:
    desk = at("delivered")

    assert desk.do(ARCHIVE, by=CENTRE) == [
        f.CaseArchived(digest="a" * 64, leaves=12, retention_class="30-years", retain_until=date(2056, 12, 31))
    ]
    assert desk.do(ARCHIVE, by=CENTRE) == []


def test_a_case_without_a_result_is_kept_ten_years_and_a_class_of_the_item_goes_first() -> None:
    (short,) = at("rejected").do(ARCHIVE, by=CENTRE)
    assert isinstance(short, f.CaseArchived)
    assert (short.retention_class, short.retain_until) == ("10-years", date(2036, 12, 31))

    desk = at("rejected")
    desk.items[LEASE.id, LEASE.version] = replace(LEASE, retention_class="permanent")
    (for_ever,) = desk.do(ARCHIVE, by=CENTRE)
    assert isinstance(for_ever, f.CaseArchived)
    assert for_ever.retain_until is None


def test_a_case_on_which_something_is_still_to_be_done_is_not_archived() -> None:
    evidence = at("rejected")
    evidence.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    sampled = one_person()
    sampled.do(c.DecideCase(outcome="rejected", reason="不符", basis="第三条", remedies="复议"), by=HE)

    for desk, why in ((at("issued"), "open"), (evidence, "evidence"), (sampled, "sampling")):
        with pytest.raises(ArchiveNotReady) as refusal:
            desk.do(ARCHIVE, by=CENTRE)
        assert refusal.value.params == {"why": why}


def test_after_a_revocation_nothing_that_nobody_can_do_any_more_keeps_the_package_open() -> None:
    desk = one_person()
    desk.do(GRANT, by=HE)
    desk.do(EVIDENCE, by=FATHER, files=[BETTER_PHOTO])
    desk.do(c.IssueResult(), by=CHEN)
    desk.do(REVOCATION, by=SUN)
    assert desk.case().sampling_due
    assert desk.case().evidence

    (fact,) = desk.do(ARCHIVE, by=CENTRE)

    assert isinstance(fact, f.CaseArchived)


def test_only_the_centre_archives_and_only_what_there_is() -> None:
    with pytest.raises(Forbidden):
        at("delivered").do(ARCHIVE, by=SUN)
    with pytest.raises(NotFound):
        Desk().do(ARCHIVE, by=CENTRE)
