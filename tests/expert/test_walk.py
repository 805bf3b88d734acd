"""Everybody does anything at random, and what devices hold of it adds up after every step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from domain.case.acts import ENDED
from domain.case.commands import RecomputeDeadlines
from domain.centre.centre import CALENDAR_STREAM
from domain.centre.commands import PublishCalendar
from projections.history import case_at
from tests.cast import FATHER, STAFF, Clock
from tests.expert.documents import Body, Replica, hold
from tests.laws.histories import CASES, History
from tests.premises import opened
from tests.projections.conftest import Followed

SEEDS = range(4)
STEPS = 150
CALENDAR_EVERY = 40
FIRST_WORKED = date(2026, 12, 5)
"""A Saturday; each new calendar has one more make-up workday from here on, and a day off in the week after it."""


class Watched:
    """A history that is looked at through the devices of everybody in it.

    Attributes:
        seen: every state in which a case was shown.
    """

    def __init__(self, history: History, followed: Followed) -> None:
        self.history = history
        self._followed = followed
        self._devices = {who.id: Replica(who) for who in (FATHER, *STAFF.values())}
        self._calendars = 0
        self.seen: set[str] = set()

    def step(self) -> None:
        """Somebody does something; then look at what has changed for whom."""
        self.history.walk(1)
        self._followed.settle()
        for device in self._devices.values():
            changed = device.take(self._followed.reader)
            for kind, body in changed:
                if kind == "status":
                    self.seen.add(body["status"])
                    hold(body)
                elif kind == "queue":
                    self._somebody_sees_it(body)

    def new_calendar(self) -> None:
        """A notice of the State Council changes days to come."""
        centre = self.history.centre
        calendar = centre.calendar()
        worked = FIRST_WORKED + timedelta(weeks=self._calendars)
        year = calendar.years[2026]
        changed = replace(
            year,
            make_up_workdays=year.make_up_workdays | {worked},
            days_off=year.days_off | {worked + timedelta(days=4)},
        )
        self._calendars += 1
        newer = replace(calendar, version=calendar.version + 1, years={**calendar.years, 2026: changed})
        centre.by_itself(PublishCalendar(calendar=newer), lane=CALENDAR_STREAM)
        for case in CASES:
            centre.by_itself(RecomputeDeadlines(), lane=case)

    def _somebody_sees_it(self, line: Body) -> None:
        """Whoever has to act holds the case on their own device, or it has ended."""
        if line["status"] in ENDED:
            return
        match line["waiting_for"]:
            case "step":
                role = line["step"]["role"]
                assert any(role in who.roles for who in STAFF.values()), role
            case "procedure":
                assert line["status"] == "suspended"
            case "post":
                assert line["status"] in ("issued", "posted")
            case "applicant":
                assert line["status"] in ("filed", "correction", "issued")
            case other:
                raise AssertionError((other, line["status"]))

    def nobody_decided_what_they_accepted(self) -> None:
        """Two people for two duties, in the full document of every case."""
        lookups = self._followed.reader.lookups()
        for case in CASES:
            found = case_at(self.history.centre, case, lookups)
            if found is None or found[1].decided_by is None or found[1].one_person:
                continue
            assert found[1].decided_by != found[1].accepted_by


@pytest.fixture
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises, closing(Followed(premises, tmp_path)) as followed:
        yield Watched(History(premises, clock, request.param), followed)


@pytest.mark.parametrize("watched", SEEDS, indirect=True)
def test_no_walk_shows_a_date_that_does_not_add_up_a_number_without_acceptance_or_a_step_that_is_nobodys(
    watched: Watched,
) -> None:
    random = Random(STEPS)
    for _ in range(STEPS):
        watched.step()
        if random.randrange(CALENDAR_EVERY) == 0:
            watched.new_calendar()
    watched.nobody_decided_what_they_accepted()

    assert {"filed", "received", "accepted"} <= watched.seen
