"""Everybody does everything at random: some states are never reached, and dates always add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from random import Random
from uuid import UUID

from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import Due, DueRule
from domain.calendar.reckoning import proof
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import ACTS, ENDED, NEEDS_CLAIM, CaseStatus
from domain.case.state import Case, due_step
from domain.case.timers import TimerKind
from domain.catalogue.items import ServiceItem
from domain.facts import Fact, tag_of
from tests.cast import ARRANGEMENT, CALENDAR, CASE, CENTRE, FATHER, HARDSHIP, HE, LEASE, LIN, SUN, ZHOU, Filing
from tests.domain.case.desk import TWIN, Desk
from tests.domain.case.test_bundles import LANE, Linked, opening
from tests.domain.case.walking import TRIED, Walk

ONE_PERSON = replace(LEASE, id="one-person", one_person=True)
GENEROUS = replace(HARDSHIP, id="with-gaps", issue_with_gaps=True, statutory_months=1)
ITEMS = (LEASE, HARDSHIP, ONE_PERSON, GENEROUS)
SEEDS = range(200)
BUNDLE_SEEDS = range(36)
STEPS, STEPS_TOGETHER = 60, 120
IN_REVIEW = (CaseStatus.ACCEPTED, CaseStatus.SUSPENDED)
WITH_RESULT = (CaseStatus.GRANTED, CaseStatus.ISSUED, CaseStatus.POSTED)
NEVER = frozenset({CaseStatus.FILED, CaseStatus.RECEIVED, CaseStatus.CORRECTION})


def single(random: Random) -> Walk:
    """A case that the father files, for himself or as an agent, or that Zhou opens for somebody."""
    item, by_agent = random.choice(ITEMS), random.random() < 0.2
    desk = desk_with(item)
    if item in (LEASE, ONE_PERSON):
        _leave_a_copy(desk)
    method = random.choice(("pickup", "mail", "electronic"))
    filing = Filing(item, has_agent=by_agent, delivery_method=method)
    if random.random() < 0.2:
        said = filing.command
        opened = c.OpenCase(
            item_id=said.item_id,
            item_version=said.item_version,
            channel="window",
            answers=said.answers,
            pages=said.pages,
            declarations=said.declarations,
        )
        desk.do(opened, by=ZHOU, files=filing.files)
        uploader = ZHOU
    else:
        desk.file(filing)
        uploader = FATHER
    if random.random() < 0.8:
        desk.store(*filing.files, by=uploader)
        if random.random() < 0.2 and filing.files:
            bad = c.VerdictOn(random.choice(filing.files).id, good=False, code="other", words="不对")
            desk.do(c.VerifyPages(verdicts=(bad,)), by=ZHOU)
    return Walk(desk, CASE, item, random)


def _leave_a_copy(desk: Desk) -> None:
    """The father's papers were checked with an earlier lease."""
    desk.receive_twin()
    checked = tuple(dict.fromkeys(page.material for page in desk.case(TWIN).pages))
    desk.do(c.AcceptCase(checked=checked), by=LIN, case=TWIN)


def desk_with(*items: ServiceItem) -> Desk:
    desk = Desk()
    for item in items:
        desk.items[item.id, item.version] = item
    for who in (ZHOU, LIN, HE):
        desk.certify(who)
    return desk


def linked(random: Random) -> list[Walk]:
    """The cases of a linked filing, by the father or at the window, over one log."""
    filing = Linked(random.choice(ARRANGEMENT.bundles))
    for who in (ZHOU, LIN, HE):
        filing.desk.certify(who)
    by: Actor = FATHER
    if random.random() < 0.5:
        filing.file()
    else:
        by = LIN
        filing.desk.do(opening(filing), by=LIN, case=LANE, files=filing.files.values())
    filing.desk.store(*filing.files.values(), by=by, case=LANE)
    pairs = zip(filing.command.children, filing.items, strict=True)
    return [Walk(filing.desk, child.case, item, random) for child, item in pairs]


