"""Coroutines that are begun at once: most have ended before a task for them would have had its turn."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextlib import suppress
from typing import Any


class Begun:
    """What is left of a coroutine that has to wait for something; to be awaited once, by a task."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        """Go on with `work` once what it `waits_for` is there."""
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        """The rest, as the coroutine itself would have gone on."""
        return _rest(self._work, self._waits_for)


def begun(work: Coroutine[Any, Any, None]) -> Begun | None:
    """Run `work` up to where it has to wait; None if it has ended without.

    Raises:
        Exception: what `work` raised.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return Begun(work, waits_for)


def _rest(work: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Hand on what the coroutine waits for, and give it what comes of that, as `yield from` does."""
    with suppress(StopIteration):
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:
                waits_for = work.throw(error)
            else:
                waits_for = work.send(sent)
