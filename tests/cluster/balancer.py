"""A balancer of connections: each goes to a node that is ready, and to another where that one does not take it.

It knows nothing of what passes, as one that does not end TLS would.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence

import httpx

LOOKS_EVERY = 0.25
PIECE = 65_536


class Balancer:
    """Listens on one port and hands connections on.

    Args:
        nodes: ports of the nodes.
        chance: which node comes first.
        port: to listen on; 0 for any.
    """

    def __init__(self, nodes: Sequence[int], *, chance: random.Random, port: int = 0) -> None:
        self.nodes = tuple(nodes)
        self.port = port
        self._chance = chance
        self._ready: set[int] = set()
        self._lines = set[asyncio.Task[None]]()
        self._server: asyncio.Server | None = None
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._looking = asyncio.create_task(self._look())
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """Drop everything at once."""
        if self._looking is not None:
            self._looking.cancel()
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        self._server = None

    async def _look(self) -> None:
        async with httpx.AsyncClient(timeout=2) as http:
            while True:
                for node in self.nodes:
                    try:
                        said = await http.get(f"http://127.0.0.1:{node}/readyz")
                    except httpx.HTTPError:
                        self._ready.discard(node)
                    else:
                        (self._ready.add if said.status_code == 200 else self._ready.discard)(node)
                await asyncio.sleep(LOOKS_EVERY)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the library would take it for a fault
                await self._carry(reader, writer)
        finally:
            self._lines.discard(line)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for node in self._chance.sample(sorted(self._ready), len(self._ready)):
            try:
                back, forth = await asyncio.open_connection("127.0.0.1", node)
            except OSError:
                self._ready.discard(node)
                continue
            try:
                async with asyncio.TaskGroup() as both:
                    ways = [both.create_task(_pass(reader, forth)), both.create_task(_pass(back, writer))]
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                    for way in ways:
                        way.cancel()
            finally:
                forth.transport.abort()
            return


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(PIECE):
            target.write(piece)
            await target.drain()
