"""Connections to the read models for the routes: a few, each lent to one thread at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from projections.digests import Digests
from projections.reader import OtherShape, Reader
from web.errors import Problem

CONNECTIONS = 4
RETRY_SECONDS = 5

Answer = TypeVar("Answer")


class Readers:
    """A handful of readers of the projection file in use; each goes on to the next file when there is one."""

    def __init__(self, in_use: Callable[[], Path], *, connections: int = CONNECTIONS) -> None:
        """Prepare `connections` connections to the file that `in_use` names at any time."""
        self._in_use = in_use
        digests = _Digests()
        self._all = [_Lent(in_use, digests) for _ in range(connections)]
        self._free: asyncio.Queue[_Lent] = asyncio.Queue()
        for lent in self._all:
            self._free.put_nowait(lent)

    async def ask(self, question: Callable[[Reader], Answer]) -> Answer:
        """What `question` answers, asked in a thread with a reader of its own.

        Raises:
            Problem: 503 while read models of this program's shape are still being built.
        """
        lent = await self._free.get()
        try:
            return await asyncio.to_thread(lambda: question(lent.reader()))
        except OtherShape as error:
            raise Problem(503, "warming", retry_s=RETRY_SECONDS) from error
        finally:
            self._free.put_nowait(lent)

    async def glance(self, question: Callable[[Reader], Answer]) -> Answer:
        """What `question` answers, asked at once: for what is read in a few rows, where a thread would take longer.

        Raises:
            Problem: 503 while read models of this program's shape are still being built.
        """
        lent = await self._free.get()
        try:
            return question(lent.reader())
        except OtherShape as error:
            raise Problem(503, "warming", retry_s=RETRY_SECONDS) from error
        finally:
            self._free.put_nowait(lent)

    async def go_on(self) -> None:
        """Let go of a file that is no longer in use, which an idle connection would keep on the disk.

        For one caller at a time; questions wait meanwhile.
        """
        taken = [await self._free.get() for _ in self._all]
        try:
            await asyncio.to_thread(_go_on, taken)
        finally:
            for lent in taken:
                self._free.put_nowait(lent)

    def close(self) -> None:
        """Close all connections; nobody may ask any more."""
        for lent in self._all:
            lent.close()


class _Digests:
    """The digests of the file in use, which its readers share."""

    def __init__(self) -> None:
        self._known: tuple[Path, Digests] | None = None

    def for_file(self, path: Path) -> Digests:
        """Those of that file; what was known of another one is forgotten."""
        if self._known is None or self._known[0] != path:
            self._known = path, Digests()
        return self._known[1]


class _Lent:
    """A connection that is opened anew when another file is in use."""

    def __init__(self, in_use: Callable[[], Path], digests: _Digests) -> None:
        self._in_use = in_use
        self._digests = digests
        self._path: Path | None = None
        self._reader: Reader | None = None

    def reader(self) -> Reader:
        """The reader of the file in use."""
        path = self._in_use()
        if self._reader is None or self._path != path:
            self.close()
            self._reader, self._path = _opened(self._in_use, self._digests)
        return self._reader

    def go_on(self) -> None:
        """Close the connection if its file is no longer in use."""
        if self._path != self._in_use():
            self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _go_on(all_lent: list[_Lent]) -> None:
    for lent in all_lent:
        lent.go_on()


def _opened(in_use: Callable[[], Path], digests: _Digests) -> tuple[Reader, Path]:
    """A reader of the file in use; the file may be replaced between its naming and its opening."""
    while True:
        path = in_use()
        try:
            return Reader(path, digests=digests.for_file(path)), path
        except sqlite3.OperationalError:
            if in_use() == path:
                raise
