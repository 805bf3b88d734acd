"""One sender at a time for each upload: whoever comes anew stops the one before, whose line has mostly been cut.

A server learns late, or never, that a line was cut. Without this, what still trickles in from the old one would move
the offset after it was told to the new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from uuid import UUID

from starlette.requests import ClientDisconnect

SILENCE_SECONDS = 0.2
"""A sender that was stopped has ended when nothing comes for so long: the rest of a line that was cut comes at once."""
LONGEST_REST_SECONDS = 2.0


class Turn:
    """The time in which one request sends."""

    def __init__(self) -> None:
        self._stopped = asyncio.Event()
        self._over = asyncio.Event()
        self._rest_until = inf

    async def until_stopped(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The chunks of a body, up to where its line is cut; once somebody else wants to send, what is there."""
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            while (chunk := await self._next(chunks, stopped)) is not None:
                yield chunk
        finally:
            stopped.cancel()

    async def _next(self, chunks: AsyncIterator[bytes], stopped: asyncio.Task[bool]) -> bytes | None:
        chunk = asyncio.ensure_future(anext(chunks, None))
        await asyncio.wait({chunk, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not chunk.done() and asyncio.get_running_loop().time() < self._rest_until:
            await asyncio.wait({chunk}, timeout=SILENCE_SECONDS)
        if not chunk.done():
            chunk.cancel()
            await asyncio.wait({chunk})
            return None
        try:
            return chunk.result()
        except ClientDisconnect:
            return None

    async def stop(self) -> None:
        """Ask the sender to stop, and wait until it has."""
        self._rest_until = min(self._rest_until, asyncio.get_running_loop().time() + LONGEST_REST_SECONDS)
        self._stopped.set()
        await self._over.wait()

    def end(self) -> None:
        """The sender has stopped."""
        self._over.set()


class Turns:
    """Who sends which upload now, in this process."""

    def __init__(self) -> None:
        self._going: dict[UUID, Turn] = {}

    async def free(self, upload: UUID) -> None:
        """Stop whoever sends; when this returns, everything that came from them is on the disk."""
        while (going := self._going.get(upload)) is not None:
            await going.stop()

    @asynccontextmanager
    async def take(self, upload: UUID) -> AsyncGenerator[Turn]:
        """Become the sender of an upload."""
        await self.free(upload)
        turn = self._going[upload] = Turn()
        try:
            yield turn
        finally:
            del self._going[upload]
            turn.end()
