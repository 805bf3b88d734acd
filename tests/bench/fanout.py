"""One change to 200 devices that are live, against a raw broadcast of the same bytes."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from domain.case.commands import AddNote
from sync import frames as fr
from sync.wire import read
from tests.bench import town
from tests.bench.figures import Figure
from tests.bench.fleet import dialled, greet
from tests.bench.intents import pushes
from tests.bench.service import Service, bare, serving
from tests.cast import ZHOU

SIZES = (50, 200)
WARMING, CHANGES = 5, 60
CASES = 50
PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 20.0
REACH = 3.0
DELTA = '{"t":"delta"'

_encoder = msgspec.json.Encoder()


def measure(folder: Path) -> Iterator[Figure]:
    """A clerk leaves notes on cases in the queue that every device of the office shows."""
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed("fanout", range(CASES), people=10))
        tokens = [town.signed_in(centre, ZHOU) for _ in range(SIZES[-1] + 1)]
    with serving(folder) as service, bare("tells-everybody", out=folder / "bare.out") as raw:
        for size in SIZES:
            yield from asyncio.run(_figures(service, raw, tokens[: size + 1]))


async def _figures(service: Service, raw: Service, tokens: list[str]) -> list[Figure]:
    async with AsyncExitStack() as stack:
        tickets = await asyncio.to_thread(service.tickets, tokens)
        ours = [await stack.enter_async_context(dialled(service.socket_url, service.origin)) for _ in tickets]
        for socket, ticket in zip(ours, tickets, strict=True):
            await greet(socket, ticket)
        for socket in ours[1:]:
            await _live(socket)
        url = f"ws://127.0.0.1:{raw.port}"
        bare_ones = [await stack.enter_async_context(connect(url, compression=None, ping_interval=None)) for _ in ours]
        gc.collect()
        gc.disable()  # it would strike either side at random
        try:
            mine, theirs = await _changes(ours, bare_ones)
        finally:
            gc.enable()
    return _rows(len(tokens) - 1, mine, theirs)


async def _changes(ours: list[ClientConnection], raw: list[ClientConnection]) -> tuple[list[float], list[float]]:
    """Latencies of every change on every device, in milliseconds; ours and raw in turn, the first few left out."""
    mine: list[float] = []
    theirs: list[float] = []
    for number in range(WARMING + CHANGES):
        (push,) = pushes([(AddNote(text=town.NOTE), town.case_id("fanout", number % CASES), ())], ZHOU)
        texts, latencies = await _told(ours[0], push.decode(), ours[1:])
        mine += latencies if number >= WARMING else []
        _, latencies = await _told(raw[0], texts[0], raw[1:])
        theirs += latencies if number >= WARMING else []
        await raw[0].recv()
        await asyncio.sleep(PAUSE_SECONDS)
    return mine, theirs


async def _told(sender: ClientConnection, text: str, devices: list[ClientConnection]) -> tuple[list[str], list[float]]:
    """Send `text` and wait until each device has heard of the change."""
    waiting = [asyncio.create_task(_heard(device)) for device in devices]
    await asyncio.sleep(0)
    began = time.perf_counter()
    await sender.send(text)
    async with asyncio.timeout(PATIENCE_SECONDS):
        heard = await asyncio.gather(*waiting)
    return [text for text, _ in heard], [(at - began) * 1000 for _, at in heard]


async def _heard(device: ClientConnection) -> tuple[str, float]:
    while True:
        text = await device.recv()
        if isinstance(text, str) and text.startswith(DELTA):
            return text, time.perf_counter()
        await device.send(_encoder.encode(fr.Pong()), text=True)


async def _live(socket: ClientConnection) -> None:
    await socket.send(_encoder.encode(fr.Pull()), text=True)
    more = True
    while more:  # a page that was made before somebody else came says that there is more
        page = read(await socket.recv())
        assert isinstance(page, fr.PageFrame), page
        more = page.more
        await socket.send(_encoder.encode(fr.Credit()), text=True)


def _rows(size: int, mine: list[float], theirs: list[float]) -> list[Figure]:
    whole = size == SIZES[-1]
    ours, limit = quantiles(mine, n=100), quantiles(theirs, n=100)
    median, late = (
        Figure(
            job=job, ours=ours[place], limit=limit[place], ratio=ours[place] / limit[place], unit="ms", aim="at most"
        )
        for job, place in ((f"  {size} devices, median", 49), (f"  {size} devices, p99", 98))
    )
    if not whole:
        return [median, late]
    return [msgspec.structs.replace(late, job=f"one change to {size} devices, p99", reach=REACH), median]
