"""What time does to a case: deemed acceptance, special procedures, extensions, conversion, alarms, new calendars."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI, CalendarYear
from domain.calendar.limits import DueRule, immediate, working_days
from domain.calendar.reckoning import proof
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.timers import TimerKind, timer_id, timers_of
from domain.facts import Fact
from domain.refusals import (
    DelayUnexplained,
    ExtensionOnce,
    ExtensionTooLong,
    Forbidden,
    ImmediateItem,
    LimitHasPassed,
    NothingAsked,
    NoticeLimitPassed,
    NotImmediate,
    OwnRequest,
    ProcedureCounts,
    ProcedureNeedsLead,
    ProcedureRuns,
    ProcedureTooLong,
    ReasonMissing,
    UnknownProcedure,
)
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LI,
    MONDAY_10AM,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    Filing,
    staff,
)
from tests.domain.case.desk import ACCEPT_HARDSHIP, CONVERT, DECLINE, HEARING, REDIRECTION, REJECTION, Desk, defect

NO_TIMERS: set[str] = set()
REVIEWER_LEAD = staff("both", Role.REVIEWER, Role.LEAD)
GRANT = c.DecideCase(outcome="granted")


def local(month: int, day: int, hour: int = 10, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def received(*, now: datetime = MONDAY_10AM) -> Desk:
    desk = Desk(now=now)
    desk.bring_to("received")
    return desk


def hardship(*, now: datetime = MONDAY_10AM) -> Desk:
    """Accepted, with 10 working days promised and 20 by law; the community visit is due."""
    desk = Desk(now=now)
    desk.receive(Filing(HARDSHIP))
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    return desk


def promised_on(desk: Desk) -> date:
    promised = desk.case().promised
    assert promised is not None
    return promised.on


def begin(desk: Desk, ends_on: date, *, kind: str = "hearing", by: Actor = ZHANG) -> UUID:
    command = c.BeginProcedure(kind=kind, basis="行政许可法第四十五条", ends_on=ends_on, notice="告知")  # type: ignore[arg-type]
    fact = desk.do(command, by=by)[-1]
    assert isinstance(fact, f.ProcedureBegun)
    return fact.procedure


# The notice clock


def test_without_an_answer_in_five_working_days_the_case_counts_as_accepted_from_the_day_of_receipt() -> None:
    desk = received(now=local(11, 20))

    assert desk.do(c.DeemAccepted(), by=CENTRE) == []
    desk.now = local(11, 28)
    (fact,) = desk.do(c.DeemAccepted(), by=CENTRE)

    assert isinstance(fact, f.CaseAccepted)
    assert (fact.deemed, fact.since, fact.checked) == (True, local(11, 20), ())
    assert fact.promised == immediate(CALENDAR, local(11, 20)).due
    assert desk.case().case_number == fact.case_number
    assert desk.do(c.DeemAccepted(), by=CENTRE) == []


def test_only_the_centre_deems_a_case_accepted() -> None:
    with pytest.raises(Forbidden):
        received().do(c.DeemAccepted(), by=SUN)


@pytest.mark.parametrize(
    "late", [DECLINE, REDIRECTION, c.RequestCorrection(defects=(defect(),))], ids=["decline", "redirect", "correction"]
)
def test_after_the_notice_limit_a_case_can_only_be_accepted_and_its_limits_count_from_receipt(late: c.Command) -> None:
    desk = received(now=local(11, 20))
    desk.now = local(11, 30)

    with pytest.raises(NoticeLimitPassed):
        desk.do(late, by=ZHOU)
    accepted = desk.do(c.AcceptCase(), by=ZHOU)[-1]

    assert isinstance(accepted, f.CaseAccepted)
    assert (accepted.deemed, accepted.since) == (False, local(11, 20))


def test_a_correction_means_that_the_limit_has_not_begun_and_it_begins_with_the_acceptance() -> None:
    desk = hardship(now=local(11, 2))

    assert desk.case().since == local(11, 2)
    assert promised_on(desk) == date(2026, 11, 16)


def test_a_notice_that_is_never_answered_sends_the_papers_back_and_the_applicant_easily_goes_on() -> None:
    desk = Desk()
    desk.bring_to("correction")
    due = desk.case().respond_by

    assert desk.wait(TimerKind.RETURN) == [f.CaseReturned(due=due)]  # type: ignore[arg-type]
    assert desk.status() is CaseStatus.RETURNED
    (again,) = desk.do(c.ReopenCase(), by=FATHER)

    assert isinstance(again, f.CaseReopened)
    assert desk.status() is CaseStatus.CORRECTION
    assert desk.case().respond_by == again.respond_by
    assert desk.case().open_defects


def test_a_filing_without_its_files_lapses_after_thirty_days_and_can_be_taken_up_again() -> None:
    desk = Desk()
    desk.bring_to("filed")

    (lapsed,) = desk.wait(TimerKind.LAPSE)

    assert isinstance(lapsed, f.CaseLapsed)
    assert lapsed.due.on == date(2026, 12, 23)
    desk.do(c.ReopenCase(), by=FATHER)
    assert desk.status() is CaseStatus.FILED
    assert isinstance(desk.store(*Filing().files)[-1], f.CaseReceived)


# Special procedures


def test_a_public_notice_from_the_5th_to_the_11th_moves_a_limit_of_ten_days_by_five_working_days() -> None:
    desk = hardship(now=local(11, 2))
    assert promised_on(desk) == date(2026, 11, 16)
    desk.now = local(11, 5)

    begin(desk, date(2026, 11, 11))

    assert desk.status() is CaseStatus.SUSPENDED
    assert promised_on(desk) == date(2026, 11, 23)


def test_the_written_notice_names_the_procedure_its_basis_and_its_end_and_needs_words() -> None:
    desk = hardship()

    fact = desk.do(HEARING, by=ZHANG)[-1]

    assert isinstance(fact, f.ProcedureBegun)
    assert (fact.kind, fact.basis, fact.begins_on, fact.ends_on) == (
        "hearing",
        HEARING.basis,
        date(2026, 11, 23),
        HEARING.ends_on,
    )
    assert fact.words.value == HEARING.notice


def test_ended_before_its_plan_it_gives_the_days_back() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    procedure = begin(desk, date(2026, 11, 11))
    desk.now = local(11, 6)

    desk.do(c.EndProcedure(procedure=procedure, findings="已听证"), by=ZHANG)

    assert desk.status() is CaseStatus.ACCEPTED
    assert promised_on(desk) == date(2026, 11, 18)


def test_overlapping_procedures_are_merged_not_added() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    first = begin(desk, date(2026, 11, 11))
    desk.now = local(11, 9)
    second = begin(desk, date(2026, 11, 13), kind="expert-review")

    assert promised_on(desk) == date(2026, 11, 25)
    desk.now = local(11, 11)
    desk.do(c.EndProcedure(procedure=first), by=ZHANG)
    assert desk.status() is CaseStatus.SUSPENDED
    desk.now = local(11, 13)
    desk.do(c.EndProcedure(procedure=second), by=ZHANG)
    assert desk.status() is CaseStatus.ACCEPTED
    assert promised_on(desk) == date(2026, 11, 25)


def test_past_its_planned_end_a_procedure_stops_protecting() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    procedure = begin(desk, date(2026, 11, 11))
    before = desk.case().promised

    (overran,) = desk.wait(TimerKind.PROCEDURE)

    assert overran == f.ProcedureOverran(procedure=procedure, ends_on=date(2026, 11, 11))
    assert desk.now == datetime(2026, 11, 12, tzinfo=SHANGHAI)
    assert desk.status() is CaseStatus.ACCEPTED
    assert desk.case().promised == before
    with pytest.raises(ProcedureRuns):
        desk.do(c.ReviewCase(), by=ZHANG)


def test_prolonged_in_time_it_goes_on_without_a_gap() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    procedure = begin(desk, date(2026, 11, 11))
    desk.now = local(11, 10)

    fact = desk.do(c.ProlongProcedure(procedure=procedure, ends_on=date(2026, 11, 13), reason="专家未到"), by=ZHANG)[-1]

    assert isinstance(fact, f.ProcedureProlonged)
    assert fact.begins_on == date(2026, 11, 12)
    assert promised_on(desk) == date(2026, 11, 25)


def test_prolonged_too_late_the_days_between_have_counted() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    procedure = begin(desk, date(2026, 11, 11))
    desk.wait(TimerKind.PROCEDURE)
    desk.now = local(11, 16)

    desk.do(c.ProlongProcedure(procedure=procedure, ends_on=date(2026, 11, 17), reason="专家未到"), by=ZHANG)

    assert desk.status() is CaseStatus.SUSPENDED
    assert desk.case().suspended == (
        (date(2026, 11, 5), date(2026, 11, 11)),
        (date(2026, 11, 16), date(2026, 11, 17)),
    )
    assert promised_on(desk) == date(2026, 11, 25)


def test_a_home_visit_counts_unless_the_items_list_says_otherwise() -> None:
    desk = hardship()

    for kind in ("public-notice", "assessment", "production", "objection-period"):
        with pytest.raises(ProcedureCounts):
            begin(desk, date(2026, 11, 27), kind=kind)


def test_what_the_items_list_excludes_may_take_no_longer_than_it_says() -> None:
    desk = hardship()
    desk.do(c.ReviewCase(), by=ZHANG)
    desk.do(c.ReviewCase(), by=LI)

    with pytest.raises(ProcedureNeedsLead) as refusal:
        begin(desk, desk.today + timedelta(days=6), kind="public-notice")
    assert refusal.value.params == {"days": 5}
    begin(desk, desk.today + timedelta(days=5), kind="public-notice")
    for by in (ZHANG, SUN):
        with pytest.raises(ProcedureRuns):
            begin(desk, desk.today, kind="public-notice", by=by)


def at_the_public_notice() -> Desk:
    """The list gives five days to the step that is due."""
    desk = hardship()
    desk.do(c.ReviewCase(), by=ZHANG)
    desk.do(c.ReviewCase(), by=LI)
    return desk


def test_what_the_list_names_is_done_a_second_time_only_if_a_lead_lets_it() -> None:
    desk = at_the_public_notice()
    first = begin(desk, desk.today + timedelta(days=2), kind="public-notice")
    desk.do(c.EndProcedure(procedure=first), by=ZHANG)
    desk.now += timedelta(days=1)

    with pytest.raises(ProcedureNeedsLead) as refusal:
        begin(desk, desk.today, kind="public-notice")
    again = begin(desk, desk.today + timedelta(days=5), kind="public-notice", by=SUN)

    assert refusal.value.params == {"days": 5}
    assert desk.case().procedures[again].step == desk.case().procedures[first].step != ""
    assert desk.status() is CaseStatus.SUSPENDED
    assert desk.case().claimed_by == ZHANG.id, "a lead steps in without taking the case away"


def test_what_the_law_names_may_be_done_again_without_a_lead() -> None:
    desk = hardship()
    first = begin(desk, desk.today)
    desk.do(c.EndProcedure(procedure=first), by=ZHANG)

    second = begin(desk, desk.today + timedelta(days=30))

    assert set(desk.case().procedures) == {first, second}


@pytest.mark.parametrize("late", [0, 4], ids=["in time", "after it overran"])
def test_what_the_list_names_is_prolonged_beyond_its_days_only_by_a_lead_with_a_reason(late: int) -> None:
    desk = at_the_public_notice()
    procedure = begin(desk, desk.today + timedelta(days=2), kind="public-notice")
    if late:
        desk.wait(TimerKind.PROCEDURE)
        desk.now += timedelta(days=late)
    within = max(desk.today - timedelta(days=1), desk.case().procedures[procedure].ends_on) + timedelta(days=3)

    def prolong(ends_on: date, *, by: Actor, reason: str = "有人提出异议") -> list[Fact]:
        return desk.do(c.ProlongProcedure(procedure=procedure, ends_on=ends_on, reason=reason), by=by)

    with pytest.raises(ProcedureNeedsLead) as refusal:
        prolong(within + timedelta(days=1), by=ZHANG)
    assert refusal.value.params == {"days": 5}
    with pytest.raises(ReasonMissing):
        prolong(within + timedelta(days=9), by=SUN, reason=" ")
    prolong(within, by=ZHANG)
    (longer,) = prolong(within + timedelta(days=9), by=SUN)

    assert isinstance(longer, f.ProcedureProlonged)
    assert longer.words.value == "有人提出异议"
    assert desk.status() is CaseStatus.SUSPENDED


def test_completing_the_excluded_step_ends_its_procedure() -> None:
    desk = hardship()
    desk.do(c.ReviewCase(), by=ZHANG)
    desk.do(c.ReviewCase(), by=LI)
    begin(desk, desk.today + timedelta(days=4), kind="public-notice")
    desk.now += timedelta(days=4)

    facts = desk.do(c.ReviewCase(), by=ZHANG)

    assert [type(fact) for fact in facts][-2:] == [f.ProcedureEnded, f.CaseReviewed]
    assert desk.status() is CaseStatus.ACCEPTED


def test_a_mistyped_year_is_no_planned_end() -> None:
    desk = hardship()
    procedure = begin(desk, date(2026, 11, 25))

    for command in (
        c.BeginProcedure(kind="appraisal", basis="第四十五条", ends_on=date(9999, 12, 31), notice="鉴定"),
        c.ProlongProcedure(procedure=procedure, ends_on=date(2062, 11, 30), reason="鉴定未完"),
    ):
        with pytest.raises(ProcedureTooLong) as refusal:
            desk.do(command, by=ZHANG)
        assert refusal.value.params == {"days": 366}


def test_an_end_in_the_past_or_not_after_the_old_one_is_no_plan() -> None:
    desk = hardship()
    with pytest.raises(ProcedureTooLong):
        begin(desk, date(2026, 11, 22))
    procedure = begin(desk, date(2026, 11, 25))
    with pytest.raises(ProcedureTooLong):
        desk.do(c.ProlongProcedure(procedure=procedure, ends_on=date(2026, 11, 25), reason="再等"), by=ZHANG)
    with pytest.raises(UnknownProcedure):
        desk.do(c.EndProcedure(procedure=CASE), by=ZHANG)


def test_a_procedure_begun_after_the_limit_moves_no_date_that_has_passed() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 20)

    begin(desk, date(2026, 11, 25))

    assert promised_on(desk) == date(2026, 11, 16)


def test_an_immediate_case_has_no_procedure_and_no_extension_until_it_is_a_promised_one() -> None:
    desk = Desk()
    desk.bring_to("accepted")
    for command in (HEARING, c.AskExtension(reason="复杂")):
        with pytest.raises(ImmediateItem):
            desk.do(command, by=LI)

    converted = desk.do(CONVERT, by=LI)[-1]

    assert isinstance(converted, f.CaseConverted)
    assert (converted.working_days, converted.promised) == (
        LEASE.statutory_working_days,
        working_days(CALENDAR, MONDAY_10AM, 3, rule=DueRule.PROMISED).due,
    )
    desk.do(HEARING, by=LI)
    assert desk.status() is CaseStatus.SUSPENDED


@pytest.mark.parametrize(
    ("by_law", "ends_on", "working_days_long", "rule"),
    [
        ({"statutory_calendar_days": 15}, date(2026, 12, 8), 11, DueRule.STATUTORY_CALENDAR),
        ({"statutory_months": 1}, date(2026, 12, 23), 22, DueRule.STATUTORY_MONTHS),
        ({"statutory_working_days": 30, "statutory_months": 1}, date(2026, 12, 23), 22, DueRule.STATUTORY_MONTHS),
        ({"statutory_working_days": 3, "statutory_calendar_days": 15}, date(2026, 11, 26), 3, DueRule.PROMISED),
        ({}, date(2026, 12, 21), 20, DueRule.PROMISED),
    ],
    ids=["natural days", "months", "the earlier of two", "working days", "no limit known"],
)
def test_a_converted_case_is_promised_within_the_limit_of_the_law_in_whichever_unit(
    by_law: dict[str, int], ends_on: date, working_days_long: int, rule: DueRule
) -> None:
    desk = Desk()
    none: dict[str, int | None] = dict.fromkeys(
        ("statutory_working_days", "statutory_calendar_days", "statutory_months")
    )
    desk.items[LEASE.id, LEASE.version] = replace(LEASE, **{**none, **by_law})
    desk.bring_to("accepted")

    converted = desk.do(CONVERT, by=LI)[-1]

    assert isinstance(converted, f.CaseConverted)
    assert (converted.promised.on, converted.promised.rule) == (ends_on, rule)
    assert converted.working_days == working_days_long
    assert desk.case().statutory is None or converted.promised.at <= desk.case().statutory.at  # type: ignore[union-attr]


def test_a_converted_case_is_alarmed_of_its_new_promise() -> None:
    desk = Desk()
    desk.bring_to("accepted")
    while (timer := next(one for one in desk.timers() if one.about == "promised")).kind is TimerKind.NEARED:
        desk.fire(timer)
    assert ("promised", 80) in desk.case().alarmed

    desk.do(CONVERT, by=LI)

    shares = [one.share for one in desk.timers() if (one.kind, one.about) == (TimerKind.NEARED, "promised")]
    assert shares == [50, 80]


def test_a_case_is_converted_once_and_before_its_limit_has_passed() -> None:
    desk = Desk()
    desk.bring_to("converted")
    with pytest.raises(NotImmediate):
        desk.do(CONVERT, by=LI)

    late = Desk()
    late.bring_to("accepted")
    late.now = local(11, 24)
    with pytest.raises(LimitHasPassed):
        late.do(CONVERT, by=LI)


# More time


def test_more_time_is_asked_by_one_and_approved_by_another_and_moves_both_dates() -> None:
    desk = hardship()
    before = desk.case()

    desk.do(c.AskExtension(working_days=5, reason="需要外调"), by=ZHANG)
    assert desk.case().promised == before.promised
    (approved,) = desk.do(c.AnswerExtension(approved=True, reason="同意延期五日"), by=SUN)

    assert isinstance(approved, f.ExtensionApproved)
    assert (approved.working_days, approved.asked_by) == (5, ZHANG.id)
    assert approved.promised == working_days(CALENDAR, MONDAY_10AM, 15, rule=DueRule.PROMISED).due
    assert approved.statutory == working_days(CALENDAR, MONDAY_10AM, 25, rule=DueRule.STATUTORY).due


def test_the_usual_extension_is_ten_working_days_and_an_item_may_allow_fewer() -> None:
    desk = hardship()
    asked = desk.do(c.AskExtension(reason="复杂"), by=ZHANG)[-1]
    assert isinstance(asked, f.ExtensionAsked)
    assert asked.working_days == 10

    short = Desk()
    short.items[HARDSHIP.id, 1] = replace(HARDSHIP, extension_working_days=3)
    short.receive(Filing(HARDSHIP))
    short.do(ACCEPT_HARDSHIP, by=ZHOU)
    with pytest.raises(ExtensionTooLong) as refusal:
        short.do(c.AskExtension(working_days=4, reason="复杂"), by=ZHANG)
    assert refusal.value.params == {"days": 3}


def test_whoever_asks_does_not_approve() -> None:
    desk = hardship()
    desk.people[REVIEWER_LEAD.id] = replace(desk.people[LI.id], id=REVIEWER_LEAD.id)
    desk.do(c.ReviewCase(), by=ZHANG)
    desk.do(c.AskExtension(reason="复杂"), by=REVIEWER_LEAD)

    with pytest.raises(OwnRequest):
        desk.do(c.AnswerExtension(approved=True, reason="同意"), by=REVIEWER_LEAD)


def test_more_time_is_given_once_and_a_refused_wish_may_be_repeated() -> None:
    desk = hardship()
    with pytest.raises(NothingAsked):
        desk.do(c.AnswerExtension(approved=True, reason="同意"), by=SUN)
    desk.do(c.AskExtension(reason="复杂"), by=ZHANG)
    assert desk.do(c.AnswerExtension(approved=False, reason="不必"), by=SUN)[0].__class__ is f.ExtensionRefused
    desk.do(c.AskExtension(reason="确实复杂"), by=ZHANG)
    desk.do(c.AnswerExtension(approved=True, reason="同意"), by=SUN)

    with pytest.raises(ExtensionOnce):
        desk.do(c.AskExtension(reason="还要"), by=ZHANG)


def test_after_the_limit_there_is_nothing_to_extend() -> None:
    desk = hardship()
    desk.do(c.AskExtension(reason="复杂"), by=ZHANG)
    desk.now = local(12, 20)

    with pytest.raises(LimitHasPassed):
        desk.do(c.AnswerExtension(approved=True, reason="同意"), by=SUN)
    with pytest.raises(LimitHasPassed):
        desk.do(c.AskExtension(reason="复杂"), by=ZHANG)


# Overdue


def test_a_late_case_is_flagged_for_good_and_its_decision_says_why() -> None:
    desk = Desk()
    desk.bring_to("reviewed")

    (flag,) = desk.wait(TimerKind.OVERDUE)

    assert flag == f.CaseOverdue(clock="promised", due=immediate(CALENDAR, MONDAY_10AM).due)
    assert desk.status() is CaseStatus.ACCEPTED
    with pytest.raises(DelayUnexplained):
        desk.do(GRANT, by=WANG)
    decided = desk.do(replace(GRANT, delay="系统停机"), by=WANG)[-1]
    assert isinstance(decided, f.CaseDecided)
    assert decided.delay is not None
    assert desk.case().late == {"promised"}


def reopened_after_delay() -> Desk:
    """Decided late, and taken up again with new evidence a month later."""
    desk = Desk()
    desk.bring_to("reviewed")
    desk.wait(TimerKind.OVERDUE)
    desk.do(replace(REJECTION, delay="系统停机"), by=WANG)
    desk.do(c.SupplementCase(reply="新的合同"), by=FATHER)
    desk.now = local(12, 7)
    desk.do(c.ReopenCase(reason="新合同有效"), by=SUN)
    return desk


def test_a_case_that_was_late_and_is_taken_up_again_is_late_only_once_its_new_limits_have_passed() -> None:
    desk = reopened_after_delay()

    assert desk.case().late == frozenset()
    assert {TimerKind.NEARED, TimerKind.OVERDUE} <= {timer.kind for timer in desk.timers()}
    decided = desk.do(GRANT, by=WANG)[-1]

    assert isinstance(decided, f.CaseDecided)
    assert decided.delay is None


def test_a_case_that_was_taken_up_again_is_flagged_and_says_why_for_its_new_limits_too() -> None:
    desk = reopened_after_delay()

    (flag,) = desk.wait(TimerKind.OVERDUE)

    assert flag == f.CaseOverdue(clock="promised", due=immediate(CALENDAR, local(12, 7)).due)
    assert TimerKind.OVERDUE not in {timer.kind for timer in desk.timers() if timer.about == "promised"}
    with pytest.raises(DelayUnexplained):
        desk.do(GRANT, by=WANG)


def test_an_acceptance_undone_and_done_again_has_alarms_of_its_own() -> None:
    desk = hardship()
    desk.items[HARDSHIP.id, HARDSHIP.version] = replace(HARDSHIP, promised_working_days=2)
    desk.do(c.UndoAct(wrong="case.accept", reason="点错了"), by=ZHOU)
    desk.do(ACCEPT_HARDSHIP, by=ZHOU)
    desk.wait(TimerKind.NEARED)
    assert ("promised", 50) in desk.case().alarmed
    desk.do(c.UndoAct(wrong="case.accept", reason="点错了"), by=SUN)

    desk.do(ACCEPT_HARDSHIP, by=ZHOU)

    neared = [(timer.about, timer.share) for timer in desk.timers() if timer.kind is TimerKind.NEARED]
    assert ("promised", 50) in neared


def test_a_late_decision_is_flagged_even_where_the_timer_slept() -> None:
    desk = Desk()
    desk.bring_to("reviewed")
    desk.now = local(11, 24)

    facts = desk.do(replace(GRANT, delay="系统停机"), by=WANG)

    assert [type(fact) for fact in facts][-2:] == [f.CaseOverdue, f.CaseDecided]


def test_nothing_is_decided_by_time_alone() -> None:
    desk = hardship()

    for _ in range(30):
        if not desk.timers():
            break
        desk.wait()

    assert desk.status() is CaseStatus.ACCEPTED
    assert desk.case().late == {"promised", "statutory"}
    assert desk.case().alarmed == {(clock, share) for clock in ("promised", "statutory") for share in (50, 80)}
    assert desk.case().step_overdue


# Timers


def test_a_timer_has_the_same_id_wherever_it_is_made_and_another_at_another_instant() -> None:
    desk = received()
    (timer,) = desk.timers()

    assert timer == timers_of(CASE, desk.case(), CALENDAR)[0]
    assert timer.id == timer_id(CASE, TimerKind.NOTICE, timer.at)
    assert timer.id != timer_id(CASE, TimerKind.NOTICE, timer.at + timedelta(seconds=1))
    assert timer.id != timer_id(CASE, TimerKind.CLAIM, timer.at)


def test_a_timer_that_goes_off_early_or_twice_or_for_a_state_long_gone_records_nothing() -> None:
    desk = received()
    (timer,) = desk.timers()
    early = c.FireTimer(kind=timer.kind.value, at=timer.at)

    assert desk.do(early, by=CENTRE) == []
    desk.do(c.WithdrawCase(), by=FATHER)
    desk.now = timer.at
    assert desk.do(early, by=CENTRE) == []
    assert desk.timers() == ()
    assert Desk().do(early, by=CENTRE) == []


def test_only_the_centre_fires_timers_and_counts_dates_anew() -> None:
    for command in (c.FireTimer(kind="notice-limit", at=MONDAY_10AM), c.RecomputeDeadlines()):
        with pytest.raises(Forbidden):
            received().do(command, by=SUN)


@pytest.mark.parametrize(
    ("place", "kinds"),
    [
        ("filed", {"filing-lapse"}),
        ("received", {"notice-limit"}),
        ("correction", {"correction-return"}),
        ("accepted", {"deadline-neared", "case-overdue", "step-overdue"}),
        ("suspended", {"deadline-neared", "case-overdue", "procedure-overrun", "claim-expiry"}),
        ("granted", {"delivery-overdue"}),
        ("issued", {"delivery-overdue", "claim-expiry"}),
        ("posted", {"delivery-overdue"}),
        ("delivered", NO_TIMERS),
        ("rejected", NO_TIMERS),
    ],
)
def test_each_state_waits_for_its_own_timers(place: str, kinds: set[str]) -> None:
    desk = Desk()
    desk.bring_to(place)

    assert {timer.kind.value for timer in desk.timers()} == kinds
    assert list(desk.timers()) == sorted(desk.timers(), key=lambda timer: timer.at)


def test_a_result_that_is_not_delivered_in_ten_working_days_is_flagged() -> None:
    desk = Desk()
    desk.bring_to("granted")

    (flag,) = desk.wait(TimerKind.DELIVERY)

    assert isinstance(flag, f.DeliveryOverdue)
    assert flag.due.on == date(2026, 12, 7)
    assert desk.status() is CaseStatus.GRANTED
    assert desk.do(c.IssueResult(), by=CHEN)


# A new calendar


def with_day_off(desk: Desk, day: date) -> None:
    """Publish a calendar in which `day` is off and 2027 is official."""
    year = desk.in_force.years[day.year]
    official = CalendarYear(status="official", days_off=year.days_off | {day}, make_up_workdays=year.make_up_workdays)
    years = {**desk.in_force.years, day.year: official}
    desk.in_force = replace(desk.in_force, version=desk.in_force.version + 1, years=years)


def recompute(desk: Desk) -> list[Fact]:
    return desk.do(c.RecomputeDeadlines(), by=CENTRE)


def test_a_case_of_25_december_is_provisional_until_the_year_is_published() -> None:
    desk = hardship(now=local(12, 25))
    assert desk.case().promised == working_days(CALENDAR, local(12, 25), 10, rule=DueRule.PROMISED).due
    assert desk.case().promised.provisional  # type: ignore[union-attr]
    assert promised_on(desk) == date(2027, 1, 11)

    with_day_off(desk, date(2027, 1, 4))
    (fact,) = recompute(desk)

    assert isinstance(fact, f.DeadlineRecomputed)
    moved = {one.clock: one for one in fact.moved}
    assert set(moved) == {"promised", "statutory"}
    assert moved["promised"].after.on == date(2027, 1, 11), "a promise never gets later by itself"
    assert moved["promised"].after.rule == DueRule.KEPT_PROMISE
    assert not moved["promised"].after.provisional
    assert moved["statutory"].after.on == moved["statutory"].before.on + timedelta(days=1)
    assert recompute(desk) == []


def test_a_promise_gets_earlier_where_the_new_calendar_says_so() -> None:
    desk = hardship(now=local(12, 25))
    year = replace(desk.in_force.years[2027], status="official", make_up_workdays=frozenset({date(2027, 1, 9)}))
    desk.in_force = replace(desk.in_force, version=2, years={**desk.in_force.years, 2027: year})

    recompute(desk)

    assert promised_on(desk) == date(2027, 1, 9)


def test_the_past_is_never_counted_anew() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 20)
    with_day_off(desk, date(2026, 11, 12))

    (fact,) = recompute(desk)

    assert isinstance(fact, f.DeadlineRecomputed)
    assert [one.clock for one in fact.moved] == ["statutory"]
    assert promised_on(desk) == date(2026, 11, 16)


def test_the_applicants_own_time_never_gets_shorter_by_itself() -> None:
    desk = Desk(now=local(12, 2))
    desk.bring_to("correction")
    before = desk.case().respond_by
    assert before is not None
    assert before.on == date(2027, 1, 4)
    year = replace(desk.in_force.years[2027], status="official", make_up_workdays=frozenset({date(2027, 1, 2)}))
    year = replace(year, days_off=frozenset({date(2027, 1, 1)}))
    desk.in_force = replace(desk.in_force, version=2, years={**desk.in_force.years, 2027: year})

    recompute(desk)

    after = desk.case().respond_by
    assert after is not None
    assert after.on == date(2027, 1, 4)


def test_every_running_date_has_a_proof_that_ends_on_its_day() -> None:
    desk = hardship(now=local(11, 2))
    desk.now = local(11, 5)
    begin(desk, date(2026, 11, 11))
    due = desk.case().promised
    assert due is not None

    reckoning = proof(CALENDAR, due)

    assert reckoning is not None
    assert reckoning.due == due
    assert (reckoning.tally.counted, reckoning.tally.suspended, reckoning.tally.not_counted) == (10, 7, 4)
