"""Where runs of practice live: a folder each, opened when somebody needs it and closed when nobody does."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.types import ASGIApp

from domain.actors import Role
from domain.calendar.limits import local_day
from domain.decisions import Call
from domain.training.candidate import candidate_stream
from domain.training.content import Scenario
from domain.training.exams import PassScenario
from domain.training.practice import PRACTICE_STREAM, BeginPractice, EndPractice, FinishPractice
from domain.training.practice_scoring import Score
from store.centre import Centre
from store.files import FileStore
from store.itself import CENTRE_ACTOR
from web.errors import Problem
from web.practice.cast import seat
from web.practice.centre import PracticeCentre
from web.practice.clock import RunClock, beginning
from web.practice.furnish import furnish
from web.practice.stage import CannotPlay, Stage

ABOUT = "run.json"
KEEP = timedelta(days=14)
"""A sandbox is disposed of so long after somebody was in it last."""
OPEN_AT_MOST = 12
"""Sandboxes that are open at the same time; whoever wants one more waits until one is idle."""
IDLE = timedelta(minutes=10)
FOR_ONE_PERSON = 6
"""Sandboxes that are kept for one trainee; the oldest goes when another is begun."""
ALTOGETHER = 200
LOOK_SECONDS = 30
SESSION_HOURS = 12


class About(Struct, frozen=True, kw_only=True):
    """What is known of a run without opening it.

    Attributes:
        begun_at: by the real clock, UTC.
        used_at: when somebody was in it last.
        points: scored, once it has ended.
    """

    run: UUID
    trainee: UUID
    scenario: str
    version: int
    begun_at: datetime
    used_at: datetime
    ended: bool = False
    given_up: bool = False
    passed: bool = False
    points: int = 0
    of: int = 0


class Sandbox(Protocol):
    """The parts of an `Edge` that a room uses; `web/practice` is below it."""

    @property
    def centre(self) -> Centre:
        """The sandbox's centre."""
        ...

    @property
    def files(self) -> FileStore:
        """Its files."""
        ...

    @property
    def timers(self) -> Any:
        """Its timers."""
        ...

    @property
    def presence(self) -> Any:
        """Who holds an open connection."""
        ...


class Opened(Struct, frozen=True):
    """A sandbox that lives: what serves it, and what closes it."""

    edge: Any
    app: ASGIApp


Opener = Callable[[Path, type[PracticeCentre], RunClock, ExitStack], Opened]
"""Opens a sandbox in a folder, with its clock; what has to be closed goes onto the stack."""


class Room:
    """An open sandbox."""

    def __init__(self, about: About, opened: Opened, clock: RunClock, stage: Stage, closing: AsyncExitStack) -> None:
        """Take it over."""
        self.about = about
        self.app = opened.app
        self.edge = opened.edge
        self.clock = clock
        self.stage = stage
        self._closing = closing
        self._tokens: dict[Role, str] = {}

    @property
    def centre(self) -> PracticeCentre:
        """The sandbox's centre."""
        centre = self.edge.centre
        assert isinstance(centre, PracticeCentre)
        return centre

    def token(self, role: Role) -> str:
        """The token of the sandbox's own sign-in for a seat; blocking."""
        known = self._tokens.get(role)
        if known is None or self.centre.session(known) is None:
            person = seat(self.about.run, role).id
            known = self.centre.open_session(person, kind="staff", method="practice", device=None, hours=SESSION_HOURS)
            self._tokens[role] = known
        return known

    def score(self) -> Score:
        """How the run stands."""
        return self.centre.marking().score

    async def close(self) -> None:
        """Close the sandbox; what is in it stays."""
        await self._closing.aclose()


