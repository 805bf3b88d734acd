"""The WebSocket adapter of the sync protocol: carries frames between Starlette and `sync.session`, decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from store.answers import Answer
from sync import frames as fr
from sync import outputs as out
from sync.session import GRACE_MS
from web.eager import Begun, begun
from web.edge import Edge, edge_of
from web.exchange import Exchange
from web.terms import retry_ms

HELLO_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
SILENCE_SECONDS = 60.0
GRACE_SECONDS = GRACE_MS / 1000
FAREWELL_SECONDS = 2.0
"""How long a device that is sent away is given to take what it was sent."""
MOST_QUEUED_FRAMES = 256
MOST_QUEUED_BYTES = 1_048_576
MOST_FRAMES_A_SECOND = 200
MOST_QUESTIONS = 4
"""Of `ask` that may wait for their answer."""


def routes() -> list[BaseRoute]:
    """The socket's address."""
    return [WebSocketRoute("/sync", endpoint)]


async def endpoint(socket: WebSocket) -> None:
    """Serve one device until it leaves."""
    if fr.SUBPROTOCOL not in socket.scope.get("subprotocols", []):
        await socket.close(fr.CloseCode.MALFORMED)
        return
    await socket.accept(fr.SUBPROTOCOL)
    await Connection(socket, edge_of(socket)).serve()


class Bell:
    """Wakes the one task that waits for it; an `asyncio.Event` would keep a queue of waiters for every connection."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: asyncio.Future[None] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for it to ring."""
        return self._waiting is not None and not self._waiting.done()

    async def wait(self) -> None:
        """Wait until it rings."""
        self._waiting = asyncio.get_running_loop().create_future()
        await self._waiting

    def ring(self) -> None:
        """Wake whoever waits now."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Outbox:
    """Frames on their way to one device, bounded; a slow device is told to pull instead."""

    def __init__(self) -> None:
        """Start empty."""
        self._frames: deque[str | bytes | Begun] = deque()
        self._bytes = 0
        self._filled = Bell()
        self._has_room = Bell()
        self._abandoned = False

    def put(self, data: str | bytes) -> None:
        """Queue a frame."""
        self._frames.append(data)
        self._bytes += len(data)
        self._filled.ring()

    def put_rest(self, sending: Begun) -> None:
        """Queue what is left of sending a frame."""
        self._frames.append(sending)
        self._filled.ring()

    @property
    def is_idle(self) -> bool:
        """Whether whoever sends has sent everything and waits for more."""
        return not self._frames and self._filled.is_awaited

    @property
    def is_full(self) -> bool:
        """Whether live changes must be left out."""
        return len(self._frames) >= MOST_QUEUED_FRAMES or self._bytes >= MOST_QUEUED_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether everything has been handed to the socket."""
        return not self._frames

    async def take(self) -> str | bytes | Begun:
        """The next frame, or what is left of sending one."""
        while not self._frames:
            await self._filled.wait()
        data = self._frames.popleft()
        self._bytes -= 0 if isinstance(data, Begun) else len(data)
        if not self.is_full:
            self._has_room.ring()
        return data

    async def room(self) -> None:
        """Wait until the device has taken enough of what it was sent to be heard again."""
        while self.is_full and not self._abandoned:
            await self._has_room.wait()

    def abandon(self) -> None:
        """Nothing more will be taken: whoever waits for room is let go."""
        self._abandoned = True
        self._has_room.ring()


