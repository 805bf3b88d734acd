"""After its end a case is asked about once, and closed when the time for reconsideration has passed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.ratings.facts import RatingInvited
from domain.ratings.rating import rated_stream
from tests.app.timely import TimelyTown
from web.closing import Closing, package_of
from web.following import Progress


@pytest.fixture
def town(tmp_path: Path) -> Iterator[TimelyTown]:
    with closing(TimelyTown(tmp_path)) as town:
        yield town


def closing_of(town: TimelyTown) -> Closing:
    progress = Progress(town.folder / "followers" / "closing", head=town.centre.head())
    return Closing(town.centre, clock=town.hours, progress=progress)


def test_people_are_asked_for_a_rating_once_when_the_result_has_arrived(town: TimelyTown) -> None:
    case = town.issued()
    closing_of(town).catch_up()
    before = town.facts(rated_stream(case), RatingInvited)

    town.do(c.ConfirmDelivery(method="pickup"), case, "chenjing")
    closing_of(town).catch_up()
    closing_of(town).catch_up()

    assert before == []
    (invited,) = town.facts(rated_stream(case), RatingInvited)
    assert invited.persons == (town.person,)


def test_a_declined_case_is_asked_about_and_a_withdrawn_one_is_not(town: TimelyTown) -> None:
    declined, withdrawn = town.lease(), town.lease()
    town.do(c.DeclineCase(reason="不在本街道", remedy="请到江岸街道"), declined, "zhoumin")
    town.withdraw(withdrawn)

    closing_of(town).catch_up()

    assert len(town.facts(rated_stream(declined), RatingInvited)) == 1
    assert town.facts(rated_stream(withdrawn), RatingInvited) == []


def test_a_package_is_closed_after_the_time_for_reconsideration_also_across_restarts(town: TimelyTown) -> None:
    case = town.lease()
    town.withdraw(case)
    closing_of(town).catch_up()
    town.hours.move_to(town.hours.now + timedelta(days=59))
    closing_of(town).catch_up()
    early = town.case(case).status
    package = package_of(town.centre, case)

    town.hours.move_to(town.hours.now + timedelta(days=2))
    closing_of(town).catch_up()
    closing_of(town).catch_up()

    assert early is CaseStatus.WITHDRAWN
    (archived,) = town.facts(case, f.CaseArchived)
    assert (archived.digest, archived.leaves) == (package.digest, package.leaves)


def test_a_case_that_was_taken_up_again_is_not_closed(town: TimelyTown) -> None:
    case = town.lease()
    town.request_correction(case)
    due = town.case(case).respond_by
    assert due is not None
    town.hours.move_to(due.at + timedelta(seconds=1))
    fire = c.FireTimer(kind="correction-return", at=due.at + timedelta(seconds=1))
    town.centre.by_itself(fire, lane=case)
    assert town.case(case).status is CaseStatus.RETURNED
    town.do(c.ReopenCase(), case, town.resident)

    town.hours.move_to(town.hours.now + timedelta(days=70))
    closing_of(town).catch_up()

    assert town.facts(case, f.CaseArchived) == []


def test_nothing_is_closed_while_the_clock_is_not_trusted(town: TimelyTown) -> None:
    case = town.lease()
    town.withdraw(case)
    town.hours.move_to(town.hours.now + timedelta(days=61))

    Closing(town.centre, clock=town.hours, trusted=lambda: False).catch_up()

    assert town.facts(case, f.CaseArchived) == []
