"""The WebSocket adapter of the sync protocol: carries frames between Starlette and `sync.session`, decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Coroutine, Iterable

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.decisions import Call
from domain.identity.identity import Session as SignIn
from projections.database import SHAPE, Change
from projections.runner import Batch
from store.writer import Answer
from sync import frames as fr
from sync import session as sync
from sync.cursors import Signer
from sync.intents import verdict_of
from web.edge import Edge, edge_of

HELLO_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
SILENCE_SECONDS = 60.0
MOST_QUEUED_FRAMES = 256
MOST_QUEUED_BYTES = 1_048_576
MOST_FRAMES_A_SECOND = 200
RESTART_SPREAD_MS = 3_000


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


def epoch_of(edge: Edge) -> str:
    """Shape of the rows and origin of the log."""
    return f"{SHAPE}-{edge.centre.origin[:8]}"


class Bell:
    """Wakes the one task that waits for it; an `asyncio.Event` would keep a queue of waiters for every connection."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: asyncio.Future[None] | None = None

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
        self._frames: deque[str | bytes] = deque()
        self._bytes = 0
        self._filled = Bell()
        self._has_room = Bell()
        self._abandoned = False

    def put(self, data: str | bytes) -> None:
        """Queue a frame."""
        self._frames.append(data)
        self._bytes += len(data)
        self._filled.ring()

    @property
    def is_full(self) -> bool:
        """Whether live changes must be left out."""
        return len(self._frames) >= MOST_QUEUED_FRAMES or self._bytes >= MOST_QUEUED_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether everything has been handed to the socket."""
        return not self._frames

    async def take(self) -> str | bytes:
        """The next frame."""
        while not self._frames:
            await self._filled.wait()
        data = self._frames.popleft()
        self._bytes -= len(data)
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


class Connection:
    """One open socket."""

    def __init__(self, socket: WebSocket, edge: Edge) -> None:
        """Wrap an accepted socket."""
        self._socket = socket
        self._edge = edge
        signer = Signer(edge.centre.key_for("cursors"))
        self._session = sync.Session(epoch=epoch_of(edge), signer=signer)
        self._sign_in: SignIn | None = None
        self._out = Outbox()
        self._heard = time.monotonic()
        self._second, self._frames = 0, 0
        self._judging = asyncio.Semaphore(fr.Limits().inflight)
        self._close_code: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._verdicts: Counter[str] = Counter()

    async def serve(self) -> None:
        """Carry frames both ways until the device leaves or the session ends."""
        side = [asyncio.create_task(work()) for work in (self._pump, self._heartbeat)]
        try:
            await self._read()
        except TimeoutError:
            self._close_code = fr.CloseCode.AUTH
        except WebSocketDisconnect:
            pass
        finally:
            self._edge.hub.leave(self._changed, self._session.scopes)
            for task in (*side, *self._tasks):
                task.cancel()
            await asyncio.gather(*side, *self._tasks, return_exceptions=True)
            await self._finish()
            self._record()

    def _record(self) -> None:
        """One line of the service's log: which person and device, and what came of their commands."""
        actor = self._session.actor
        self._edge.journal.write(
            "connection",
            person=actor.id if actor else None,
            device=self._session.device,
            close=self._close_code,
            verdicts=dict(self._verdicts),
        )

    async def _read(self) -> None:
        async with asyncio.timeout(HELLO_SECONDS) as patience:
            while self._close_code is None:
                await self._out.room()
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message.get("code", 1000))
                self._heard = time.monotonic()
                if self._floods():
                    self._close_code = fr.CloseCode.SLOW_DOWN
                    return
                data = message.get("text")
                await self._carry_out(self._session.receive(data if data is not None else message["bytes"]))
                if self._session.actor is not None:
                    patience.reschedule(None)

    def _floods(self) -> bool:
        """Whether the device sends more frames a second than any honest one."""
        second = int(self._heard)
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        return self._frames > MOST_FRAMES_A_SECOND

    async def _carry_out(self, outputs: Iterable[sync.Output]) -> None:
        for output in outputs:
            match output:
                case sync.Send(data):
                    self._out.put(data)
                case sync.Close(code):
                    self._close_code = code
                case sync.Admit(ticket):
                    await self._carry_out(await self._admit(ticket))
                case sync.Fetch():
                    await self._carry_out(await self._fetch(output))
                case sync.Judge():
                    await self._judge(output)
                case sync.Recall():
                    self._spawn(self._recall(output))

    async def _admit(self, ticket: str) -> list[sync.Output]:
        sign_in = await asyncio.to_thread(self._edge.tickets.redeem, ticket)
        if sign_in is None:
            return self._session.turned_away()
        actor = await asyncio.to_thread(self._edge.centre.actor, sign_in)
        self._sign_in = sign_in
        outputs = self._session.admitted(actor, head=self._edge.runner.position, now=self._edge.clock())
        self._edge.hub.join(self._changed, self._session.scopes)
        return outputs

    async def _fetch(self, fetch: sync.Fetch) -> list[sync.Output]:
        page = await self._edge.readers.ask(
            lambda reader: reader.page(fetch.scopes, fetch.after, page_bytes=fetch.page_bytes)
        )
        return self._session.page(page)

    async def _judge(self, judge: sync.Judge) -> None:
        """Submit in order of arrival, and wait for the answers aside."""
        await self._judging.acquire()
        calls = [call for call in judge.calls if isinstance(call, Call)]
        self._spawn(self._answer(judge, asyncio.wrap_future(self._edge.centre.submit_all(calls))))

    async def _answer(self, judge: sync.Judge, waiting: asyncio.Future[list[Answer]]) -> None:
        try:
            answers = iter(await waiting)
        finally:
            self._judging.release()
        verdicts = [
            call if isinstance(call, fr.Verdict) else verdict_of(call.id, next(answers)) for call in judge.calls
        ]
        self._verdicts.update(verdict.verdict for verdict in verdicts)
        await self._carry_out(self._session.judged(judge.b, verdicts))

    async def _recall(self, recall: sync.Recall) -> None:
        verdicts = await asyncio.to_thread(self._receipts, recall)
        await self._carry_out(self._session.judged(0, verdicts))

    def _receipts(self, recall: sync.Recall) -> list[fr.Verdict]:
        answers = ((id_, self._edge.centre.answer_to(recall.author, id_)) for id_ in recall.ids)
        return [verdict_of(id_, answer) for id_, answer in answers if answer is not None]

    def _changed(self, batch: Batch, changes: list[Change]) -> None:
        if self._out.is_full:
            self._offer(self._session.fell_behind(batch.position))
        else:
            self._offer(self._session.changed(batch, changes))

    def _offer(self, outputs: list[sync.Output]) -> None:
        for output in outputs:
            if isinstance(output, sync.Send):
                self._out.put(output.data)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pump(self) -> None:
        try:
            while True:
                await self._send(await self._out.take())  # under no name: an idle connection must not keep a frame
        finally:
            self._out.abandon()

    async def _send(self, data: str | bytes) -> None:
        await (self._socket.send_text(data) if isinstance(data, str) else self._socket.send_bytes(data))

    async def _heartbeat(self) -> None:
        """Show the device now and then that the server is there, until the server stops."""
        while not self._edge.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._edge.stopping.wait()
                    break
            try:
                await self._beat()
            except Exception as error:
                # A connection whose sign-in cannot be watched must not go on; the device comes back by itself.
                self._edge.journal.fault(error, part="heartbeat")
                break
        await self._socket.close(fr.CloseCode.RESTARTING, reason=str(RESTART_SPREAD_MS))

    async def _beat(self) -> None:
        if time.monotonic() - self._heard > SILENCE_SECONDS:
            self._out.abandon()
            await self._socket.close(fr.CloseCode.SLOW_DOWN)
        elif self._sign_in is not None and not await asyncio.to_thread(self._edge.centre.is_open, self._sign_in):
            await self._end(self._session.signed_out("expired"))
        elif self._sign_in is not None and not await asyncio.to_thread(self._same_roles, self._sign_in):
            await self._socket.close(fr.CloseCode.RESTARTING)  # the device dials again, and boots in its new scopes
        else:
            self._offer(self._session.ping())

    def _same_roles(self, sign_in: SignIn) -> bool:
        """Whether the person's roles and office are those with which the connection was opened."""
        return self._edge.centre.actor(sign_in) == self._session.actor

    async def _end(self, outputs: list[sync.Output]) -> None:
        for output in outputs:
            if isinstance(output, sync.Send) and isinstance(output.data, str):
                await self._socket.send_text(output.data)
            elif isinstance(output, sync.Close):
                await self._socket.close(output.code)

    async def _finish(self) -> None:
        """Send what is left and close with the session's code, if the device is still there."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            while not self._out.is_empty:
                await self._send(await self._out.take())
            if self._close_code is not None:
                await self._socket.close(self._close_code)
