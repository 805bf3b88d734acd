"""A large body on its way in: kept on the disk under a key that only this process has, unreadable to anybody else."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from web.errors import Problem

WRITE_BYTES = 1_048_576
KEY_BYTES = 32
_NONCE = bytes(16)
"""The key serves for one body only."""


class Spool:
    """A body that is complete."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._cipher = Cipher(AES(os.urandom(KEY_BYTES)), CTR(_NONCE))
        self._sealing = self._cipher.encryptor()

    def write(self, piece: bytes) -> None:
        """Keep the next piece."""
        self._file.write(self._sealing.update(piece))

    def read(self) -> bytes:
        """All of it."""
        self._file.seek(0)
        return self._cipher.decryptor().update(self._file.read())


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], *, most: int, seconds: float) -> AsyncGenerator[Spool]:
    """The whole of a body, off the disk again at the end.

    Args:
        chunks: as they come.
        most: bytes that are taken.
        seconds: in which all of it must have come.

    Raises:
        Problem: 413 `body-too-large`, or 408 `body-too-slow`.
    """
    with tempfile.TemporaryFile() as file:
        spool = Spool(file)
        try:
            async with asyncio.timeout(seconds):
                await _fill(spool, chunks, most)
        except TimeoutError as late:
            raise Problem(408, "body-too-slow") from late
        yield spool


async def _fill(spool: Spool, chunks: AsyncIterator[bytes], most: int) -> None:
    held, size = bytearray(), 0
    async for chunk in chunks:
        held += chunk
        size += len(chunk)
        if size > most:
            raise Problem(413, "body-too-large")
        if len(held) >= WRITE_BYTES:
            await asyncio.to_thread(spool.write, bytes(held))
            held.clear()
    await asyncio.to_thread(spool.write, bytes(held))
