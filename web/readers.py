"""Connections to the read models for the routes: a few, each lent to one thread at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from projections.reader import Reader

CONNECTIONS = 4

Answer = TypeVar("Answer")


class Readers:
    """A handful of readers of one projection file."""

    def __init__(self, path: Path, *, connections: int = CONNECTIONS) -> None:
        """Open `connections` connections to the file at `path`."""
        self._all = [Reader(path) for _ in range(connections)]
        self._free: asyncio.Queue[Reader] = asyncio.Queue()
        for reader in self._all:
            self._free.put_nowait(reader)

    async def ask(self, question: Callable[[Reader], Answer]) -> Answer:
        """What `question` answers, asked in a thread with a reader of its own."""
        reader = await self._free.get()
        try:
            return await asyncio.to_thread(question, reader)
        finally:
            self._free.put_nowait(reader)

    def close(self) -> None:
        """Close all connections; nobody may ask any more."""
        for reader in self._all:
            reader.close()
