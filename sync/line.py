"""One open connection of a device: greeting, pulling with credit, pushing, and what the server says in between.

The other half of `sync.session`, over the `websockets` library. It keeps nothing that outlives the connection.
"""

from __future__ import annotations

import asyncio
import zlib
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from sync import frames as fr
from sync.outbox import Outbox
from sync.replica import Replica

CREDIT = 2
SEEN_SECONDS = 60.0
LARGEST_PAGE_BYTES = 64 * fr.MAX_SERVER_FRAME_BYTES
"""A page that unpacks to more is none."""

_decoder = msgspec.json.Decoder(fr.AnyServerFrame)
_encoder = msgspec.json.Encoder()
_TAGS = frozenset(kind.__struct_config__.tag for kind in fr.ServerFrame.__subclasses__())


class SignInNeeded(Exception):
    """Nobody is signed in, so there is no ticket; raised by whoever gets tickets."""


class State(StrEnum):
    """Where a device's connection stands (protocol section 4)."""

    OFF = "off"
    DIAL = "dial"
    HELLO = "hello"
    BOOT = "boot"
    CATCHUP = "catchup"
    LIVE = "live"
    WARMING = "warming"
    BACKOFF = "backoff"
    AUTH_HELD = "auth-held"
    UPGRADE_HELD = "upgrade-held"


_GREETED = frozenset({State.WARMING, State.BOOT, State.CATCHUP, State.LIVE})


class Owner(Protocol):
    """Who hears what happens on a line."""

    def entered(self, state: State) -> None:
        """The connection stands elsewhere now."""
        ...

    def judged(self, verdicts: Sequence[fr.Verdict]) -> None:
        """These intents have their final verdicts."""
        ...

    def moved(self) -> None:
        """A frame has been taken."""
        ...


