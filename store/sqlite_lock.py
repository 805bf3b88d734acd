"""Who writes next, among all threads and processes that write one SQLite log.

SQLite alone lets whoever waits sleep and try again, so that one who has just written is first again: with four busy
writers some waited two seconds for their first turn. Here one waits at the door (`-turn`), and only that one waits for
the room (`-lock`); whoever leaves the room has to queue at the door. Both are advisory locks that the kernel gives
back when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager

FIRST_NAP_SECONDS = 0.0002
LONGEST_NAP_SECONDS = 0.001


class LockTimeout(Exception):
    """Somebody else has had the lock for too long."""


class Turnstile:
    """The right to write to one file; for one thread at a time, each with a turnstile of its own."""

    def __init__(self, path: str, *, timeout: float) -> None:
        """Open the lock files beside the database.

        Args:
            path: of the database.
            timeout: seconds to wait for whoever writes; a wait has an end, for a process may be stopped but not dead.

        Raises:
            OSError: they cannot be opened.
        """
        self._timeout = timeout
        self._closed = False
        self._turn = _lock_file(f"{path}-turn")
        try:
            self._lock = _lock_file(f"{path}-lock")
        except OSError:
            os.close(self._turn)
            raise

    @contextmanager
    def passed(self) -> Generator[None]:
        """Wait for the turn and hold the right to write.

        Raises:
            LockTimeout: it took too long.
        """
        deadline = time.monotonic() + self._timeout
        _take(self._turn, deadline)
        try:
            _take(self._lock, deadline)
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the lock files; a second time does nothing, for the numbers may be another file's by then."""
        if not self._closed:
            self._closed = True
            os.close(self._turn)
            os.close(self._lock)


def _lock_file(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _take(handle: int, deadline: float) -> None:
    """Take a lock; naps instead of a call that blocks, because that has no time limit."""
    nap = FIRST_NAP_SECONDS
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        if time.monotonic() > deadline:
            raise LockTimeout("somebody else has had the lock of the log for too long")
        time.sleep(nap)
        nap = min(2 * nap, LONGEST_NAP_SECONDS)
