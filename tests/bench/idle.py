"""Memory of an idle connection that is signed in and live, against a bare one of the same server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from sync import frames as fr
from sync.wire import read
from tests.bench import town
from tests.bench.figures import Figure
from tests.bench.fleet import dialled, greet
from tests.bench.service import Service, bare, serving
from tests.cast import ZHOU

WARMING, CONNECTIONS = 100, 400
SETTLE_SECONDS = 1.0
REACH = 2.0
KIB = 1024

_encoder = msgspec.json.Encoder()


def measure(folder: Path) -> Iterator[Figure]:
    """Both servers have had some connections before, so that what they need once does not count."""
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed("idle", range(20), people=10))
        token = town.signed_in(centre, ZHOU)
    with serving(folder) as service, bare("accepts", out=folder / "bare.out") as raw:
        ours = asyncio.run(_growth(service, token))
        limit = asyncio.run(_growth(raw, None))
    yield Figure(
        job=f"idle connection, of {CONNECTIONS}",
        ours=ours / KIB,
        limit=limit / KIB,
        ratio=ours / limit,
        unit="KiB",
        aim="at most",
        reach=REACH,
    )


async def _growth(service: Service, token: str | None) -> float:
    """Bytes by which the server grows with each connection."""
    async with AsyncExitStack() as stack:
        await _connect(stack, service, token, WARMING)
        await asyncio.sleep(SETTLE_SECONDS)
        before = service.resident_bytes()
        await _connect(stack, service, token, CONNECTIONS)
        await asyncio.sleep(SETTLE_SECONDS)
        return (service.resident_bytes() - before) / CONNECTIONS


async def _connect(stack: AsyncExitStack, service: Service, token: str | None, number: int) -> None:
    tickets = await asyncio.to_thread(service.tickets, [token] * number) if token else [""] * number
    for ticket in tickets:
        if token:
            socket = await stack.enter_async_context(dialled(service.socket_url, service.origin))
            await greet(socket, ticket)
            await _live(socket)
        else:
            url = f"ws://127.0.0.1:{service.port}"
            await stack.enter_async_context(connect(url, compression=None, ping_interval=None))


async def _live(socket: ClientConnection) -> None:
    await socket.send(_encoder.encode(fr.Pull()), text=True)
    page = read(await socket.recv())
    assert isinstance(page, fr.PageFrame), page
