"""The lead's board: made of the rows of the queue, so that nothing on it can differ from the queue."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from domain.actors import Actor, Role
from domain.case import commands as c
from domain.staff.absence import BeAbsent
from projections.boards import Colleague, board
from projections.documents import BoardBody, Certificate, ColleagueBody, QueueBody, Text
from projections.queues import Line, Moment
from tests.cast import CALENDAR, CASE, HARDSHIP, LEASE, LI, LIN, MONDAY_10AM, TANG, ZHANG, ZHOU, Clock, Filing
from tests.domain.case.desk import ACCEPT_HARDSHIP, defect
from tests.projections.conftest import Followed

CASES = tuple(uuid5(CASE, f"on the board {n}") for n in range(6))


def read(followed: Followed, kind: str, scope: str) -> list[dict[str, Any]]:
    followed.settle()
    return [msgspec.json.decode(row) for row in followed.reader.rows_of(scope, kind)]


def the_board(followed: Followed) -> BoardBody:
    lines = [
        Line(UUID(row["id"]), msgspec.convert(row["body"], QueueBody))
        for row in read(followed, "queue", "office:street")
    ]
    people = [
        Colleague(UUID(row["id"]), msgspec.convert(row["body"], ColleagueBody))
        for row in read(followed, "colleague", "people:street")
    ]
    return board("street", lines, people, (LEASE, HARDSHIP), Moment(followed.clock(), CALENDAR))


@pytest.fixture
def busy(followed: Followed) -> Followed:
    """Six cases: three taken, one of them asked about, one accepted, one ended."""
    for case in CASES[:5]:
        followed.receive(Filing(case=case), case=case)
    followed.receive(Filing(HARDSHIP, case=CASES[5]), case=CASES[5])
    followed.do(c.ClaimCase(), by=ZHOU, case=CASES[0])
    followed.do(c.ClaimCase(), by=ZHOU, case=CASES[1])
    followed.do(c.RequestCorrection(defects=(defect(case=CASES[2]),)), by=LIN, case=CASES[2])
    followed.do(c.DeclineCase(reason="不受理", remedy="别处"), by=LIN, case=CASES[3])
    followed.do(ACCEPT_HARDSHIP, by=LIN, case=CASES[5])
    return followed


def test_counts_are_those_of_the_queue(busy: Followed) -> None:
    found = the_board(busy)
    rows = {row["id"]: row["body"] for row in read(busy, "queue", "office:street")}

    assert found.open_cases == len(rows) == 5
    assert {one.status: one.cases for one in found.statuses} == Counter(body["status"] for body in rows.values())
    assert {one.waiting_for: one.cases for one in found.waiting} == Counter(
        body["waiting_for"] for body in rows.values()
    )
    assert sorted(str(case) for day in found.days for case in day.cases) == sorted(rows)
    assert {str(case) for case in found.unclaimed} == {
        id for id, body in rows.items() if body["waiting_for"] == "step" and not body["claimed_by"]
    }


def test_load_is_what_each_colleague_has_taken_in_minutes_of_the_due_steps(busy: Followed) -> None:
    loads = {load.person.id: load for load in the_board(busy).loads}

    accept = next(step for step in LEASE.route if step.stage == "accept")
    assert set(loads[ZHOU.id].cases) == {CASES[0], CASES[1]}
    assert loads[ZHOU.id].minutes == 2 * accept.working_hours * 60
    assert loads[ZHOU.id].due_today == 2
    assert (loads[LIN.id].cases, loads[LIN.id].minutes) == ((), 0)
    assert ZHANG.id not in loads, "of another office"


def test_a_case_past_its_date_says_by_how_many_working_days_and_with_whom_it_lies(busy: Followed, clock: Clock) -> None:
    clock.advance(days=7)

    late = {one.case: one for one in the_board(busy).late}

    assert late[CASES[0]].held_by is not None
    assert (late[CASES[0]].clock, late[CASES[0]].working_days) == ("answer_by", 5)
    assert (late[CASES[4]].held_by, late[CASES[4]].waiting_for) == (None, "step")
    assert CASES[2] not in late, "the applicant has time"
    days = {day.on: day.working_days for day in the_board(busy).days}
    assert days[date(2026, 11, 23)] == -5


def test_who_is_away_and_who_stands_in(busy: Followed) -> None:
    busy.do(BeAbsent(first=date(2026, 11, 23), last=date(2026, 11, 24), substitute=LIN.id), by=ZHOU, case=ZHOU.id)

    load = next(load for load in the_board(busy).loads if load.person.id == ZHOU.id)

    assert load.is_away
    assert load.substitute is not None
    assert (load.substitute.id, load.substitute.name) == (LIN.id, "Linxia")


def test_who_may_take_an_item_on_and_whose_certificate_soon_ends(busy: Followed, clock: Clock) -> None:
    covers = {cover.item: cover for cover in the_board(busy).covers}
    lease = covers[LEASE.id]

    assert {ZHOU.id, LIN.id} <= {person.id for person in lease.qualified}
    assert TANG.id not in {person.id for person in lease.qualified}
    assert LI.id not in {person.id for person in lease.qualified}, "no window clerk"
    assert (lease.expiring, lease.open_cases, covers[HARDSHIP.id].open_cases) == ((), 4, 1)
    clock.advance(days=(date(2027, 6, 30) - date(2026, 11, 23) - timedelta(days=20)).days)
    assert {cover.item: len(cover.expiring) for cover in the_board(busy).covers}[LEASE.id] == len(lease.qualified)


def test_who_holds_several_certificates_for_an_item_counts_once_until_the_last_of_them_ends() -> None:
    def held(until: date) -> Certificate:
        return Certificate("", Text(LEASE.name_zh, LEASE.name_en), (LEASE.id,), all_items=False, valid_until=until)

    def clerk(who: Actor, *ends: date) -> Colleague:
        return Colleague(
            who.id,
            ColleagueBody(
                name="",
                roles=(Role.WINDOW_CLERK,),
                office="street",
                certificates=tuple(held(until) for until in ends),
                absences=(),
            ),
        )

    soon, later, ended = date(2026, 12, 1), date(2027, 6, 30), date(2026, 11, 1)
    people = [clerk(ZHOU, soon, later, ended), clerk(LIN, ended, soon), clerk(ZHANG, ended)]
    [cover] = board("street", [], people, (LEASE,), Moment(MONDAY_10AM, CALENDAR)).covers

    assert [person.id for person in cover.qualified] == [ZHOU.id, LIN.id]
    assert [person.id for person in cover.expiring] == [LIN.id]
