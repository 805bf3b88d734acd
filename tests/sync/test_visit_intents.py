"""Visits and ratings from the intent of a device to the rows of devices."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.actors import Actor
from domain.case.commands import FireTimer
from domain.commands import CENTRE_ONLY, COMMANDS
from domain.decisions import Call
from domain.ratings.rectifying import RatingTimer
from domain.visits.reception import hall_stream, line_stream
from store.answers import Answer
from sync.frames import SignedIntent
from sync.intents import read_intent
from sync.scopes import scopes_for
from tests.cast import CASE, CENTRE, FATHER, LIN, STRANGER, SUN, ZHOU, Clock
from tests.domain.visits.office import MONDAY, local
from tests.premises import opened
from tests.projections.conftest import Followed
from tests.projections.hall import Hall
from tests.sync.intents import body

RATING = UUID("01939c6f-5e00-7000-8000-0000000ba71d")


class Devices:
    """Devices of several people at one centre with a case that can be rated."""

    def __init__(self, followed: Followed, clock: Clock) -> None:
        self.followed = followed
        self.hall = Hall(followed, clock)
        self.hall.declined_case()
        self._said = 0

    def say(self, type: str, by: Actor, lane: UUID, **args: Any) -> Answer:
        """Push an intent and wait for its verdict."""
        self._said += 1
        said = body(type, args, seq=self._said, by=by, lane=lane)
        call = read_intent(SignedIntent(body=json.dumps(said)), by=by)
        assert isinstance(call, Call)
        return self.followed.centre.submit(call).result(60)

    def rows(self, who: Actor, kind: str) -> list[dict[str, Any]]:
        """What the devices of a person hold of a kind."""
        self.followed.settle()
        page = self.followed.reader.page(scopes_for(who), (0, ""))
        return [msgspec.json.decode(row.row)["body"] for row in page.rows if row.kind == kind]

    def rate(self, by: Actor, level: str | None, id: UUID = RATING) -> Answer:
        """Push a rating of the case; None for one without a level."""
        args = {"subject_kind": "case", "subject": str(CASE), "words": "等了很久"}
        return self.say("rating.give@1", by, id, **args, **({"level": level} if level else {}))


@pytest.fixture
def devices(tmp_path: Path, clock: Clock) -> Iterator[Devices]:
    with opened(tmp_path / "centre", clock) as premises:
        followed = Followed(premises, tmp_path)
        yield Devices(followed, clock)
        followed.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_follow_up_that_is_late_is_flagged_by_its_timer(devices: Devices) -> None:
    devices.rate(FATHER, "dissatisfied")
    late = local("17:00:01", MONDAY.replace(day=30))
    devices.hall.clock.now = late

    devices.hall.do(FireTimer(kind=RatingTimer.OVERDUE.value, at=late), by=CENTRE, lane=RATING)

    assert [row["is_overdue"] for row in devices.rows(SUN, "rectification")] == [True]


def test_a_phone_takes_a_number_and_a_tablet_calls_it(devices: Devices) -> None:
    line, hall = line_stream(MONDAY, "housing"), hall_stream(MONDAY)
    ticket = str(RATING)

    devices.say("ticket.take@1", FATHER, line, ticket=ticket, on="2026-11-23", group="housing")
    devices.say("counter.open@1", ZHOU, hall, on="2026-11-23", counter="1")
    assert devices.say("ticket.call-next@1", ZHOU, hall, on="2026-11-23").verdict == "applied"

    (mine,) = devices.rows(FATHER, "own-ticket")
    assert (mine["number"], mine["status"], mine["counter"], mine["lane"]) == ("A001", "called", "1", str(line))
    assert [row["number"] for row in devices.rows(ZHOU, "ticket")] == ["A001"]
    assert devices.rows(STRANGER, "own-ticket") == []


ANYTHING: dict[str, object] = {
    "on": "2026-11-23",
    "group": "housing",
    "from_on": "2026-11-23",
    "from_group": "housing",
    "starts": "2026-11-23T03:00:00Z",
    "ticket": str(RATING),
    "appointment": str(RATING),
    "counter": "1",
    "matter": {},
    "subject_kind": "case",
    "subject": str(CASE),
    "level": "satisfied",
    "reason": "full",
    "words": "x",
    "upheld": True,
    "to": str(LIN.id),
    "reached": True,
    "outcome": "fixed",
}
FAMILIES = ("appointment", "ticket", "counter", "line", "rating", "rectification")


def test_no_command_about_visits_and_ratings_does_anything_on_the_stream_of_something_else(devices: Devices) -> None:
    offered = [name for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY and name.split(".")[0] in FAMILIES]
    lanes = (CASE, FATHER.id, line_stream(MONDAY, "nowhere"))

    answers = {(name, lane): devices.say(name, SUN, lane, **ANYTHING).verdict for name in offered for lane in lanes}

    assert len(offered) > 25
    assert [asked for asked, verdict in answers.items() if verdict not in ("refused", "conflict")] == []
