"""Cold sync of a whole queue to a new device, against a raw WebSocket that sends the same frames.

Both ends with the rows held by a device of the same kind, so that what differs is the server.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from uuid import uuid4

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from sync import frames as fr
from sync.client import Client
from sync.device.events import Stand
from sync.device.standing import Standing
from sync.replica import Replica
from sync.wire import read
from tests.bench import town
from tests.bench.bare import written_frames
from tests.bench.figures import Figure, interleaved
from tests.bench.fleet import dialled, greet
from tests.bench.service import Service, bare, serving
from tests.cast import ZHOU

SIZES = (1_000, 10_000)
ROUNDS = 5
PEOPLE = 500
REACH = 2.5
ZLIB = ("zlib",)

_encoder = msgspec.json.Encoder()


def measure(folder: Path) -> Iterator[Figure]:
    """Open cases of one office in two sizes; the larger one also compressed."""
    with town.opened(folder / "centre") as centre:
        token = town.signed_in(centre, ZHOU)
    before = 0
    for size in SIZES:
        with town.opened(folder / "centre") as centre:
            town.give(centre, town.filed("cold", range(before, size), people=PEOPLE))
        before = size
        with serving(folder) as service:
            yield _figure(service, token, folder, size)
            if size == SIZES[-1]:
                yield _figure(service, token, folder, size, feat=ZLIB)


def _figure(service: Service, token: str, folder: Path, size: int, *, feat: tuple[str, ...] = ()) -> Figure:
    frames = asyncio.run(_pages(service, token, feat))
    with bare("sends", str(written_frames(frames, folder / "frames")), out=folder / "bare.out") as raw:
        mine, theirs, ratio = interleaved(
            lambda: asyncio.run(_ours(service, token, size, feat)),
            lambda: asyncio.run(_limit(raw, len(frames))),
            rounds=ROUNDS,
        )
        unread = median(asyncio.run(_limit(raw, len(frames), unread=True)) for _ in range(ROUNDS))
    whole = size == SIZES[-1] and not feat
    mebibytes = sum(len(f) if isinstance(f, bytes) else len(f.encode()) for f in frames) / 2**20
    small = f"  {size:,} documents{', compressed' if feat else ''}"
    return Figure(
        job=f"{f'cold sync of {size:,} documents' if whole else small}, {mebibytes:.1f} MiB",
        ours=mine,
        limit=theirs,
        ratio=ratio,
        unit="s",
        aim="at most",
        reach=REACH if whole else None,
        peers={"the same frames, received but not read": unread},
    )


async def _ours(service: Service, token: str, size: int, feat: tuple[str, ...]) -> float:
    """Seconds from dialling until a device holds every row."""
    ticket = (await asyncio.to_thread(service.tickets, [token]))[0]

    async def same() -> str:
        return ticket

    began = time.perf_counter()
    async with Client(
        service.socket_url,
        ticket=same,
        person=ZHOU.id,
        device=uuid4(),
        clock=town.now,
        chance=random.Random(),
        origin=service.origin,
        feat=feat,
    ) as device:
        await device.live()
        seconds = time.perf_counter() - began
        assert sum(kind == "queue" for kind, _ in device.replica.rows) == size
    return seconds


async def _limit(raw: Service, frames: int, *, unread: bool = False) -> float:
    """Seconds from dialling until so many frames have arrived and, unless `unread`, a device holds their rows."""
    held, standing = Replica(), Standing(Stand())
    began = time.perf_counter()
    async with connect(f"ws://127.0.0.1:{raw.port}", compression=None, ping_interval=None, max_size=2**24) as socket:
        await socket.send("go")
        for _ in range(frames):
            data = await socket.recv()
            if not unread:
                page = read(data)
                assert isinstance(page, fr.PageFrame)
                commit = standing.page(page)
                assert commit is not None
                held.commit(commit)
                standing.committed(commit.n, held.digest)
    return time.perf_counter() - began


async def _pages(service: Service, token: str, feat: tuple[str, ...]) -> list[str | bytes]:
    """The frames that a cold sync consists of."""
    (ticket,) = await asyncio.to_thread(service.tickets, [token])
    async with dialled(service.socket_url, service.origin) as socket:
        await greet(socket, ticket, feat=feat)
        await socket.send(_encoder.encode(fr.Pull(credit=4)), text=True)
        return await _until_complete(socket)


async def _until_complete(socket: ClientConnection) -> list[str | bytes]:
    frames: list[str | bytes] = []
    while True:
        frames.append(await socket.recv())
        page = read(frames[-1])
        assert isinstance(page, fr.PageFrame), page
        if not page.more:
            return frames
        await socket.send(_encoder.encode(fr.Credit(n=1)), text=True)
