"""The service in this process, listening on a real port, over the furnished centre of the cast."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from domain.actors import Actor
from sync.client import Client, Timings
from sync.frames import SUBPROTOCOL
from sync.signing import SecretKey
from tests.cast import Clock
from tests.premises import Premises
from tests.premises import opened as premises_opened
from web.app import FOLLOWERS, Follower, create_app, opened
from web.edge import Edge
from web.serving import Server, config_for
from web.settings import Settings

IMPATIENT = Timings(dial=10.0, silence=20.0, back_off=0.02)
PATIENCE_SECONDS = 60.0


class Site:
    """A service that listens.

    Attributes:
        premises: the centre behind it, to act without a device.
    """

    def __init__(self, edge: Edge, server: Server, port: int, clock: Clock) -> None:
        """Wrap what is listening."""
        self._server = server
        self.edge = edge
        self.port = port
        self.clock = clock
        self.premises = Premises(edge.centre, clock)

    @property
    def origin(self) -> str:
        """Where a browser would say that the app came from."""
        return f"http://localhost:{self.port}"

    @property
    def url(self) -> str:
        """Of the socket."""
        return f"ws://localhost:{self.port}/sync"

    async def sign_in(self, who: Actor, *, device: UUID | None = None) -> str:
        """The token of a fresh session."""
        kind = "resident" if who.is_resident else "staff"
        return await asyncio.to_thread(
            self.edge.centre.open_session, who.id, kind=kind, method="password", device=device, hours=12
        )

    async def ticket(self, who: Actor, *, device: UUID | None = None) -> str:
        """A one-use ticket of a fresh session."""
        return self.edge.tickets.issue(await self.sign_in(who, device=device))

    def cut(self) -> None:
        """Break every open connection without a word."""
        for connection in tuple(self._server.server_state.connections):
            connection.transport.abort()

    def device(self, who: Actor, *, seed: int = 1, device: UUID | None = None, key: SecretKey | None = None) -> Client:
        """A device of that person; with `device` it signs in by that name, and with `key` it signs what it sends."""
        return Client(
            self.url,
            ticket=lambda: self.ticket(who, device=device),
            person=who.id,
            device=device or uuid4(),
            clock=self.clock,
            chance=random.Random(f"{who.id}{seed}"),
            origin=self.origin,
            timings=IMPATIENT,
            key=key,
        )

    def wire(self, **how: Any) -> Wire:
        """A bare socket; `how` as `connect` takes it."""
        defaults: dict[str, Any] = {"origin": Origin(self.origin), "subprotocols": [Subprotocol(SUBPROTOCOL)]}
        options: dict[str, Any] = {**defaults, "compression": None, "proxy": None, **how}
        return Wire(connect(self.url, **options))

    @asynccontextmanager
    async def greeted(self, who: Actor, **how: Any) -> AsyncGenerator[Wire]:
        """A bare socket that has been greeted."""
        ticket = await self.ticket(who)  # before dialling: who says nothing for ten seconds is hung up on
        async with self.wire(**how) as wire:
            await wire.say(hello(ticket))
            assert (await wire.hear())["t"] == "welcome"
            yield wire

    async def caught_up(self) -> None:
        """Wait until the projections show everything in the log."""
        assert await asyncio.to_thread(self.edge.runner.wait, self.edge.centre.head())

    async def rows(self, *scopes: str) -> dict[tuple[str, str], Any]:
        """What a replica of these scopes holds when it is complete."""
        await self.caught_up()
        page = await self.edge.readers.ask(lambda reader: reader.page(scopes, (0, ""), page_bytes=10**9))
        return {(row.kind, row.id): json.loads(row.row) for row in page.rows}


class Wire:
    """One socket, frame by frame."""

    def __init__(self, dialling: connect) -> None:
        """Prepare to dial."""
        self._dialling = dialling
        self._socket: ClientConnection | None = None

    @property
    def socket(self) -> ClientConnection:
        """The open socket."""
        assert self._socket is not None
        return self._socket

    async def __aenter__(self) -> Self:
        """Dial."""
        self._socket = await self._dialling.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        await self._dialling.__aexit__(kind, error, trace)

    async def say(self, frame: dict[str, Any] | str) -> None:
        """Send a frame."""
        await self.socket.send(frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False))

    async def hear(self) -> dict[str, Any]:
        """The next frame.

        Raises:
            TimeoutError: none came.
            ConnectionClosed: the service has hung up.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            data = await self.socket.recv()
        frame: dict[str, Any] = json.loads(data if isinstance(data, str) else zlib.decompress(data))
        return frame

    async def hear_until(self, tag: str) -> dict[str, Any]:
        """The next frame with that tag; others are passed over."""
        while (frame := await self.hear())["t"] != tag:
            pass
        return frame

    async def pull(self, cursor: str | None = None) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
        """Pull to the end: rows, departures, and the cursor reached."""
        await self.say({"t": "pull", "cursor": cursor, "credit": 4})
        rows: list[dict[str, Any]] = []
        gone: list[dict[str, Any]] = []
        while True:
            page = await self.hear_until("page")
            rows += page["rows"]
            gone += page["gone"]
            if not page["more"]:
                return rows, gone, str(page["cursor"])
            await self.say({"t": "credit", "n": 1})

    async def push(self, *intents: dict[str, str], b: int = 1) -> list[dict[str, Any]]:
        """Push intents and wait for their verdicts."""
        await self.say({"t": "push", "b": b, "intents": list(intents)})
        verdicts: list[dict[str, Any]] = (await self.hear_until("ack"))["r"]
        return verdicts


def hello(ticket: str, *, device: UUID | None = None) -> dict[str, Any]:
    """The first frame."""
    return {
        "t": "hello",
        "v": [1, 1],
        "app": "test",
        "device": str(device or uuid4()),
        "ticket": ticket,
        "outbox": {"n": 0, "next_seq": 1},
        "wall": "2026-11-23T02:00:00Z",
    }


@asynccontextmanager
async def listening(
    folder: Path, *, send_buffer: int | None = None, followers: tuple[Follower, ...] = FOLLOWERS
) -> AsyncGenerator[Site]:
    """The service, listening until the block ends.

    Args:
        folder: for everything; furnished if it is new.
        send_buffer: bytes that the system takes for a client that does not read.
        followers: what the service does by itself; without them the log holds only what a test does.
    """
    clock = Clock()
    listener = socket.create_server(("127.0.0.1", 0))
    if send_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    port = int(listener.getsockname()[1])
    settings = Settings(data=folder, static=folder / "static", port=port)
    with premises_opened(settings.centre_folder, clock):
        pass
    with opened(settings, clock=clock, new_id=uuid4, say=lambda _: None) as edge:
        up = asyncio.Event()
        server = Server(config_for(create_app(edge, followers=followers), settings), up=up.set, stopping=edge.stopping)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait({serving, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield Site(edge, server, port, clock)
        finally:
            server.should_exit = True
            await serving
