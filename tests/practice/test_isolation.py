"""Nothing of a sandbox is seen in the real centre: not in its log, its rows, its numbers, nor in what it sends."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from domain.case.state import Case
from domain.training.content import Play, Player
from store.answers import Answer
from tests.practice.rehearsal import Rehearsal, scenarios
from tests.practice.test_scenarios import RIGHT
from web.carrier import DemoCarrier
from web.errors import Problem
from web.practice.cast import people
from web.practice.rooms import KEEP

NOBODY = Player(name="尉迟霜华", birth=date(1983, 2, 17), sex="female", home="无此社区无此小区1栋1单元101室")
"""Somebody whom no published scenario names."""
LEASE = replace(scenarios()["sim-lease-after-hours"], person=NOBODY)


def traces(run: str, lane: str, number: str) -> list[bytes]:
    """What would give a run away: its case, its number, its person, its seats."""
    person = people(LEASE)[0]
    return [text.encode() for text in (lane, number, person.name, person.id_number, person.phone, "练习·", f".{run}")]


async def test_only_the_result_of_a_run_reaches_the_real_centre(rehearsal: Rehearsal) -> None:
    before = rehearsal.edge.centre.head()
    trainee = await rehearsal.begin(LEASE)
    await RIGHT[LEASE.id](trainee)
    centre, about = rehearsal.edge.centre, trainee.room.about
    (lane,) = trainee.room.centre.marking().cases.items
    case: Case = trainee.room.centre.case(lane)
    assert await asyncio.to_thread(rehearsal.edge.runner.wait, centre.head())

    new = {str(envelope.fact.__struct_config__.tag) for _, envelope in centre.follow(before, 10_000)}

    assert "practice.finished" in new
    assert new <= {"practice.finished", "command.applied", "candidate.scenario_passed"}
    for trace in traces(about.run.hex, str(lane), case.filing_number):
        assert files_with(trace, rehearsal.edge.settings.data) == []
    assert isinstance(rehearsal.edge.carrier, DemoCarrier)
    assert rehearsal.edge.carrier.inbox() == []


async def test_what_is_searched_for_would_be_found(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(LEASE)
    await RIGHT[LEASE.id](trainee)
    (lane,) = trainee.room.centre.marking().cases.items
    sandbox = trainee.room.edge.settings.data

    assert files_with(str(lane).encode(), sandbox) != []
    assert files_with("练习·".encode(), sandbox) != []


def files_with(trace: bytes, folder: Path) -> list[str]:
    """The files of a data folder, sandboxes apart, in which something can be read."""
    files = (file for file in folder.rglob("*") if file.is_file() and "practice" not in file.relative_to(folder).parts)
    return [file.name for file in files if trace in file.read_bytes()]


async def test_two_runs_know_nothing_of_each_other(rehearsal: Rehearsal) -> None:
    first, second = await rehearsal.begin(LEASE), await rehearsal.begin(LEASE)

    await first.say(0)

    assert first.lane("house-lease-filing") != second.lane("house-lease-filing")
    assert first.room.centre.folder != second.room.centre.folder
    assert {one.step for one in second.score.steps if one.mistakes} == set()


async def test_a_run_goes_on_where_it_was_after_its_sandbox_was_closed(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(LEASE)
    lane, run, began = trainee.lane("house-lease-filing"), trainee.room.about.run, trainee.room.clock()

    await rehearsal.rooms.close()
    rehearsal.clock.now += timedelta(days=3)
    room = await rehearsal.rooms.room(run)

    assert room.stage.lane_of("house-lease-filing") == lane
    assert room.centre.marking().step is not None
    assert room.clock() - began < timedelta(minutes=5)


async def test_whoever_comes_back_while_their_sandbox_is_being_closed_waits_until_it_is(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(LEASE)

    _, room = await asyncio.gather(rehearsal.rooms.close(), rehearsal.rooms.room(trainee.room.about.run))

    assert room is not trainee.room
    assert room.centre.marking().step == LEASE.steps[0]


async def test_a_sandbox_in_which_nobody_was_for_long_is_disposed_of_with_its_keys(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(LEASE)
    folder = trainee.room.edge.settings.data

    await rehearsal.rooms.close()
    rehearsal.clock.now += KEEP + timedelta(hours=1)
    await rehearsal.rooms.dispose_of_old()

    assert not folder.exists()
    assert rehearsal.rooms.all() == []


async def test_the_oldest_run_of_a_trainee_makes_room_for_another(rehearsal: Rehearsal) -> None:
    first = await rehearsal.begin(LEASE)
    for _ in range(6):
        rehearsal.clock.now += timedelta(minutes=1)
        await rehearsal.begin(LEASE)

    kept = {about.run for about in rehearsal.rooms.all()}

    assert len(kept) == 6
    assert first.room.about.run not in kept


async def test_a_run_that_cannot_begin_is_no_run(rehearsal: Rehearsal) -> None:
    nowhere = replace(LEASE, steps=(replace(LEASE.steps[0], plays=(Play(do="work", role="reviewer"),)),))

    with pytest.raises(Problem) as refused:
        await rehearsal.begin(nowhere)

    assert (refused.value.status, refused.value.code) == (409, "practice-cannot-begin")
    assert rehearsal.rooms.all() == []
    assert [*rehearsal.edge.settings.practice_folder.iterdir()] == []


def busy(*_: Any, **__: Any) -> Answer:
    """What a centre answers whose log is away."""
    return Answer(verdict="retry")


async def test_a_result_that_the_real_centre_cannot_take_now_is_told_to_it_later(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = rehearsal.edge.centre
    trainee = await rehearsal.begin(LEASE)
    with monkeypatch.context() as away:
        away.setattr(centre, "by_itself", busy)
        await RIGHT[LEASE.id](trainee)
        assert not trainee.room.about.ended

    await rehearsal.rooms.close()

    (about,) = rehearsal.rooms.all()
    _, told = centre.stretch(0, 100_000, tags=["practice.finished", "candidate.scenario_passed"])
    assert (about.ended, about.passed, len(told)) == (True, True, 2)
