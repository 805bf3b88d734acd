"""A device comes back with 1,000 commands in its outbox, against a raw insert and echo of the same frames."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from websockets.asyncio.client import connect

from domain.case.commands import AddNote
from sync.client import Client
from tests.bench import town
from tests.bench.figures import Figure, interleaved
from tests.bench.service import Service, bare, serving
from tests.cast import ZHOU

CASES = 500
SIZES = (100, 1_000)
IN_A_FRAME = 50
ROUNDS = 7
REACH = 3.0


def measure(folder: Path) -> Iterator[Figure]:
    """Notes of a clerk whose device held the queue before it lost its connection."""
    with town.opened(folder / "centre") as centre:
        town.give(centre, town.filed("drain", range(CASES), people=50))
        token = town.signed_in(centre, ZHOU)
    with serving(folder) as service, bare("inserts", str(folder / "raw.db"), out=folder / "bare.out") as raw:
        for size in SIZES:
            yield _figure(service, raw, token, size)


def _figure(service: Service, raw: Service, token: str, size: int) -> Figure:
    def ours() -> float:
        service.caught_up()
        return asyncio.run(_ours(service, token, size))

    mine, theirs, ratio = interleaved(ours, lambda: asyncio.run(_limit(raw, size)), rounds=ROUNDS)
    whole = size == SIZES[-1]
    return Figure(
        job=f"drain of {size:,} queued commands after reconnect" if whole else f"  {size:,} commands",
        ours=mine,
        limit=theirs,
        ratio=ratio,
        unit="s",
        aim="at most",
        reach=REACH if whole else None,
    )


async def _ours(service: Service, token: str, size: int) -> float:
    """Seconds from dialling again until every command that was queued meanwhile has its verdict."""
    tickets = await asyncio.to_thread(service.tickets, [token] * 2)

    async def next_ticket() -> str:
        return tickets.pop()

    device = Client(
        service.socket_url,
        ticket=next_ticket,
        person=ZHOU.id,
        device=uuid4(),
        clock=town.now,
        chance=random.Random(),
        origin=service.origin,
    )
    async with device:
        await device.live()
    answers = [device.submit(AddNote(text=town.NOTE), lane=town.case_id("drain", n % CASES))[1] for n in range(size)]
    began = time.perf_counter()
    async with device:
        verdicts = await asyncio.gather(*answers)
        seconds = time.perf_counter() - began
    assert {verdict.verdict for verdict in verdicts} == {"applied"}
    return seconds


async def _limit(raw: Service, size: int) -> float:
    """Seconds from dialling until every frame has come back; each is one durable transaction of as many rows."""
    line = "x" * 600
    frame = "\n".join([line] * min(size, IN_A_FRAME))
    frames = size // min(size, IN_A_FRAME)
    began = time.perf_counter()
    async with connect(f"ws://127.0.0.1:{raw.port}", compression=None, ping_interval=None, max_size=2**24) as socket:
        for _ in range(frames):
            await socket.send(frame)
        for _ in range(frames):
            await socket.recv()
    return time.perf_counter() - began
