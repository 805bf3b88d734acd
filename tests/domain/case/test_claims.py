"""Who works on a case: leases that end, hand-overs, a lead's hand, absence and the way back."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.actors import Role
from domain.calendar.calendar import SHANGHAI
from domain.case import commands as c
from domain.case import facts as f
from domain.case.timers import TimerKind
from domain.centre.centre import Practice
from domain.facts import Sealed
from domain.refusals import (
    AlreadyAsked,
    AlreadyClaimed,
    ColleagueUnfit,
    Forbidden,
    NotFound,
    NotHandedOver,
    NothingAsked,
    PermissionLost,
    ReasonMissing,
    StateChanged,
)
from domain.staff.absence import BeAbsent, EndAbsence
from domain.staff.staff import Staff, StaffAbsent, StaffEnrolled
from domain.staff.staff import evolve as evolve_staff
from tests.cast import CASE, CHEN, FATHER, HE, LI, LIN, MONDAY_10AM, QIAN, SUN, TANG, WANG, ZHOU, page_of
from tests.domain.case.desk import CLAIM_ENDS, DEFECT_MATERIAL, LU, Desk, claim_of, defect

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
BETTER_PHOTO = page_of(CASE, DEFECT_MATERIAL, take=2)
SUPPLEMENT = c.SupplementCase(pages=(c.PageOf(BETTER_PHOTO.id, DEFECT_MATERIAL, 1),))


def held_by_zhou() -> Desk:
    desk = Desk()
    desk.bring_to("received")
    desk.do(c.ClaimCase(), by=ZHOU)
    return desk


def seen(by: object) -> c.ViewRecord:
    return c.ViewRecord(position=1, at=MONDAY_10AM)


def test_a_claim_ends_by_itself_after_two_working_days_and_the_case_is_free() -> None:
    desk = held_by_zhou()

    (expired,) = desk.wait(TimerKind.CLAIM)

    assert (expired, desk.now) == (f.ClaimExpired(staff=ZHOU.id), CLAIM_ENDS)
    assert desk.case().claimed_by is None


def test_how_long_a_claim_lasts_is_the_centres_own_choice() -> None:
    desk = Desk()
    desk.particulars = replace(desk.particulars, practice=Practice(claim_working_hours=1))
    desk.bring_to("received")

    assert desk.do(c.ClaimCase(), by=ZHOU) == [claim_of(ZHOU, until=MONDAY_10AM + timedelta(hours=1))]


def test_a_claim_whose_time_is_over_counts_no_more_even_before_the_timer_goes_off() -> None:
    desk = held_by_zhou()
    desk.now = CLAIM_ENDS

    facts = desk.do(c.ClaimCase(), by=LIN)

    assert facts[0] == f.ClaimExpired(staff=ZHOU.id)
    assert desk.case().claimed_by == LIN.id


def test_whoever_holds_a_case_claims_it_again_for_longer() -> None:
    desk = held_by_zhou()
    desk.now = TUESDAY

    desk.do(c.ClaimCase(), by=ZHOU)

    assert desk.case().claim_until == CLAIM_ENDS + timedelta(days=1)


def test_a_lead_takes_a_claim_away_with_a_reason() -> None:
    desk = held_by_zhou()

    with pytest.raises(ReasonMissing):
        desk.do(c.BreakClaim(reason=" "), by=SUN)
    with pytest.raises(Forbidden):
        desk.do(c.BreakClaim(reason="我来"), by=LIN)
    (broken,) = desk.do(c.BreakClaim(reason="人已下班"), by=SUN)

    assert broken == f.ClaimBroken(staff=ZHOU.id, words=Sealed(FATHER.id, value="人已下班"))
    assert desk.case().claimed_by is None
    with pytest.raises(StateChanged):
        desk.do(c.BreakClaim(reason="再来"), by=SUN)


# Hand-overs


def test_a_case_is_handed_to_a_named_colleague_with_words() -> None:
    desk = held_by_zhou()

    (fact,) = desk.do(c.HandOver(to=LIN.id, words="请接着核对"), by=ZHOU)

    assert fact == f.CaseHandedOver(to=LIN.id, words=Sealed(FATHER.id, value="请接着核对"), until=CLAIM_ENDS)
    assert desk.case().claimed_by == LIN.id
    with pytest.raises(AlreadyClaimed):
        desk.do(c.AcceptCase(), by=ZHOU)


def test_the_sender_takes_it_back_until_the_colleague_has_opened_it() -> None:
    desk = held_by_zhou()
    desk.do(c.HandOver(to=LIN.id), by=ZHOU)

    assert desk.do(c.RecallHandOver(), by=ZHOU) == [f.HandOverRecalled(until=CLAIM_ENDS)]
    assert desk.case().claimed_by == ZHOU.id

    desk.do(c.HandOver(to=LIN.id), by=ZHOU)
    assert desk.do(c.ViewRecord(position=1, at=MONDAY_10AM), by=LIN)[-1] == f.HandOverOpened()
    with pytest.raises(NotHandedOver):
        desk.do(c.RecallHandOver(), by=ZHOU)


def test_working_on_it_is_opening_it() -> None:
    desk = held_by_zhou()
    desk.do(c.HandOver(to=LIN.id), by=ZHOU)

    verdict = c.VerdictOn(desk.case().pages[0].file, good=True)
    facts = desk.do(c.VerifyPages(verdicts=(verdict,)), by=LIN)

    assert facts[0] == f.HandOverOpened()
    with pytest.raises(NotHandedOver):
        desk.do(c.RecallHandOver(), by=ZHOU)


def test_the_colleague_gives_it_back_to_the_sender() -> None:
    desk = held_by_zhou()
    desk.do(c.HandOver(to=LIN.id), by=ZHOU)

    (fact,) = desk.do(c.SendBack(words="我不熟"), by=LIN)

    assert fact == f.HandOverReturned(to=ZHOU.id, words=Sealed(FATHER.id, value="我不熟"), until=CLAIM_ENDS)
    assert desk.case().claimed_by == ZHOU.id
    with pytest.raises(NotHandedOver):
        desk.do(c.SendBack(), by=ZHOU)


@pytest.mark.parametrize(
    ("to", "why"), [(ZHOU, "same"), (LI, "role"), (FATHER, "role"), (TANG, "certificate")], ids=lambda x: str(x)[:12]
)
def test_a_case_goes_only_to_somebody_who_can_do_its_step(to: object, why: str) -> None:
    with pytest.raises(ColleagueUnfit) as refusal:
        held_by_zhou().do(c.HandOver(to=to.id), by=ZHOU)  # type: ignore[attr-defined]

    assert refusal.value.params == {"why": why}


def test_only_the_holder_hands_over() -> None:
    desk = Desk()
    desk.bring_to("received")
    with pytest.raises(StateChanged):
        desk.do(c.HandOver(to=LIN.id), by=ZHOU)
    desk.do(c.ClaimCase(), by=LIN)
    with pytest.raises(AlreadyClaimed):
        desk.do(c.HandOver(to=LIN.id), by=ZHOU)


def test_a_lead_gives_a_case_to_whoever_can_take_it_claimed_or_not() -> None:
    desk = Desk()
    desk.bring_to("accepted")

    (fact,) = desk.do(c.ReassignCase(to=LI.id, reason="均衡工作量"), by=SUN)
    assert fact == f.CaseReassigned(to=LI.id, words=Sealed(FATHER.id, value="均衡工作量"), until=CLAIM_ENDS)
    desk.do(c.ReassignCase(to=LU.id, reason="李请假"), by=SUN)

    assert desk.case().claimed_by == LU.id
    with pytest.raises(ColleagueUnfit):
        desk.do(c.ReassignCase(to=WANG.id, reason="?"), by=SUN)
    with pytest.raises(Forbidden):
        desk.do(c.ReassignCase(to=LI.id, reason="?"), by=LU)


# Back to the last handler


def supplemented(desk: Desk) -> Desk:
    desk.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)
    desk.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    desk.store(BETTER_PHOTO)
    return desk


def test_with_a_supplement_a_case_returns_to_whoever_had_asked_for_it() -> None:
    desk = supplemented(held_by_zhou())

    assert desk.case().claimed_by == ZHOU.id
    assert desk.facts[-1] == (CASE, claim_of(ZHOU, why="returned"))


def test_while_they_are_away_it_goes_to_their_substitute() -> None:
    desk = held_by_zhou()
    desk.do(BeAbsent(first=desk.today, last=desk.today, substitute=LIN.id), by=ZHOU, case=ZHOU.id)

    assert supplemented(desk).case().claimed_by == LIN.id


def test_without_a_substitute_or_a_certificate_it_goes_to_the_queue() -> None:
    away = held_by_zhou()
    away.do(BeAbsent(first=away.today, last=away.today), by=SUN, case=ZHOU.id)
    assert supplemented(away).case().claimed_by is None

    lapsed = held_by_zhou()
    lapsed.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)
    lapsed.certify(ZHOU, until=lapsed.today - timedelta(days=1))
    lapsed.do(SUPPLEMENT, by=FATHER, files=[BETTER_PHOTO])
    lapsed.store(BETTER_PHOTO)
    assert lapsed.case().claimed_by is None


def test_nothing_is_handed_to_somebody_who_is_away_and_their_substitute_is_named() -> None:
    desk = held_by_zhou()
    (fact,) = desk.do(
        BeAbsent(first=desk.today, last=desk.today + timedelta(days=3), substitute=ZHOU.id), by=LIN, case=LIN.id
    )
    assert isinstance(fact, StaffAbsent)

    with pytest.raises(ColleagueUnfit) as refusal:
        desk.do(c.HandOver(to=LIN.id), by=ZHOU)
    assert refusal.value.params == {"why": "absent", "substitute": str(ZHOU.id)}

    desk.do(EndAbsence(), by=LIN, case=LIN.id)
    assert desk.do(c.HandOver(to=LIN.id), by=ZHOU)


def test_the_outlet_hands_over_too() -> None:
    desk = Desk()
    desk.bring_to("issued")

    with pytest.raises(ColleagueUnfit):
        desk.do(c.HandOver(to=LI.id), by=CHEN)


# Asking for it


def test_a_colleague_asks_for_a_case_and_whoever_holds_it_gives_it() -> None:
    desk = held_by_zhou()

    (asked,) = desk.do(c.AskTakeOver(words="这家人我熟"), by=LIN)
    assert asked == f.TakeOverAsked(words=Sealed(FATHER.id, value="这家人我熟"))
    assert desk.case().take_over == LIN.id

    desk.do(c.HandOver(to=LIN.id), by=ZHOU)
    assert (desk.case().claimed_by, desk.case().take_over) == (LIN.id, None)


def test_whoever_holds_a_case_that_was_asked_for_may_keep_it() -> None:
    desk = held_by_zhou()
    desk.do(c.AskTakeOver(), by=LIN)

    assert desk.do(c.KeepCase(words="快好了"), by=ZHOU) == [
        f.TakeOverDeclined(asked_by=LIN.id, words=Sealed(FATHER.id, value="快好了"))
    ]
    assert (desk.case().claimed_by, desk.case().take_over) == (ZHOU.id, None)
    with pytest.raises(NothingAsked):
        desk.do(c.KeepCase(), by=ZHOU)


def test_a_second_colleague_does_not_push_the_first_one_s_request_aside() -> None:
    desk = held_by_zhou()
    desk.do(c.AskTakeOver(), by=LIN)

    with pytest.raises(AlreadyAsked) as refused:
        desk.do(c.AskTakeOver(), by=HE)
    assert refused.value.params == {"by": str(LIN.id)}
    assert desk.case().take_over == LIN.id

    desk.do(c.AskTakeOver(words="还是我来"), by=LIN)
    desk.do(c.KeepCase(), by=ZHOU)
    desk.do(c.AskTakeOver(), by=HE)
    assert desk.case().take_over == HE.id


def test_only_what_a_colleague_holds_can_be_asked_for() -> None:
    free, own = Desk(), held_by_zhou()
    free.bring_to("received")

    with pytest.raises(StateChanged):
        free.do(c.AskTakeOver(), by=LIN)
    with pytest.raises(AlreadyClaimed):
        own.do(c.AskTakeOver(), by=ZHOU)


@pytest.mark.parametrize("how", ["release", "expiry", "break"])
def test_a_request_ends_with_the_claim_it_was_about(how: str) -> None:
    desk = held_by_zhou()
    desk.do(c.AskTakeOver(), by=LIN)

    match how:
        case "release":
            desk.do(c.ReleaseCase(), by=ZHOU)
        case "expiry":
            desk.wait(TimerKind.CLAIM)
        case _:
            desk.do(c.BreakClaim(reason="人不在"), by=SUN)

    assert desk.case().take_over is None


def test_a_case_withdrawn_from_under_its_holder_stays_theirs_until_they_let_it_go() -> None:
    desk = held_by_zhou()
    desk.do(c.WithdrawCase(), by=FATHER)

    assert (desk.case().claimed_by, desk.case().withdrawn_from) == (None, ZHOU.id)
    with pytest.raises(StateChanged):
        desk.do(c.ReleaseCase(), by=LIN)
    desk.do(c.ReleaseCase(), by=ZHOU)
    assert desk.case().withdrawn_from is None


# A role that was taken away


def test_whoever_lost_the_role_meanwhile_is_told_so_and_others_are_plainly_refused() -> None:
    desk = held_by_zhou()
    roles_of_zhou = desk.people[ZHOU.id]
    desk.people[ZHOU.id] = replace(roles_of_zhou, roles=("trainer",), former=("window-clerk",))
    zhou_now = replace(ZHOU, roles=frozenset({Role.TRAINER}))

    for command in (c.AcceptCase(), c.AddNote(text="电话里说晚上能补"), c.ReleaseCase()):
        with pytest.raises(PermissionLost):
            desk.do(command, by=zhou_now)
    with pytest.raises(NotFound):
        desk.do(c.AcceptCase(), by=replace(QIAN, roles=frozenset({Role.TRAINER})))
    with pytest.raises(Forbidden):
        desk.do(c.AcceptCase(), by=LI)


def test_a_step_that_a_colleague_did_meanwhile_is_a_conflict_and_no_matter_of_rights() -> None:
    desk = held_by_zhou()
    seen_by_lin, before = desk.head, c.ClaimCase()
    desk.do(c.AcceptCase(), by=ZHOU)

    with pytest.raises(StateChanged):
        desk.do(before, by=LIN, base=seen_by_lin)
    with pytest.raises(Forbidden):
        desk.do(before, by=LIN, base=desk.head)


def test_enrolling_again_remembers_the_roles_that_were_held_before() -> None:
    enrolled = StaffEnrolled(
        username="zhoumin", name="周敏", roles=("window-clerk",), office="street", password=Sealed(ZHOU.id)
    )
    then = evolve_staff(enrolled, Staff(), stream=ZHOU.id)
    moved = evolve_staff(replace(enrolled, roles=("reviewer",)), then, stream=ZHOU.id)
    back = evolve_staff(enrolled, moved, stream=ZHOU.id)

    assert (then.former, moved.former, back.former) == ((), ("window-clerk",), ("reviewer",))
