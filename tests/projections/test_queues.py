"""A queue in parts: what stands where for whom, in which order, and that counts are lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.actors import Actor
from domain.case import commands as c
from projections.documents import Person, QueueBody, StepDue, Text
from projections.queues import TABS, Line, Moment, is_late, listing, tabs_of, working_days_between
from tests.cast import CALENDAR, CASE, LI, LIN, MONDAY_10AM, SUN, ZHOU
from tests.domain.case.desk import defect
from tests.projections.conftest import Followed

WHEN = Moment(MONDAY_10AM, CALENDAR)
NAME = Text("租赁", "Lease")


def step(role: str, stage: str) -> StepDue:
    return StepDue(stage, role, stage, NAME)


@pytest.fixture
def line(followed: Followed) -> Line:
    """A received lease that nobody has taken."""
    followed.receive()
    return read(followed)


def anything(_item: str) -> bool:
    return True


def nothing(_item: str) -> bool:
    return False


def read(followed: Followed, case: UUID = CASE) -> Line:
    return Line(case, msgspec.convert(followed.body("queue", case), QueueBody))


def tabs(line: Line, who: Actor, **changes: Any) -> set[str]:
    return set(tabs_of(replace(line.body, **changes), who, WHEN, anything))


def test_a_free_case_is_for_whoever_has_the_role_of_its_step_until_a_colleague_has_it(line: Line) -> None:
    assert "mine" in tabs(line, ZHOU)
    assert "mine" not in tabs(line, LI)
    taken = Person(LIN.id, "Linxia")
    assert "mine" not in tabs(line, ZHOU, claimed_by=taken)
    assert "mine" in tabs(line, LIN, claimed_by=taken)
    assert "team" in tabs(line, LI, claimed_by=taken)


def test_what_takes_a_certificate_at_the_window_is_not_offered_to_whoever_has_none(line: Line) -> None:
    held = replace(line.body, claimed_by=Person(ZHOU.id, "Zhoumin"))
    review = replace(line.body, step=step("reviewer", "review"))

    assert "mine" not in tabs_of(line.body, ZHOU, WHEN, nothing)
    assert "team" in tabs_of(line.body, ZHOU, WHEN, nothing)
    assert "mine" in tabs_of(line.body, ZHOU, WHEN, lambda item: item == line.body.item_id)
    assert "mine" in tabs_of(held, ZHOU, WHEN, nothing), "what one has taken stays in sight, to be handed on"
    assert "mine" in tabs_of(review, LI, WHEN, nothing), "a review asks for no certificate"


def test_who_waits_for_the_applicant_waits_and_is_at_nobodys_desk(followed: Followed) -> None:
    followed.receive()
    followed.do(c.RequestCorrection(defects=(defect(),)), by=ZHOU)

    assert set(tabs_of(read(followed).body, ZHOU, WHEN, anything)) == {"waiting"}


@pytest.mark.parametrize(
    "asks",
    [{"second_notice": "asked"}, {"extension_asked": True}, {"evidence": True}, {"sampling": True}],
    ids=["second notice", "more time", "evidence", "sample"],
)
def test_what_is_asked_of_a_lead_is_theirs(line: Line, asks: dict[str, Any]) -> None:
    assert "mine" in tabs(line, SUN, **asks)
    assert "mine" not in tabs(line, SUN)


def test_a_notice_that_reached_nobody_is_the_windows(line: Line) -> None:
    ended = {"status": "declined", "step": None, "waiting_for": "window", "due": None, "unreached": 1}

    assert {"mine", "team"} <= tabs(line, ZHOU, **ended)
    assert "mine" not in tabs(line, LI, **ended)


def test_a_case_is_due_on_its_day_on_the_working_day_before_and_ever_after(line: Line) -> None:
    friday, monday = datetime.fromisoformat("2026-11-27T09:00:00Z"), datetime.fromisoformat("2026-11-30T09:00:00Z")
    on_friday = Moment(datetime.fromisoformat("2026-11-27T02:00:00Z"), CALENDAR)

    assert "due" not in tabs(line, ZHOU, due=friday)
    assert "due" in tabs(line, ZHOU, due=MONDAY_10AM + timedelta(days=1))
    assert "due" in tabs_of(replace(line.body, due=monday), ZHOU, on_friday, anything), "the weekend does not count"
    assert "due" in tabs(line, ZHOU, due=MONDAY_10AM - timedelta(days=4))
    assert "due" not in tabs(line, ZHOU, due=None)


def test_the_order_is_by_date_then_by_the_date_of_the_step_then_by_how_long_it_has_waited(line: Line) -> None:
    day = timedelta(days=1)
    late = replace(line.body, due=MONDAY_10AM - day)
    step_first = replace(line.body, due=MONDAY_10AM, step_due=MONDAY_10AM - day)
    step_later = replace(line.body, due=MONDAY_10AM, step_due=MONDAY_10AM)
    never = replace(line.body, due=None)
    lines = [Line(UUID(int=n), body) for n, body in enumerate((never, step_later, late, step_first), 1)]

    assert [id.int for id in listing(lines, ZHOU, WHEN, anything).tabs["team"]] == [3, 4, 2, 1]


@pytest.mark.parametrize("waiting_for", ["procedure", "post"])
def test_what_a_procedure_stops_or_the_post_carries_is_the_centres_and_nobody_has_to_take_it(waiting_for: str) -> None:
    line = Line(UUID(int=1), replace(BLANK, waiting_for=waiting_for, due=MONDAY_10AM))

    assert tabs(line, ZHOU) == {"team"}


@pytest.mark.parametrize(
    ("waiting_for", "late"),
    [
        ("step", True),
        ("window", True),
        ("lead", True),
        ("post", True),
        ("applicant", False),
        ("procedure", False),
        ("nobody", False),
    ],
)
def test_late_is_what_the_centre_has_to_act_on_after_its_date(waiting_for: str, late: bool) -> None:
    body = replace(BLANK, waiting_for=waiting_for, due=MONDAY_10AM - timedelta(minutes=1))

    assert is_late(body, WHEN) is late
    assert not is_late(replace(body, due=MONDAY_10AM), WHEN)
    assert not is_late(replace(body, due=None), WHEN)


BODIES = st.fixed_dictionaries(
    {
        "waiting_for": st.sampled_from(["applicant", "step", "window", "procedure", "post", "lead", "nobody"]),
        "step": st.sampled_from([None, step("window-clerk", "accept"), step("reviewer", "review")]),
        "claimed_by": st.sampled_from([None, Person(ZHOU.id, "Zhoumin"), Person(LI.id, "Litao")]),
        "returned": st.booleans(),
        "evidence": st.booleans(),
        "due": st.none() | st.integers(-9, 30).map(lambda days: MONDAY_10AM + timedelta(days=days)),
    }
)


@given(changes=st.lists(BODIES, max_size=12), who=st.sampled_from([ZHOU, LI, SUN]))
def test_each_line_is_the_centres_or_waits_for_the_applicant_and_parts_are_parts_of_the_whole(
    changes: list[dict[str, Any]], who: Actor
) -> None:
    lines = [Line(UUID(int=n), replace(BLANK, **each)) for n, each in enumerate(changes)]

    found = listing(lines, who, WHEN, anything).tabs

    assert tuple(found) == TABS
    unended = [line.id for line in lines if line.body.waiting_for != "nobody"]
    assert sorted((*found["team"], *found["waiting"])) == sorted(unended)
    assert set(found["returned"]) | set(found["due"]) <= set(found["team"])
    assert set(found["mine"]) - set(found["team"]) == {
        line.id
        for line in lines
        if who is SUN and line.body.evidence and line.body.claimed_by is None and line.id not in found["team"]
    }


BLANK = QueueBody(
    item_id="",
    item_name=NAME,
    number="",
    applicant_masked="",
    status="received",
    step=None,
    waiting_for="step",
    claimed_by=None,
    claim_until=None,
    handed_over=None,
    take_over=None,
    doer=None,
    due=None,
    due_clock="",
    due_provisional=False,
    step_due=None,
    effort_minutes=0,
    channel="app",
    pages=0,
    awaiting_files=0,
    for_school=False,
    received_at=None,
    changed_at=MONDAY_10AM,
    last_handler=None,
    returns_to=None,
    returned=False,
    second_notice="",
    extension_asked=False,
    duplicates=0,
    gaps_open=0,
    gap_due=None,
    overdue=(),
    alarm=0,
    evidence=False,
    sampling=False,
    unanswered=False,
    unreached=0,
    deemed=False,
    phone_end="",
    initials=(),
    erased=False,
    bundle=None,
    order="",
)


def test_working_days_between_leave_out_weekends_and_count_make_up_days_backwards_as_negative() -> None:
    friday, monday = (datetime.fromisoformat(f"2026-{day}").date() for day in ("11-27", "11-30"))

    assert working_days_between(CALENDAR, friday, monday) == 1
    assert working_days_between(CALENDAR, monday, friday) == -1
    assert working_days_between(CALENDAR, friday, friday) == 0