class Line:
    """A connection that is open."""

    def __init__(
        self,
        socket: ClientConnection,
        *,
        replica: Replica,
        outbox: Outbox,
        owner: Owner,
        ticket: Callable[[], Awaitable[str]],
        silence: float,
    ) -> None:
        """Take over an open socket.

        Args:
            socket: nothing has been sent on it yet.
            replica: receives rows.
            outbox: gives intents.
            owner: hears what happens.
            ticket: gets a ticket when the server asks for a renewed sign-in.
            silence: seconds without a frame after which the line is dead.
        """
        self._socket = socket
        self._replica = replica
        self._outbox = outbox
        self._owner = owner
        self._ticket = ticket
        self._silence = silence
        self._limits = fr.Limits()
        self._state = State.HELLO
        self._pulling = False
        self._pull_due: float | None = None
        self._seen_due: float | None = None
        self._stirred = asyncio.Event()

    def stir(self) -> None:
        """Something may be pushed now."""
        self._stirred.set()

    async def serve(self, hello: fr.Hello) -> None:
        """Greet the server and carry frames until the connection ends, which is always by an exception.

        Raises:
            ConnectionClosed: by the server, or the network.
            TimeoutError: the server was silent for too long.
            SignInNeeded: the sign-in has ended.
            MsgspecError: a frame of a known kind has another shape.
        """
        await self._send(hello)
        work = asyncio.create_task(self._work())
        work.add_done_callback(lambda _: self._socket.transport.abort())
        try:
            while True:
                async with asyncio.timeout(self._silence):
                    data = await self._socket.recv()
                await self._received(data)
                self._owner.moved()
        finally:
            self._outbox.disconnected()
            await self._socket.close()
            work.cancel()
            await self._outcome(work)

    async def _outcome(self, work: asyncio.Task[None]) -> None:
        """Let a defect come out; that the connection has ended is known."""
        (outcome,) = await asyncio.gather(work, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed):
            raise outcome

    async def _work(self) -> None:
        """Do what is due, whenever something may be."""
        while True:
            self._stirred.clear()
            await self._push()
            now = get_running_loop().time()
            if self._pull_due is not None and self._pull_due <= now:
                await self._pull()
            if self._seen_due is not None and self._seen_due <= now:
                await self._tell_what_is_held()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._due(now)):
                    await self._stirred.wait()

    def _due(self, now: float) -> float | None:
        instants = (self._outbox.wake_at(now), self._pull_due, self._seen_due)
        return min((at for at in instants if at is not None), default=None)

    async def _push(self) -> None:
        while self._state in _GREETED:
            frame = self._outbox.next_push(self._limits, get_running_loop().time())
            if frame is None:
                return
            await self._socket.send(frame, text=True)

    # Frames

    async def _received(self, data: str | bytes) -> None:
        frame = read(data)
        match frame:
            case fr.Ack():
                self._acknowledged(frame)
            case fr.Delta():
                if not self._replica.delta(frame):
                    await self._pull()
            case fr.PageFrame():
                await self._paged(frame)
            case fr.ServerPing():
                await self._send(fr.Pong())
            case fr.Welcome():
                await self._welcomed(frame)
            case fr.Behind():
                await self._pull()
            case _:
                await self._told(frame)

    async def _told(self, frame: fr.AnyServerFrame | None) -> None:
        match frame:
            case fr.Reset():
                self._replica.start_over()
                await self._pull(again=True)
            case fr.Wait():
                self._pulling = False
                self._pull_due = get_running_loop().time() + frame.retry_ms / 1000
                self.stir()
            case fr.Revoke():
                await self._revoked(frame)
            case fr.AuthRequired():
                await self._send(fr.Auth(ticket=await self._ticket()))
            case fr.Upgrade(hard=True):
                self._enter(State.UPGRADE_HELD)
            case _:
                pass

    async def _welcomed(self, welcome: fr.Welcome) -> None:
        self._limits = welcome.limits
        self._replica.welcomed(welcome.epoch)
        self._enter(State.WARMING)
        self.stir()
        await self._pull()

    async def _pull(self, *, again: bool = False) -> None:
        """Ask for rows after the cursor, unless that is under way; `again` in spite of it."""
        self._pull_due = None
        if self._pulling and not again:
            return
        self._pulling = True
        self._enter(State.BOOT if self._replica.is_booting else State.CATCHUP)
        await self._send(fr.Pull(cursor=self._replica.cursor, credit=CREDIT))

    async def _paged(self, page: fr.PageFrame) -> None:
        if not self._pulling:
            return
        self._replica.page(page)
        if page.more:
            await self._send(fr.Credit(n=1))
            return
        self._pulling = False
        self._enter(State.LIVE)
        await self._tell_what_is_held()

    async def _tell_what_is_held(self) -> None:
        self._seen_due = get_running_loop().time() + SEEN_SECONDS
        self.stir()
        if self._replica.cursor is not None:
            await self._send(fr.Seen(cursor=self._replica.cursor, outbox=self._outbox.owed))

    def _acknowledged(self, ack: fr.Ack) -> None:
        self._owner.judged(self._outbox.judged(ack.b, ack.r, get_running_loop().time()))
        if any(verdict.verdict == "auth" for verdict in ack.r):
            raise SignInNeeded
        self.stir()

    async def _revoked(self, revoke: fr.Revoke) -> None:
        if revoke.cases:
            self._replica.forget(revoke.cases)
            return
        self._replica.wipe()
        await self._pull(again=True)

    async def _send(self, frame: fr.AnyClientFrame) -> None:
        await self._socket.send(_encoder.encode(frame), text=True)

    def _enter(self, state: State) -> None:
        self._state = state
        self._owner.entered(state)


class _Tagged(Struct):
    t: str


def read(data: str | bytes) -> fr.AnyServerFrame | None:
    """The frame in a message; None for one that only a newer server sends.

    Raises:
        MsgspecError: a frame of a known kind has another shape.
    """
    text = data if isinstance(data, str) else zlib.decompressobj().decompress(data, LARGEST_PAGE_BYTES)
    try:
        frame: fr.AnyServerFrame = _decoder.decode(text)
    except msgspec.ValidationError:
        if msgspec.json.decode(text, type=_Tagged).t in _TAGS:
            raise
        return None
    return frame