def test_no_walk_leaves_a_case_without_somebody_whose_turn_it_is_or_a_clock_that_does_not_add_up() -> None:
    met: Counter[str] = Counter()
    for seed in SEEDS:
        with told(f"seed {seed}"):
            met.update(_walked(single(Random(seed))))

    assert {name for name in OFTEN if not met[name]} == set(), met
    assert {status.value for status in CaseStatus} <= met.keys()
    assert set(TRIED) == {act for acts in ACTS.values() for act in acts}


def _walked(walk: Walk) -> set[str]:
    """What a walk met, with everything holding after each step."""
    met: set[str] = set()

    def watch(walk: Walk, before: Case, facts: list[Fact], by: Actor) -> None:
        watched(walk, before, facts, by)
        met.update(_said(fact, before) for fact in facts)

    walk.watch = watch
    for _ in range(STEPS):
        walk.step()
        holds(walk)
        met.add(str(walk.case.status))
    every_date_adds_up(walk.desk)
    return met


@contextmanager
def told(which: str) -> Generator[None]:
    """Say which walk it was that came to something wrong."""
    try:
        yield
    except Exception as error:
        error.add_note(which)
        raise


def test_nor_does_any_of_the_cases_of_a_linked_filing() -> None:
    for seed in BUNDLE_SEEDS:
        with told(f"seed {seed}"):
            _walked_together(Random(seed))


def _walked_together(random: Random) -> None:
    walks = linked(random)
    for walk in walks:
        walk.watch = watched
    for _ in range(STEPS_TOGETHER):
        one = random.choice(walks)
        one.step()
        holds(one)
    every_date_adds_up(walks[0].desk)
    numbers = [walk.case.case_number for walk in walks if walk.case.case_number]
    assert len(numbers) == len(set(numbers))
    assert {walk.case.bundle for walk in walks} == {LANE}


OFTEN = {
    *(f"case.reopened from {place}" for place in ("rejected", "declined", "terminated", "returned")),
    *(
        f"case.act_undone {act}"
        for act in ("accept", "request-correction", "decide", "decline", "terminate", "deliver")
    ),
    "procedure.begun",
    "procedure.begun listed",
    "procedure.prolonged",
    "procedure.ended",
    "extension.approved",
    "case.converted",
    "case.handed_back",
    "result.voided from delivered",
    "case.dispatch_requested",
    "copy.reused",
    "register.asked",
    "case.archived",
}
"""What the walks must have met: of what they never did they show nothing."""


def _said(fact: Fact, before: Case) -> str:
    match fact:
        case f.CaseReopened() | f.ResultVoided():
            place = CaseStatus.DECLINED if before.status is CaseStatus.REDIRECTED else before.status
            return f"{tag_of(fact)} from {place}"
        case f.ActUndone():
            return f"{tag_of(fact)} {fact.act.removeprefix('case.')}"
        case f.ProcedureBegun() if fact.step:
            return f"{tag_of(fact)} listed"
        case _:
            return tag_of(fact)


# What holds after every step


def holds(walk: Walk) -> None:
    """Everything at once."""
    _somebody_is_next(walk)
    _a_number_means_acceptance(walk)
    _nobody_decides_what_they_accepted(walk)
    _every_limit_is_watched(walk)


def _somebody_is_next(walk: Walk) -> None:
    """In an open case somebody can lead on: it is unclaimed, its holder can, or a lead can take it from them."""
    case = walk.case
    assert case.status is not None
    if case.status in ENDED:
        assert case.claimed_by is None or case.status is CaseStatus.DELIVERED
        return
    leading_on = NEEDS_CLAIM | {"case.supplement"}
    able = [by for by, acts in walk.table().items() if leading_on & set(acts)]
    if case.status in (CaseStatus.FILED, CaseStatus.CORRECTION):
        if not able:
            assert case.agent is None or case.opened_by, "whoever has no account is helped at the window"
            able = walk.able("case.make-link")
        assert able
        return
    assert able, case.status
    if case.claimed_by is not None:
        assert SUN in walk.able("case.break-claim")


def _a_number_means_acceptance(walk: Walk) -> None:
    assert walk.case.case_number in (None, walk.number)
    assert walk.case.status not in (*IN_REVIEW, *WITH_RESULT) or walk.case.case_number is not None
    assert walk.case.status not in NEVER or walk.case.case_number is None


