"""Carries what the runner's thread has to say over to the event loop, where the open sockets hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from projections.following import Batch


class Relay:
    """Says nothing while no loop is serving."""

    def __init__(self, hear: Callable[[Batch], None]) -> None:
        """Prepare to let `hear` know, on the loop's thread."""
        self._hear = hear
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Speak to the running loop from now on."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Fall silent, before the loop ends."""
        self._loop = None

    def __call__(self, batch: Batch) -> None:
        """Hand over what one page of facts changed."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hear, batch)
