"""A process of its own with many devices, so that the devices do not take time from whoever measures.

Frames are made before; the devices only send, count and take the time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from uuid import uuid4

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from sync import frames as fr
from tests.bench.service import Service

INFLIGHT = fr.Limits().inflight
CONNECT_SECONDS = 30.0

_decoder = msgspec.json.Decoder(fr.AnyServerFrame)
_encoder = msgspec.json.Encoder()


class Pushed(Struct, frozen=True):
    """What one round of pushing came to."""

    seconds: float
    verdicts: dict[str, int]


class Fleet:
    """Devices of another process, each on a connection of its own."""

    def __init__(self, pipe: Connection) -> None:
        """Wrap the way to the process."""
        self._pipe = pipe

    def push(self, frames: list[list[bytes]]) -> Pushed:
        """Let each device push its frames, as many at a time as the server takes, and wait for all answers."""
        self._pipe.send(frames)
        answer = self._pipe.recv()
        assert isinstance(answer, Pushed), answer
        return answer


@contextmanager
def fleet(service: Service, tokens: list[str]) -> Generator[Fleet]:
    """A fleet with a device for each session."""
    mine, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    arguments = (theirs, service.socket_url, service.origin, service.tickets(tokens))
    process = context.Process(target=_main, args=arguments, daemon=True)
    process.start()
    theirs.close()
    assert mine.poll(CONNECT_SECONDS), "the devices do not get through"
    mine.recv()
    try:
        yield Fleet(mine)
    finally:
        mine.send(None)
        process.join(CONNECT_SECONDS)
        process.kill()


def _main(pipe: Connection, url: str, origin: str, tickets: list[str]) -> None:
    asyncio.run(_devices(pipe, url, origin, tickets))


async def _devices(pipe: Connection, url: str, origin: str, tickets: list[str]) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(dialled(url, origin)) for _ in tickets]
        for socket, ticket in zip(sockets, tickets, strict=True):
            await greet(socket, ticket)
        pipe.send(len(sockets))
        while (frames := await _between_rounds(pipe, sockets)) is not None:
            pipe.send(await _round(sockets, frames))


async def _between_rounds(pipe: Connection, sockets: list[ClientConnection]) -> list[list[bytes]] | None:
    """What the next round pushes; meanwhile every device hears the server, which would give up a silent one."""
    hearing = [asyncio.create_task(_hear(socket)) for socket in sockets]
    frames: list[list[bytes]] | None = await asyncio.to_thread(pipe.recv)
    for task in hearing:
        task.cancel()
    await asyncio.gather(*hearing, return_exceptions=True)
    return frames


async def _hear(socket: ClientConnection) -> None:
    while True:
        await _answered(socket, _decoder.decode(await socket.recv()))


async def _answered(socket: ClientConnection, frame: fr.AnyServerFrame) -> None:
    if isinstance(frame, fr.ServerPing):
        await socket.send(_encoder.encode(fr.Pong()), text=True)


def dialled(url: str, origin: str) -> connect:
    """A connection as a device opens it."""
    return connect(
        url,
        subprotocols=[Subprotocol(fr.SUBPROTOCOL)],
        origin=Origin(origin),
        compression=None,
        ping_interval=None,
        max_size=fr.MAX_SERVER_FRAME_BYTES,
        max_queue=1_000,
        proxy=None,
    )


async def greet(socket: ClientConnection, ticket: str, *, feat: tuple[str, ...] = ()) -> None:
    """Say hello and wait for the welcome."""
    outbox, wall = fr.Outbox(n=0, next_seq=1), datetime.now(UTC)
    hello = fr.Hello(v=(1, 1), app="bench", device=uuid4(), ticket=ticket, outbox=outbox, wall=wall, feat=feat)
    await socket.send(_encoder.encode(hello), text=True)
    welcome = _decoder.decode(await socket.recv())
    assert isinstance(welcome, fr.Welcome), welcome


async def _round(sockets: list[ClientConnection], frames: list[list[bytes]]) -> Pushed:
    began = time.perf_counter()
    counts = await asyncio.gather(*(_push(socket, mine) for socket, mine in zip(sockets, frames, strict=True)))
    return Pushed(time.perf_counter() - began, dict(sum(counts, Counter[str]())))


async def _push(socket: ClientConnection, frames: list[bytes]) -> Counter[str]:
    waiting, verdicts = 0, Counter[str]()
    for frame in frames:
        if waiting == INFLIGHT:
            verdicts += await _acknowledged(socket)
            waiting -= 1
        await socket.send(frame, text=True)
        waiting += 1
    for _ in range(waiting):
        verdicts += await _acknowledged(socket)
    return verdicts


async def _acknowledged(socket: ClientConnection) -> Counter[str]:
    while True:
        frame = _decoder.decode(await socket.recv())
        if isinstance(frame, fr.Ack):
            return Counter(verdict.verdict for verdict in frame.r)
        await _answered(socket, frame)