def _nobody_decides_what_they_accepted(walk: Walk) -> None:
    if walk.case.decided_by is not None:
        assert walk.item.one_person or walk.case.decided_by != walk.case.accepted_by


def _every_limit_is_watched(walk: Walk) -> None:
    """Whatever runs has a date, and that date is flagged as missed or has a timer that waits for it."""
    case = walk.case
    waiting = {(timer.kind, timer.about) for timer in walk.desk.timers(walk.case_id)}
    if case.status in IN_REVIEW:
        assert case.promised is not None
        step = due_step(walk.item, case)
        assert step is not None
        assert (case.step_due is not None) is bool(step.working_hours)
        for clock, due in (("promised", case.promised), ("statutory", case.statutory)):
            assert due is None or clock in case.late or (TimerKind.OVERDUE, clock) in waiting
    if case.status is CaseStatus.SUSPENDED:
        assert any(kind is TimerKind.PROCEDURE for kind, _ in waiting), "the clock stands still for ever"
    if case.status in WITH_RESULT and walk.item.result.kind != "none":
        assert case.deliver_by is not None
        assert case.delivery_overdue or (TimerKind.DELIVERY, "") in waiting


# What holds of every act


def watched(walk: Walk, before: Case, facts: list[Fact], by: Actor) -> None:
    """Each fact keeps the rule of its kind."""
    for fact in facts:
        _keeps_its_rule(fact, walk, before, by)
        if isinstance(fact, f.CaseAccepted):
            assert walk.number in (None, fact.case_number), "a case has one number"
            walk.number = fact.case_number


def _keeps_its_rule(fact: Fact, walk: Walk, before: Case, by: Actor) -> None:
    desk, now = walk.desk, walk.desk.now
    match fact:
        case f.ActUndone(act="case.accept" | "case.request-correction"):
            assert desk.do(c.DeemAccepted(), by=CENTRE, case=walk.case_id) == [], "what was undone comes at once again"
        case f.CaseReopened():
            assert walk.case.late == frozenset()
            given = [due for due in _dues(fact) if due.limit and due.limit.since == now]
            assert given == _dues(fact), "a case that is taken up again has its time anew"
        case f.ResultVoided() if before.status is CaseStatus.DELIVERED:
            assert walk.case.deliver_by is None or walk.case.deliver_by.at > now
        case f.DispatchRequested():
            assert before.choices["delivery_method"] == "mail"
        case f.ProcedureBegun() | f.ProcedureProlonged() if Role.LEAD not in by.roles:
            _within_the_list(walk, fact.procedure)
        case f.CaseDecided(delay=None):
            assert all(due is None or due.at >= now for due in (before.promised, before.statutory))
        case _:
            return


def _within_the_list(walk: Walk, id: UUID) -> None:
    """Without a lead a procedure of the item's list is done once, and takes no longer than the list says."""
    procedure = walk.case.procedures[id]
    listed = [step for step in walk.item.route if step.step == procedure.step]
    if not listed:
        return
    assert [one.step for one in walk.case.procedures.values()].count(procedure.step) == 1
    days = sum((last - first).days + 1 for first, last in procedure.spans)
    assert listed[0].calendar_days is None or days <= listed[0].calendar_days + 1


# What holds of every date


def every_date_adds_up(desk: Desk) -> None:
    """Counted, suspended and not counted days are the interval, for every date that was ever given."""
    for _, fact in desk.facts:
        for due in _dues(fact):
            reckoning = proof(CALENDAR, due) if due.calendar_version == CALENDAR.version else None
            if reckoning is None or due.limit is None:
                continue
            start = due.limit.since.astimezone(SHANGHAI).date()
            tally = reckoning.tally
            assert tally.counted + tally.suspended + tally.not_counted == (reckoning.due.on - start).days
            if due.rule != DueRule.KEPT_PROMISE:
                assert (reckoning.due.at, reckoning.due.on) == (due.at, due.on)


def _dues(fact: Fact) -> list[Due]:
    values = [getattr(fact, name) for name in fact.__struct_fields__]
    return [value for value in values if isinstance(value, Due)]