class Connection(Exchange):
    """One open socket."""

    def __init__(self, socket: WebSocket, edge: Edge) -> None:
        """Wrap an accepted socket."""
        super().__init__(edge)
        self._socket = socket
        self._out = Outbox()
        self._heard = time.monotonic()
        self._second, self._frames = 0, 0
        self._judging = asyncio.Semaphore(fr.Limits().inflight)
        self._asking = asyncio.Semaphore(MOST_QUESTIONS)
        self._close: out.Close | None = None
        self._patience: asyncio.Timeout | None = None

    async def serve(self) -> None:
        """Carry frames both ways until the device leaves or is sent away."""
        side = [asyncio.create_task(work()) for work in (self._pump, self._heartbeat)]
        try:
            await self._read()
        finally:
            self.left()
            self._out.abandon()
            for task in (*side, *self.tasks):
                task.cancel()
            await asyncio.gather(*side, *self.tasks, return_exceptions=True)
            await self._finish()
            self._record()

    def _record(self) -> None:
        """One line of the service's log: which person and device, and what came of their commands."""
        actor = self.session.actor
        self.edge.journal.write(
            "connection",
            person=actor.id if actor else None,
            device=self.session.device,
            close=self._close.code if self._close else None,
            verdicts=dict(self.verdicts),
        )

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS) as self._patience:
                await self._hear_all(self._patience)
        except TimeoutError:
            self._patience = None
            self.end(fr.CloseCode.AUTH)
        finally:
            self._patience = None

    async def _hear_all(self, patience: asyncio.Timeout) -> None:
        while self._close is None:
            await self._out.room()
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await self._hear(message.get("text"), message.get("bytes"))
            if self.session.actor is not None and self._close is None:
                patience.reschedule(None)

    async def _hear(self, text: str | None, data: bytes | None) -> None:
        self._heard = time.monotonic()
        if self._floods():
            self.end(fr.CloseCode.SLOW_DOWN)
            return
        if not self.session.is_held and self.is_late():
            self._expire()
        await self.carry_out(self.session.receive(text if text is not None else data or b""))

    def _floods(self) -> bool:
        """Whether the device sends more frames a second than any honest one."""
        second = int(self._heard)
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        return self._frames > MOST_FRAMES_A_SECOND

    # As an exchange

    def put(self, data: str | bytes) -> None:
        """Send a frame at once where nothing is before it, else queue it.

        To wake the task that sends for each of two hundred devices takes as long as the sending.
        """
        if not self._out.is_idle:
            self._out.put(data)
            return
        try:
            sending = begun(self._send(data))
        except (RuntimeError, WebSocketDisconnect):
            self._out.put(data)  # whoever sends meets the same
        else:
            if sending is not None:
                self._out.put_rest(sending)

    def end(self, code: int, reason: str = "") -> None:
        """Close once what was put has been sent; the first reason counts."""
        if self._close is None:
            self._close = out.Close(code, reason)
            if self._patience is not None:  # whoever waits for the device's next frame waits no more
                self._patience.reschedule(asyncio.get_running_loop().time())

    @property
    def is_full(self) -> bool:
        """Whether live changes must be left out."""
        return self._out.is_full

    async def judge(self, judge: out.Judge) -> None:
        """Submit in order of arrival, and wait for the answers aside."""
        await self._judging.acquire()
        self.spawn(self._answer(judge, self.submit(judge)))

    async def _answer(self, judge: out.Judge, waiting: asyncio.Future[list[Answer]]) -> None:
        try:
            await asyncio.wait({waiting})
        finally:
            self._judging.release()
        await self.answer(judge, waiting)

    async def recall(self, recall: out.Recall) -> None:
        """Look receipts up aside."""
        await self._asking.acquire()
        self.spawn(self._recall(recall))

    async def _recall(self, recall: out.Recall) -> None:
        try:
            await super().recall(recall)
        finally:
            self._asking.release()

    # Beside reading

    async def _pump(self) -> None:
        try:
            while True:
                await self._send(await self._out.take())  # under no name: an idle connection must not keep a frame
        finally:
            self._out.abandon()

    async def _send(self, data: str | bytes | Begun) -> None:
        if isinstance(data, Begun):
            await data
            return
        await (self._socket.send_text(data) if isinstance(data, str) else self._socket.send_bytes(data))

    async def _heartbeat(self) -> None:
        """Show the device now and then that the server is there, until the server stops."""
        while not self.edge.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self.edge.stopping.wait()
                    break
            try:
                await self._beat()
            except Exception as error:
                # A connection whose sign-in cannot be watched must not go on; the device comes back by itself.
                self.edge.journal.fault(error, part="heartbeat")
                break
        self.offer(self.session.restarting(retry_ms(self.edge)))
        self.end(fr.CloseCode.RESTARTING, str(retry_ms(self.edge)))

    async def _beat(self) -> None:
        if time.monotonic() - self._heard > SILENCE_SECONDS:
            self.end(fr.CloseCode.SLOW_DOWN)
            return
        if not self.session.is_held and self.is_late():
            self._expire()
        await self.look_again()
        self.heard()
        self.offer(self.session.ping() if self._close is None else [])

    def _expire(self) -> None:
        """The sign-in's time is over: it may be renewed for a while."""
        self.offer(self.session.expired())
        self.spawn(self._end_after_grace())

    async def _end_after_grace(self) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        if self.session.is_held:
            self.offer(self.session.signed_out("expired"))

    async def _finish(self) -> None:
        """Send what is left and close with the session's code, if the device is still there and takes it."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while not self._out.is_empty:
                    await self._send(await self._out.take())
                if self._close is not None:
                    await self._socket.close(self._close.code, self._close.reason)