class Rooms:
    """All runs of one service.

    Args:
        folder: under which each run has its own.
        real: the centre to which trainees belong; nothing but the result is written to it.
        open: opens a sandbox.
        clock: the real time, UTC.
        ticks: seconds of a clock that nobody sets.
        new_id: makes ids of runs.
    """

    def __init__(
        self,
        folder: Path,
        real: Centre,
        open: Opener,
        *,
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
        new_id: Callable[[], UUID],
    ) -> None:
        self._folder = folder
        self._real = real
        self._open = open
        self._clock = clock
        self._ticks = ticks
        self._new_id = new_id
        self._rooms: dict[UUID, Room] = {}
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._leaving: dict[UUID, asyncio.Event] = {}
        self._opening = asyncio.Lock()

    # What there is

    def about(self, run: UUID) -> About | None:
        """What is known of a run; None if there is none any more."""
        room = self._rooms.get(run)
        return room.about if room else _read_about(self._folder / str(run))

    def all(self) -> list[About]:
        """Every run that is kept, the newest first."""
        folders = self._folder.iterdir() if self._folder.is_dir() else ()
        found = [one for folder in folders if (one := _read_about(folder)) is not None]
        return sorted(found, key=lambda one: one.begun_at, reverse=True)

    # Beginning and opening

    async def begin(self, trainee: UUID, scenario: Scenario, version: int) -> About:
        """Make a sandbox and let the scenario begin in it.

        Raises:
            Problem: 429 `practice-full` when no more sandboxes are kept, 409 `practice-cannot-begin` when what the
                scenario has happen first does not fit the rules of the centre; `why` tells what.
        """
        await self._make_room_for(trainee)
        now = self._clock()
        about = About(
            run=self._new_id(), trainee=trainee, scenario=scenario.id, version=version, begun_at=now, used_at=now
        )
        async with self._opening:
            await asyncio.to_thread(self._write, about)
            try:
                self._rooms[about.run] = await self._opened(about, scenario)
            except CannotPlay as error:
                await self._dispose(about.run)
                raise Problem(409, "practice-cannot-begin", why=str(error)) from error
            except BaseException:  # nothing began: it is no run
                await self._dispose(about.run)
                raise
        return about

    async def room(self, run: UUID) -> Room:
        """The open sandbox of a run.

        Raises:
            Problem: 404 `not-found` when there is none any more, 503 `practice-busy` when too many are open.
        """
        async with self._turns.setdefault(run, asyncio.Lock()):
            room = self._rooms.get(run)
            if room is None:
                if (leaving := self._leaving.get(run)) is not None:
                    await leaving.wait()
                about = await asyncio.to_thread(_read_about, self._folder / str(run))
                if about is None:
                    raise Problem(404, "not-found")
                async with self._opening:
                    room = await self._opened(about, None)
                self._rooms[run] = room
            room.about = replace(room.about, used_at=self._clock())
            return room

    def holds(self, room: Room) -> bool:
        """Whether a sandbox is still open."""
        return self._rooms.get(room.about.run) is room

    async def _opened(self, about: About, scenario: Scenario | None) -> Room:
        if len(self._rooms) >= OPEN_AT_MOST:
            await self._close_idle(at_least_one=True)
        if len(self._rooms) >= OPEN_AT_MOST:
            raise Problem(503, "practice-busy", retry_s=30)
        stack = ExitStack()
        closing = AsyncExitStack()
        try:
            opened, clock, stage = await asyncio.to_thread(self._furnished, about, scenario, stack)
            closing.push_async_callback(asyncio.to_thread, stack.close)
            await closing.enter_async_context(opened.app.router.lifespan_context(opened.app))  # type: ignore[attr-defined]
        except BaseException:
            await asyncio.to_thread(stack.close)
            raise
        return Room(about, opened, clock, stage, closing)

    def _furnished(self, about: About, scenario: Scenario | None, stack: ExitStack) -> tuple[Opened, RunClock, Stage]:
        today = local_day(about.begun_at)
        folder = self._folder / str(about.run)
        moment = scenario.starts if scenario else None
        clock = RunClock(beginning(moment, self._real.calendar(), before=today), self._ticks)
        opened = self._open(folder, PracticeCentre, clock, stack)
        centre = opened.edge.centre
        stage = Stage(about.run, centre, opened.edge.files, clock, opened.edge.timers.wake)
        if scenario is not None:
            furnish(centre, self._real, run=about.run, scenario=scenario, today=local_day(clock()))
            begun = BeginPractice(scenario=scenario, version=about.version, trainee=about.trainee)
            begin = Call(id=uuid5(about.run, "begin"), lane=PRACTICE_STREAM, command=begun, by=CENTRE_ACTOR)
            centre.at_once(begin)
            stage.go_on()
        else:
            _take_up(clock, centre)
            stage.keep_on()
        centre.then = stage.keep_on
        return opened, clock, stage

    # Ending

    async def settle(self, room: Room) -> None:
        """Where the run has ended and the real centre does not know it yet, tell it; once."""
        score = await asyncio.to_thread(room.score)
        if not score.ended or room.about.ended:
            return
        about = replace(
            room.about,
            ended=True,
            given_up=score.given_up,
            passed=score.passed,
            points=score.points,
            of=score.of,
        )
        if not await asyncio.to_thread(self._report, about, score):
            return  # it is told when somebody is in the room again
        room.about = about
        await asyncio.to_thread(self._write, about)

    async def give_up(self, room: Room) -> None:
        """End the run before its last step."""
        call = Call(
            id=uuid5(room.about.run, "give up"),
            lane=PRACTICE_STREAM,
            command=EndPractice(given_up=True),
            by=CENTRE_ACTOR,
        )
        await asyncio.wrap_future(room.centre.submit(call))
        await self.settle(room)

    def _report(self, about: About, score: Score) -> bool:
        """Whether the real centre has taken it in, or refused it for good."""
        right = tuple(one.step for one in score.steps if one.done and not one.mistakes)
        finished = FinishPractice(
            trainee=about.trainee,
            scenario=about.scenario,
            version=about.version,
            points=score.points,
            of=score.of,
            pass_points=score.pass_points,
            passed=score.passed,
            begun_at=about.begun_at,
            given_up=score.given_up,
            right=right,
        )
        answers = [self._real.by_itself(finished, lane=uuid5(about.run, "run"), id=uuid5(about.run, "finished"))]
        if score.passed:
            passed = PassScenario(
                person=about.trainee,
                scenario=about.scenario,
                version=about.version,
                points=score.points,
                of=score.of,
            )
            lane = candidate_stream(about.trainee)
            answers.append(self._real.by_itself(passed, lane=lane, id=uuid5(about.run, "passed")))
        return all(answer.verdict != "retry" for answer in answers)

    # Keeping order

    async def keep_order(self) -> None:
        """Close what is idle and dispose of what is old, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._close_idle()
            await self.dispose_of_old()

    async def dispose_of_old(self) -> None:
        """Throw away every sandbox in which nobody has been for long."""
        limit = self._clock() - KEEP
        for about in await asyncio.to_thread(self.all):
            if about.run not in self._rooms and about.used_at < limit:
                await self._dispose(about.run)

    async def close(self) -> None:
        """Close every sandbox."""
        for run in [*self._rooms]:
            await self._shut(run)

    async def _make_room_for(self, trainee: UUID) -> None:
        everything = await asyncio.to_thread(self.all)
        mine = [one for one in everything if one.trainee == trainee]
        for about in mine[FOR_ONE_PERSON - 1 :]:
            await self._dispose(about.run)
        if len(everything) >= ALTOGETHER and len(mine) < FOR_ONE_PERSON:
            raise Problem(429, "practice-full")

    async def _close_idle(self, *, at_least_one: bool = False) -> None:
        limit = self._clock() - IDLE
        by_age = sorted(self._rooms.values(), key=lambda room: room.about.used_at)
        idle = [room for room in by_age if room.about.used_at < limit and not len(room.edge.presence)]
        if at_least_one and not idle:
            idle = [room for room in by_age if not len(room.edge.presence)][:1]
        for room in idle:
            await self._shut(room.about.run)

    async def _shut(self, run: UUID) -> None:
        room = self._rooms.pop(run, None)
        if room is None:
            return
        left = self._leaving[run] = asyncio.Event()
        try:
            await self._leave(room)
        finally:
            del self._leaving[run]
            left.set()

    async def _leave(self, room: Room) -> None:
        try:
            await self.settle(room)
            await asyncio.to_thread(self._write, room.about)
        finally:
            await room.close()

    async def _dispose(self, run: UUID) -> None:
        await self._shut(run)
        await asyncio.to_thread(shutil.rmtree, self._folder / str(run), True)

    def _write(self, about: About) -> None:
        folder = self._folder / str(about.run)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = folder / f".{ABOUT}"
        beside.write_bytes(msgspec.json.encode(about))
        beside.replace(folder / ABOUT)


def _read_about(folder: Path) -> About | None:
    try:
        return msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None


def _take_up(clock: RunClock, centre: Centre) -> None:
    """A clock that was stopped goes on from the last fact."""
    _, rows = centre.event_log.rows_after(centre.head() - 1, 1)
    for row in rows:
        last = centre.facts.envelope(*row[1:]).meta.recorded_at
        clock.leap(last - clock())
