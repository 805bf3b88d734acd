"""A line between a client and the service that breaks after so many bytes, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

READ_BYTES = 65_536


class BrokenLine:
    """Where the line is reached, and how often it broke.

    Attributes:
        port: to dial instead of the service's own.
        breaks: connections that were cut.
    """

    def __init__(self, to: int, every: int) -> None:
        self.port = 0
        self.breaks = 0
        self._to = to
        self._every = every

    async def carry(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """One connection."""
        service, requests = await asyncio.open_connection("127.0.0.1", self._to)
        back = asyncio.create_task(_pour(service, answers))
        carried = 0
        with suppress(ConnectionError):
            while carried < self._every and (piece := await client.read(READ_BYTES)):
                requests.write(piece)
                await requests.drain()
                carried += len(piece)
        if carried >= self._every:
            self.breaks += 1
            answers.transport.abort()
        requests.close()
        await asyncio.gather(back, return_exceptions=True)


async def _pour(service: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await service.read(READ_BYTES):
            answers.write(piece)
            await answers.drain()
    answers.close()


@asynccontextmanager
async def broken_line(to: int, *, every: int) -> AsyncGenerator[BrokenLine]:
    """A line to port `to` whose connections break after `every` bytes that a client sends."""
    line = BrokenLine(to, every)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.port = int(server.sockets[0].getsockname()[1])
    async with server:
        yield line
