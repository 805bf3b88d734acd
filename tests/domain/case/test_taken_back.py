"""What is taken back or taken up again leaves nothing of the round before, and a set that is complete is taken in."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.calendar.limits import immediate
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.timers import TimerKind
from domain.catalogue.delegation import DelegatedItem, DelegationOrder, Handled
from domain.catalogue.soundness import faults_of
from domain.facts import Fact
from tests.cast import CENTRE, CHEN, FATHER, HARDSHIP, LEASE, LI, SUN, ZHOU, Filing
from tests.domain.case.desk import CONVERT, DECLINE, HEARING, Desk

UNDO_ACCEPTANCE = c.UndoAct(wrong="case.accept", reason="点错了")


def at(place: str) -> Desk:
    desk = Desk()
    desk.bring_to(place)
    return desk


def received(facts: list[Fact]) -> bool:
    return any(isinstance(fact, f.CaseReceived) for fact in facts)


class Delegated(Desk):
    """A desk where the street decides the lease by another route, and later by the catalogue's own."""

    def orders(self) -> tuple[DelegationOrder, ...]:
        route = tuple(
            replace(step, role="district-officer") if step.stage == "decide" else step for step in LEASE.route
        )
        entry = DelegatedItem(item=LEASE.id, before=None, after=Handled(street_role="intake", route=route))
        started = (self.now - timedelta(days=30)).date()
        order = DelegationOrder(
            number="下放〔2026〕1号",
            title_zh="下放",
            title_en="Delegation",
            batch=1,
            issued_on=started,
            effective_on=started,
            ends_on=None,
            items=(entry,),
        )
        return (order,)


def test_an_acceptance_after_one_that_was_undone_has_the_route_of_the_order_again() -> None:
    desk = Delegated()
    desk.bring_to("received")
    accepted = desk.do(c.AcceptCase(), by=ZHOU)[-1]
    desk.do(UNDO_ACCEPTANCE, by=SUN)
    assert (desk.case().order, desk.case().street_role, desk.case().route) == ("", "", ())

    again = desk.do(c.AcceptCase(), by=ZHOU)[-1]

    assert isinstance(accepted, f.CaseAccepted)
    assert isinstance(again, f.CaseAccepted)
    assert accepted.route
    assert (again.order, again.street_role, again.route) == (accepted.order, accepted.street_role, accepted.route)


def test_a_case_that_lapsed_before_its_last_page_came_is_received_when_it_is_taken_up_again() -> None:
    desk, filing = Desk(), Filing()
    desk.file(filing)
    desk.wait(TimerKind.LAPSE)
    desk.store(*filing.files)
    assert desk.status() is CaseStatus.LAPSED

    assert received(desk.do(c.ReopenCase(), by=FATHER))
    assert desk.status() is CaseStatus.RECEIVED


def test_a_case_that_lapsed_and_still_lacks_a_page_waits_for_it() -> None:
    desk, filing = Desk(), Filing()
    desk.file(filing)
    desk.wait(TimerKind.LAPSE)

    assert not received(desk.do(c.ReopenCase(), by=FATHER))
    assert desk.status() is CaseStatus.FILED


@pytest.mark.parametrize("act", [DECLINE, c.RedirectCase(office="东湖街道", reason="房屋不在本街道")])
def test_what_is_answered_again_has_its_date_anew(act: c.Command) -> None:
    desk = at("received")
    desk.do(act, by=ZHOU)
    desk.now += timedelta(days=2)

    desk.do(c.UndoAct(wrong=act.act, reason="点错了"), by=SUN)

    assert desk.case().answer_by == immediate(desk.calendar(), desk.now).due
    assert desk.case().answer_by != desk.case().notice


def test_a_case_at_the_window_again_is_not_late_from_the_first_moment() -> None:
    desk = at("declined")
    desk.do(c.SupplementCase(reply="本街道的房屋"), by=FATHER)
    desk.now += timedelta(days=30)

    desk.do(c.ReopenCase(reason="属于本街道"), by=SUN)

    assert desk.case().answer_by == immediate(desk.calendar(), desk.now).due


def test_a_promised_item_that_is_answered_again_is_to_be_answered_within_the_notice() -> None:
    desk = Desk()
    desk.receive(Filing(HARDSHIP))
    desk.do(DECLINE, by=ZHOU)
    desk.now += timedelta(days=2)

    desk.do(c.UndoAct(wrong="case.decline", reason="点错了"), by=SUN)

    assert desk.case().answer_by == desk.case().notice


def test_a_decision_that_is_taken_back_takes_the_late_delivery_with_it() -> None:
    desk = at("granted")
    desk.wait(TimerKind.DELIVERY)
    assert desk.case().delivery_overdue

    desk.do(c.UndoAct(wrong="case.decide", reason="点错了"), by=SUN)

    assert (desk.case().delivery_overdue, desk.case().deliver_by) == (False, None)


def test_a_step_that_was_late_before_a_procedure_is_not_late_after_it_where_its_time_begins_anew() -> None:
    desk = at("accepted")
    desk.do(CONVERT, by=LI)
    desk.wait(TimerKind.STEP)
    assert desk.case().step_overdue
    hearing = replace(HEARING, ends_on=desk.today + timedelta(days=3))
    begun = next(fact for fact in desk.do(hearing, by=LI) if isinstance(fact, f.ProcedureBegun))

    desk.now += timedelta(days=1)
    ended = desk.do(c.EndProcedure(procedure=begun.procedure), by=LI)[-1]

    assert isinstance(ended, f.ProcedureEnded)
    assert ended.step_due is not None
    assert not desk.case().step_overdue


def test_evidence_that_came_after_an_end_that_is_taken_back_asks_nobody_any_more() -> None:
    desk = at("declined")
    desk.do(c.SupplementCase(reply="本街道的房屋"), by=FATHER)
    assert desk.case().evidence

    desk.do(c.UndoAct(wrong="case.decline", reason="点错了"), by=SUN)

    assert not desk.case().evidence


def test_a_pdf_of_a_result_that_was_made_void_meanwhile_is_not_that_of_the_next() -> None:
    desk = at("issued")
    number = desk.case().document_number or ""
    desk.do(c.VoidResult(reason="印错了名字"), by=CHEN)

    late = c.RecordRendering(sha256="a" * 64, size=9, address="z", document_number=number)
    assert desk.do(late, by=CENTRE) == []
    desk.do(c.IssueResult(), by=CHEN)
    assert desk.case().document_number != number
    assert desk.do(late, by=CENTRE) == []

    assert not desk.case().rendered


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"promised_working_days": -1}, "promised_working_days: -1 is not between 0 and 3660"),
        ({"promised_working_days": 10**9}, "promised_working_days: 1e+09 is not between 0 and 3660"),
        ({"statutory_months": 121}, "statutory_months: 121 is not between 0 and 120"),
        (
            {"route": (replace(LEASE.route[0], working_hours=1e308), *LEASE.route[1:])},
            f"route: {LEASE.route[0].step}: working_hours: 1e+308 is not between 0 and 2000",
        ),
        (
            {"route": (replace(LEASE.route[0], working_hours=float("nan")), *LEASE.route[1:])},
            f"route: {LEASE.route[0].step}: working_hours: nan is not between 0 and 2000",
        ),
    ],
)
def test_limits_that_no_item_can_mean_are_refused(changed: dict[str, object], fault: str) -> None:
    assert faults_of(replace(LEASE, **changed)) == (fault,)
