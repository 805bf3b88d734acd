"""The Python client of the sync protocol: one device of one person, everything kept in memory.

Rows and unanswered intents outlive any number of connections, not the process.
"""

from __future__ import annotations

import asyncio
import random
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from uuid import UUID

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from domain.case.commands import Command, FileRef
from sync import frames as fr
from sync.line import Line, SignInNeeded, State
from sync.outbox import Outbox, full_jitter, uuid7
from sync.replica import Replica

__all__ = ["Client", "SignInNeeded", "State", "Timings"]

APP = "python-client"
LONGEST_RESTART_SECONDS = 60.0
CLOSE_SECONDS = 1.0

_encoder = msgspec.json.Encoder()
_HOLDS = frozenset({State.AUTH_HELD, State.UPGRADE_HELD})


class Timings(Struct, frozen=True):
    """How long the client is patient, in seconds.

    Attributes:
        dial: until the connection is open.
        silence: after which a connection on which nothing was heard is given up.
        steady: of being connected, after which earlier failures are forgotten.
        back_off: factor for the times between dials.
    """

    dial: float = 30.0
    silence: float = 45.0
    steady: float = 60.0
    back_off: float = 1.0


class Client:
    """One device of one person.

    `async with Client(...) as client` dials, pulls, pushes and redials until the block ends.

    Attributes:
        replica: rows received.
        outbox: intents without a final verdict.
        state: of the connection.
        welcomes: how often the server has greeted this device.
    """

    def __init__(
        self,
        url: str,
        *,
        ticket: Callable[[], Awaitable[str]],
        person: UUID,
        device: UUID,
        clock: Callable[[], datetime],
        chance: random.Random,
        origin: str | None = None,
        feat: tuple[str, ...] = ("zlib",),
        timings: Timings | None = None,
    ) -> None:
        """Prepare to dial.

        Args:
            url: of the socket, `ws://HOST/sync`.
            ticket: gets a one-use ticket; raises `SignInNeeded` when nobody is signed in and `OSError` when the service
                cannot be reached.
            person: who is signed in.
            device: id of this device.
            clock: the device's clock, with a time zone.
            chance: for ids and for spreading retries.
            origin: as a browser would send it.
            feat: `zlib` if pages may be compressed.
            timings: for impatient callers.
        """
        self.replica = Replica()
        self.outbox = Outbox(chance)
        self.state = State.OFF
        self.welcomes = 0
        self._url = url
        self._ticket = ticket
        self._person = person
        self._device = device
        self._clock = clock
        self._chance = chance
        self._origin = origin
        self._feat = feat
        self._timings = timings or Timings()
        self._answers: dict[UUID, Future[fr.Verdict]] = {}
        self._failures = 0
        self._line: Line | None = None
        self._kicked = asyncio.Event()
        self._watching: set[Future[None]] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to dial."""
        self._task = asyncio.create_task(self.run())
        self._task.add_done_callback(lambda _: self.moved())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up; what is in the outbox stays there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    # What its owner asks for

    def submit(
        self,
        command: Command,
        *,
        lane: UUID,
        files: tuple[FileRef, ...] = (),
        needs: tuple[UUID, ...] = (),
        base: int | None = None,
    ) -> tuple[UUID, Future[fr.Verdict]]:
        """Queue a command; see `submit_as`."""
        args = _encoder.encode(command)
        return self.submit_as(command.type, args, lane=lane, files=files, needs=needs, base=base)

    def submit_as(
        self,
        type: str,
        args: bytes,
        *,
        lane: UUID,
        files: tuple[FileRef, ...] = (),
        needs: tuple[UUID, ...] = (),
        base: int | None = None,
    ) -> tuple[UUID, Future[fr.Verdict]]:
        """Queue an intent.

        Args:
            type: command and version.
            args: its fields as JSON.
            lane: the case it concerns.
            files: files that it names.
            needs: intents that must have been applied.
            base: position of the last change of the case that was seen.

        Returns:
            The intent's id, and a future of its final verdict.

        Raises:
            IntentTooLarge: no frame could carry it.
        """
        at = self._clock()
        id = uuid7(int(at.timestamp() * 1000), self._chance)
        self.outbox.add(type, args, id=id, lane=lane, by=self._person, at=at, files=files, needs=needs, base=base)
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        self._stir()
        return id, answer

    def kick(self) -> None:
        """Something suggests that now is a good moment: dial at once, and offer again what was put off."""
        self.outbox.hurry()
        self._kicked.set()
        self._stir()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()` is true; asked after every frame and every change of state.

        Raises:
            MsgspecError: the server has sent a frame of a known kind in another shape, and the client has stopped.
        """
        while not holds():
            if self._task is not None and self._task.done():
                self._task.result()
            watch: Future[None] = asyncio.get_running_loop().create_future()
            self._watching.add(watch)
            try:
                await watch
            finally:
                self._watching.discard(watch)

    async def live(self) -> None:
        """Wait until everything that the server had has arrived."""
        await self.until(lambda: self.state is State.LIVE)

    async def shows(self, position: int) -> None:
        """Wait until everything up to `position` has arrived."""
        await self.until(lambda: self.replica.checkpoint >= position)

    # What happens on the line

    def entered(self, state: State) -> None:
        """The connection stands elsewhere now."""
        self.welcomes += state is State.WARMING
        self.state = state
        self.moved()

    def judged(self, verdicts: Sequence[fr.Verdict]) -> None:
        """These intents have their final verdicts."""
        for verdict in verdicts:
            answer = self._answers.pop(verdict.id)
            if not answer.done():
                answer.set_result(verdict)

    def moved(self) -> None:
        """Something may hold now that did not before."""
        for watch in self._watching:
            if not watch.done():
                watch.set_result(None)

    # Connections

    async def run(self) -> None:
        """Dial, serve and redial until cancelled."""
        try:
            while True:
                wait = await self._connection()
                if self.state not in _HOLDS:
                    self.entered(State.BACKOFF)
                await self._pause(None if self.state in _HOLDS else wait)
        finally:
            self.entered(State.OFF)

    async def _pause(self, seconds: float | None) -> None:
        """Wait for the time, or for a kick; for a kick alone if there is no time."""
        self._kicked.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._kicked.wait()

    async def _connection(self) -> float:
        """One connection from dialling to its end; returns seconds until the next."""
        self.entered(State.DIAL)
        began = asyncio.get_running_loop().time()
        told: float | None = None
        try:
            async with asyncio.timeout(self._timings.dial):
                ticket = await self._ticket()
                socket = await self._dial()
            await self._serve(socket, ticket)
        except SignInNeeded:
            self.entered(State.AUTH_HELD)
        except ConnectionClosed as closed:
            told = _restart_seconds(closed)
        except (OSError, TimeoutError, InvalidHandshake):
            pass
        return self._after_failure(began) if told is None else told

    async def _dial(self) -> ClientConnection:
        return await connect(
            self._url,
            subprotocols=[Subprotocol(fr.SUBPROTOCOL)],
            origin=None if self._origin is None else Origin(self._origin),
            compression=None,
            ping_interval=None,
            close_timeout=CLOSE_SECONDS,
            max_size=fr.MAX_SERVER_FRAME_BYTES,
            proxy=None,
        )

    async def _serve(self, socket: ClientConnection, ticket: str) -> None:
        self.entered(State.HELLO)
        self._line = Line(
            socket,
            replica=self.replica,
            outbox=self.outbox,
            owner=self,
            ticket=self._ticket,
            silence=self._timings.silence,
        )
        try:
            await self._line.serve(self._hello(ticket))
        finally:
            self._line = None

    def _hello(self, ticket: str) -> fr.Hello:
        return fr.Hello(
            v=(1, 1),
            app=APP,
            device=self._device,
            ticket=ticket,
            cursor=self.replica.cursor,
            outbox=self.outbox.owed,
            wall=self._clock().astimezone(UTC),
            feat=self._feat,
        )

    def _after_failure(self, began: float) -> float:
        if asyncio.get_running_loop().time() - began > self._timings.steady:
            self._failures = 0
        wait = full_jitter(self._failures, self._chance) * self._timings.back_off
        self._failures += 1
        return wait

    def _stir(self) -> None:
        if self._line is not None:
            self._line.stir()


def _restart_seconds(closed: ConnectionClosed) -> float | None:
    """What a restarting server asks devices to wait, None for any other end."""
    said = closed.rcvd
    if said is None or said.code != fr.CloseCode.RESTARTING or not said.reason.isdecimal():
        return None
    return min(int(said.reason) / 1000, LONGEST_RESTART_SECONDS)
