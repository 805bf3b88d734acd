"""Servers with nothing in them, to compare with: `python -m tests.bench.bare KIND PORT [ARGUMENT]`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from tests.bench.raw import raw_log

Handler = Callable[[ServerConnection], Awaitable[None]]
LARGEST_FRAME_BYTES = 2**24


async def sends(frames: list[str | bytes], socket: ServerConnection) -> None:
    """Answer each message with the same frames."""
    async for _ in socket:
        for frame in frames:
            await socket.send(frame)


async def inserts(path: Path, socket: ServerConnection) -> None:
    """Keep each message durably in a table like the log's, one row a line, and send it back."""
    with raw_log(path) as log:
        async for message in socket:
            assert isinstance(message, str)
            rows = [(uuid4().hex, 1, "case.noted", line.encode()) for line in message.splitlines()]
            log.together(rows)
            await socket.send(message)


async def tells_everybody(everybody: set[ServerConnection], socket: ServerConnection) -> None:
    """Send each message to all that are connected."""
    everybody.add(socket)
    try:
        async for message in socket:
            broadcast(everybody, message)
    finally:
        everybody.discard(socket)


def read_frames(path: Path) -> list[str | bytes]:
    """Frames from a file, one a line: text as it is, bytes in hexadecimal digits after a `#`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [bytes.fromhex(line[1:]) if line.startswith("#") else line for line in lines]


def written_frames(frames: list[str | bytes], path: Path) -> Path:
    """Write frames to a file for `read_frames`."""
    lines = [frame if isinstance(frame, str) else f"#{frame.hex()}" for frame in frames]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def _listen(handler: Handler, port: int) -> None:
    async def quietly(socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await handler(socket)

    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with serve(
        quietly, "127.0.0.1", port, compression=None, ping_interval=None, max_size=LARGEST_FRAME_BYTES, backlog=1_000
    ):
        await stopped.wait()


async def accepts(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
    """An ASGI application that accepts a socket and waits for its end."""
    assert scope["type"] == "websocket"
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    kind, port = arguments[0], int(arguments[1])
    match kind:
        case "sends":
            uvloop.run(_listen(functools.partial(sends, read_frames(Path(arguments[2]))), port))
        case "inserts":
            uvloop.run(_listen(functools.partial(inserts, Path(arguments[2])), port))
        case "tells-everybody":
            everybody: set[ServerConnection] = set()
            uvloop.run(_listen(functools.partial(tells_everybody, everybody), port))
        case _:
            uvicorn.run(
                accepts,
                port=port,
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                lifespan="off",
                log_config=None,
                access_log=False,
                backlog=1_000,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
