"""The Python client of the sync protocol: `sync.device` over the `websockets` library, everything kept in memory.

Rows and unanswered intents outlive any number of connections, not the process.
"""

from __future__ import annotations

import asyncio
import random
from asyncio import Future, TimerHandle
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
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
from sync.device import DeviceCore, Patience
from sync.device import events as ev
from sync.device.events import Phase as State
from sync.outbox import Outbox, uuid7
from sync.replica import Replica
from sync.signing import SecretKey
from sync.wire import read

__all__ = ["Client", "SignInNeeded", "State", "Timings"]

APP = "python-client"
CLOSE_SECONDS = 1.0
BROKEN_OFF = 1006
"""What RFC 6455 section 7.1.5 calls an end without a close frame."""

_encoder = msgspec.json.Encoder()


class SignInNeeded(Exception):
    """Nobody is signed in, so there is no ticket; raised by whoever gets tickets."""


class Timings(Struct, frozen=True):
    """How long the client is patient, in seconds.

    Attributes:
        dial: until the connection is open.
        silence: after which a connection on which nothing was heard is given up.
        steady: of being live, after which earlier failures are forgotten.
        back_off: factor for the times between dials.
    """

    dial: float = 30.0
    silence: float = 45.0
    steady: float = 60.0
    back_off: float = 1.0

    @property
    def patience(self) -> Patience:
        """The same as the core counts it."""
        return Patience(
            dial=self.dial * 1000,
            silence=self.silence * 1000,
            steady=self.steady * 1000,
            back_off=self.back_off,
        )


