"""Passwords of staff: argon2id, off the event loop, and the same work whether or not the username exists."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MOST_AT_ONCE = 2
"""Each check takes 64 MiB (RFC 9106, second recommended option); more at once would let strangers fill the memory."""


class Passwords:
    """Hashes and checks passwords, in threads of its own so that a flood of checks holds up nothing else."""

    def __init__(self) -> None:
        """Use the library's parameters, which follow RFC 9106."""
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="passwords")

    def hash(self, password: str) -> str:
        """The hash to keep of `password`; takes some 50 ms."""
        return self._hasher.hash(password)

    async def check(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one whose hash is `kept`; None, for an unknown name, takes as long and is False."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._check, kept, password)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _check(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")
