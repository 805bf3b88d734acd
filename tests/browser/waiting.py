"""Waiting for what no screen shows: the wire, the log, a browser's own store."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


def wait_until(is_so: Callable[[], bool], what: str, *, every: float = 0.02, within: float = PATIENCE_SECONDS) -> None:
    """Ask every few moments until it is so.

    Raises:
        AssertionError: it is not after `within` seconds; the message is `what`.
    """
    until = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(every)