class Client:
    """One device of one person.

    `async with Client(...) as client` dials, pulls, pushes and redials until the block ends.

    Attributes:
        replica: rows received.
        outbox: intents without a final verdict.
        welcomes: how often the server has greeted this device.
        tree: what the log has become, as far as this device has seen; None before it was told.
        upgrade: the newer app that the service asks for, None if it asks for none.
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
        tree: ev.Tree | None = None,
        key: SecretKey | None = None,
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
            tree: what the log had become when this device saw it last.
            key: with which the device signs intents; its owner registers the public half (`POST /api/devices/ID/key`).
        """
        self.replica = Replica()
        self.outbox = Outbox()
        self.welcomes = 0
        self.tree = tree
        self.upgrade: ev.UpgradeAsked | None = None
        self._url = url
        self._ticket = ticket
        self._person = person
        self._clock = clock
        self._chance = chance
        self._key = key
        self._origin = origin
        stand = ev.Stand(origin=None if tree is None else tree.origin, tree=tree)
        seed = ev.Seed(app=APP, device=device, feat=feat, stand=stand)
        self._core = DeviceCore(seed, chance.random, (timings or Timings()).patience)
        self._events: deque[ev.AnyEvent] = deque()
        self._feeding = False
        self._verdicts: dict[UUID, fr.Verdict] = {}
        self._answers: dict[UUID, Future[fr.Verdict]] = {}
        self._watching: set[Future[None]] = set()
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._link: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: TimerHandle | None = None
        self._fault: Exception | None = None

    @property
    def state(self) -> State:
        """Of the connection."""
        return self._core.phase

    async def __aenter__(self) -> Self:
        """Begin to dial."""
        self._feed(ev.Start())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up; what is in the outbox stays there."""
        self._feed(ev.Stop())
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

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
        entry = self.outbox.add(
            type, args, id=id, lane=lane, by=self._person, at=at, files=files, needs=needs, base=base, key=self._key
        )
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        self._feed(ev.Submitted((entry.pending,)))
        return id, answer

    def kick(self) -> None:
        """Something suggests that now is a good moment: dial at once, and offer again what was put off."""
        self._feed(ev.Kick())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()` is true; asked after every frame and every change of state.

        Raises:
            MsgspecError: the server has sent a frame of a known kind in another shape, and the client has stopped.
        """
        while not holds():
            if self._fault is not None:
                raise self._fault
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

    # Events in, actions out

    def _feed(self, event: ev.AnyEvent) -> None:
        """Take an event, and what follows from carrying out what it asks for."""
        self._events.append(event)
        if self._feeding:
            return
        self._feeding = True
        try:
            now = asyncio.get_running_loop().time() * 1000
            while self._events:
                for action in self._core.handle(self._events.popleft(), now):
                    self._carry_out(action)
        finally:
            self._feeding = False
        for watch in self._watching:
            if not watch.done():
                watch.set_result(None)

    def _carry_out(self, action: ev.AnyAction) -> None:
        match action:
            case ev.SendFrame(frame=frame):
                self._outgoing.put_nowait(self._encoded(frame))
            case ev.CommitRows(commit):
                self.replica.commit(commit)
                self._feed(ev.Committed(commit.n, self.replica.digest))
            case ev.JudgeIntents(changes):
                for change in changes:
                    self._judged(change)
            case ev.Forget(ids):
                self.replica.forget(ids)
            case ev.Wake(at):
                self._set_alarm(at)
            case ev.Dial(link):
                self._outgoing = asyncio.Queue()
                self._link = self._spawn(partial(self._connection, link))
            case ev.CloseLink():
                if self._link is not None:
                    self._link.cancel()
            case ev.Renew(link):
                self._spawn(partial(self._renew, link))
            case ev.Reoffer():
                self._feed(ev.Kept(()))
            case ev.RememberTree(tree):
                self.tree = tree
            case ev.EnterPhase(upgrade=upgrade):
                self.upgrade = upgrade
            case ev.Sent() | ev.Settle() | ev.FollowLog() | ev.Lease() | ev.Blocked():
                pass

    def _read(self, data: str | bytes) -> fr.AnyServerFrame | None:
        return read(data)

    def _encoded(self, frame: fr.AnyClientFrame) -> bytes:
        if isinstance(frame, fr.Hello):
            frame = msgspec.structs.replace(frame, wall=self._clock().astimezone(UTC))
        return _encoder.encode(frame)

    def _judged(self, change: ev.Judgement) -> None:
        if not self.outbox.judged(change):
            return
        answer = self._answers.pop(change.id)
        if not answer.done():
            answer.set_result(self._verdicts.get(change.id) or _verdict(change))

    def _set_alarm(self, at: float | None) -> None:
        """An alarm that rings early does no harm, so that a later one need not take its place."""
        if at is None or (self._alarm is not None and self._alarm.when() * 1000 <= at):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(at / 1000, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._feed(ev.Tick())

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(self._watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watched(self, work: Callable[[], Awaitable[None]]) -> None:
        """Let a defect come out where somebody waits."""
        try:
            await work()
        except Exception as fault:
            self._fault = fault
            self._feed(ev.Stop())

    # Connections

    async def _connection(self, link: int) -> None:
        """One connection from dialling to its end."""
        code, reason = BROKEN_OFF, ""
        try:
            ticket = await self._ticket()
            async with await self._dial() as socket:
                self._feed(ev.Opened(link, ticket))
                await self._serve(socket, link)
        except SignInNeeded:
            self._feed(ev.TicketRefused(link))
            return
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                code, reason = closed.rcvd.code, closed.rcvd.reason
        except (OSError, TimeoutError, InvalidHandshake):
            pass
        self._feed(ev.Closed(link, code, reason))

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

    async def _serve(self, socket: ClientConnection, link: int) -> None:
        """Carry frames until the connection ends, which is always by an exception."""
        writing = asyncio.create_task(_write(socket, self._outgoing))
        try:
            while True:
                frame = self._read(await socket.recv())
                if frame is not None:
                    self._heard(link, frame)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    def _heard(self, link: int, frame: fr.AnyServerFrame) -> None:
        self.welcomes += isinstance(frame, fr.Welcome)
        if isinstance(frame, fr.Ack):
            self._verdicts = {verdict.id: verdict for verdict in frame.r}
        self._feed(ev.FrameCame(link, frame))

    async def _renew(self, link: int) -> None:
        try:
            self._feed(ev.Ticket(link, await self._ticket()))
        except SignInNeeded:
            self._feed(ev.TicketRefused(link))
        except OSError:
            pass  # the server closes the connection when the time of grace is over


async def _write(socket: ClientConnection, outgoing: asyncio.Queue[bytes]) -> None:
    with suppress(ConnectionClosed):
        while True:
            await socket.send(await outgoing.get(), text=True)


def _verdict(change: ev.Judgement) -> fr.Verdict:
    """What the device itself has judged, in the form of the server's answers."""
    return msgspec.convert(
        {"id": change.id, "verdict": change.state, "code": change.code, "params": change.params}, fr.Verdict
    )
