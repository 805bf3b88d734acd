"""Processor time that processes have used, and what a piece of work took of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from msgspec import Struct

from tests.bench.service import Service
from tests.postgres import Server, children

SETTLE_SECONDS = 2.0
"""Until followers of the log, which may dawdle, have done what the work left them."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Spent(Struct, frozen=True):
    """Seconds of processor time.

    Attributes:
        nodes: of each node, in order.
        database: of PostgreSQL, all its processes together.
    """

    nodes: tuple[float, ...]
    database: float

    def each(self, number: float) -> Spent:
        """The same for one of `number` pieces of work, or for a second of so many."""
        return Spent(tuple(one / number for one in self.nodes), self.database / number)

    def without(self, other: Spent, times: float = 1.0) -> Spent:
        """What is left when `other`, so many times, is taken away; never below nothing."""
        left = (max(0.0, mine - times * theirs) for mine, theirs in zip(self.nodes, other.nodes, strict=True))
        return Spent(tuple(left), max(0.0, self.database - times * other.database))


class Meter:
    """Reads the processor time of the nodes and of their database.

    Args:
        nodes: processes of the service.
        server: their PostgreSQL.
    """

    def __init__(self, nodes: Sequence[Service], server: Server) -> None:
        """Nothing is read yet; nodes are taken to use nothing while they rest."""
        self._nodes = nodes
        self._server = server
        self.rest = Spent((0.0,) * len(nodes), 0.0)

    async def at_rest(self, seconds: float, *, windows: int = 3) -> Spent:
        """What is used in each second although nobody asks for anything; taken away from what is measured later.

        The middle of several windows: a process that has just begun still has things to do in the first.
        """
        await self._settled()
        seen: list[Spent] = []
        for _ in range(windows):
            before = self._read()
            await asyncio.sleep(seconds)
            seen.append(self._read().without(before).each(seconds))
        self.rest = sorted(seen, key=lambda spent: sum(spent.nodes))[windows // 2]
        return self.rest

    async def spent(self, work: Callable[[], Awaitable[object]], *, number: int) -> Spent:
        """What each of `number` pieces of work took, until every node has followed it."""
        before, began = self._read(), time.monotonic()
        await work()
        await self._settled()
        gone = self._read().without(before)
        return gone.without(self.rest, time.monotonic() - began).each(number)

    def _read(self) -> Spent:
        postmaster = int((self._server.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        database = _used(postmaster, ended_too=True) + sum(_used(child) for child in children(postmaster))
        return Spent(tuple(_used(node.pid) for node in self._nodes), database)

    async def _settled(self) -> None:
        for node in self._nodes:
            await asyncio.to_thread(node.caught_up)
        await asyncio.sleep(SETTLE_SECONDS)


def _used(process: int, *, ended_too: bool = False) -> float:
    """Seconds that a process has used, or with `ended_too` its children that ended as well; 0 if it is gone."""
    try:
        numbers = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, numbers[11 : 15 if ended_too else 13])) / _TICKS
