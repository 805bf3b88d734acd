"""A real centre with its sandboxes, and a trainee who gives commands from the seats of a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import yaml

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI
from domain.case import commands as c
from domain.decisions import Call
from domain.training.content import Scenario
from domain.training.practice import PRACTICE_STREAM, CutLine, KeepAct, Speak, TakeHint
from domain.training.practice_scoring import Score
from store.answers import Answer
from store.centre import Centre
from store.itself import CENTRE_ACTOR
from web.app import create_app, opened
from web.demo.centre import publish
from web.edge import Edge
from web.kept import files_of
from web.practice.cast import seat
from web.practice.rooms import Room, Rooms
from web.settings import Settings

NOW = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI).astimezone(UTC)
"""A Tuesday."""
TRAINING = Path("web/demo/training.yaml")


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now


def scenarios() -> dict[str, Scenario]:
    """The scenarios of the demonstration, by id."""
    content = yaml.load(TRAINING.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    found = [msgspec.convert({"kind": "scenario", **one}, Scenario) for one in content["scenarios"]]
    return {one.id: one for one in found}


class Rehearsal:
    """The service's inside, and one trainee.

    Attributes:
        trainee: of the real centre.
    """

    def __init__(self, edge: Edge, clock: Clock, trainee: Actor) -> None:
        self.edge = edge
        self.clock = clock
        self.trainee = trainee

    @property
    def rooms(self) -> Rooms:
        """The runs."""
        assert self.edge.practice is not None
        return self.edge.practice

    async def begin(self, scenario: Scenario) -> Trainee:
        """The trainee begins a scenario."""
        about = await self.rooms.begin(self.trainee.id, scenario, 1)
        return Trainee(self, await self.rooms.room(about.run))


class Trainee:
    """Somebody in the sandbox of their run."""

    def __init__(self, rehearsal: Rehearsal, room: Room) -> None:
        self._rehearsal = rehearsal
        self.room = room

    @property
    def score(self) -> Score:
        """How the run stands."""
        return self.room.score()

    @property
    def step(self) -> str:
        """The id of the step that goes on; empty after the last."""
        step = self.room.centre.marking().step
        return step.id if step else ""

    def lane(self, item: str) -> UUID:
        """The newest case of an item."""
        return self.room.stage.lane_of(item)

    def pages(self, item: str) -> dict[tuple[str, int], UUID]:
        """Material and number to file of a case's pages."""
        return {(page.material, page.number): page.file for page in self.room.centre.case(self.lane(item)).pages}

    async def do(self, role: str, lane: UUID, command: c.Command, **how: Any) -> Answer:
        """Give a command from a seat."""
        by = seat(self.room.about.run, Role(role))
        call = Call(id=how.pop("id", None) or uuid4(), lane=lane, command=command, by=by, **how)
        answer = await asyncio.wrap_future(self.room.centre.submit(call))
        await self._rehearsal.rooms.settle(self.room)
        return answer

    async def say(self, choice: int, *, step: str = "") -> Answer:
        """Say or do something that is no act on a case."""
        step = step or self.step
        return await self.do(self._role(step), PRACTICE_STREAM, Speak(step=step, choice=choice))

    async def hint(self) -> Answer:
        """Look at the rule of the step."""
        return await self.do(self._role(self.step), PRACTICE_STREAM, TakeHint(step=self.step))

    async def keep(self, intent: UUID, command: str) -> Answer:
        """The device keeps an act."""
        kept = KeepAct(step=self.step, intent=intent, command=command)
        return await self.do(self._role(self.step), PRACTICE_STREAM, kept)

    async def line(self, *, up: bool) -> None:
        """Go where the device has a line, or where it has none."""
        call = Call(id=uuid4(), lane=PRACTICE_STREAM, command=CutLine(up=up), by=CENTRE_ACTOR)
        await asyncio.wrap_future(self.room.centre.submit(call))

    def _role(self, step: str) -> str:
        scenario = self.room.centre.marking().scenario
        assert scenario is not None
        return next(one.role for one in scenario.steps if one.id == step)


def furnish(folder: Path) -> Actor:
    """Make a centre that has opened but has no cases, to be copied; return its trainee."""
    settings = _settings(folder)
    with closing(Centre.open(settings.centre_folder, clock=Clock(), new_id=uuid4)) as centre:
        return publish(centre, files_of(settings, centre.vault), now=NOW).staff["zhoumin"]


def _settings(folder: Path) -> Settings:
    return Settings(data=folder, static=folder / "static", port=18999)


@asynccontextmanager
async def rehearsing(folder: Path, trainee: Actor) -> AsyncGenerator[Rehearsal]:
    """The app of a furnished centre, running without followers, until the block ends."""
    clock, settings = Clock(), _settings(folder)
    with opened(settings, clock=clock, new_id=uuid4, say=lambda _: None) as edge:
        app = create_app(edge, followers=())
        async with app.router.lifespan_context(app):
            yield Rehearsal(edge, clock, trainee)
